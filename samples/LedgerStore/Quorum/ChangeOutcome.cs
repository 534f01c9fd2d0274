namespace LedgerStore.Quorum;

/// <summary>What became of a change that the leader had taken.</summary>
public enum ChangeOutcome
{
    /// <summary>It is committed: it holds.</summary>
    Committed,

    /// <summary>Another leader has put something else in its place: it never took effect.</summary>
    Lost,

    /// <summary>It is not known whether it will take effect.</summary>
    Open,
}
