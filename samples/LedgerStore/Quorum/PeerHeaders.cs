namespace LedgerStore.Quorum;

/// <summary>The headers of every call between members: two clusters never mix.</summary>
public static class PeerHeaders
{
    /// <summary>The cluster that the caller belongs to.</summary>
    public const string Cluster = "Ledger-Cluster";

    /// <summary>The caller's identity.</summary>
    public const string From = "Ledger-From";

    /// <summary>Whom it means.</summary>
    public const string To = "Ledger-To";

    /// <summary>The newest data format that the caller reads.</summary>
    public const string Reads = "Ledger-Reads";
}
