using LedgerStore.Raft;

namespace LedgerStore.Quorum;

/// <summary>How a member of a quorum runs.</summary>
public sealed record QuorumSettings
{
    /// <summary>A tick.</summary>
    public TimeSpan Tick { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>How the core behaves: elections after 1 to 1.5 seconds, heartbeats every 100 ms.</summary>
    public RaftOptions Raft { get; init; } = new() { ElectionTicks = 20, ElectionSpreadTicks = 10, HeartbeatTicks = 2 };

    /// <summary>With more bytes than this in the replicated log it is compacted.</summary>
    public long CompactBytes { get; init; } = 32 * 1024 * 1024;

    /// <summary>With more entries than this in the replicated log it is compacted.</summary>
    public long CompactEntries { get; init; } = 20_000;

    /// <summary>So many entries are kept for followers that are a little behind.</summary>
    public long KeepEntries { get; init; } = 4_000;

    /// <summary>So many voters make a new cluster complete; before that it takes no appends.</summary>
    public int Founders { get; init; } = 1;

    /// <summary>A member that lacks more than so many committed entries, arrived or not, is not caught up.</summary>
    public long ReadyLag { get; init; } = 1_000;
}
