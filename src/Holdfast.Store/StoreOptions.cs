namespace Holdfast.Store;

/// <summary>The store's bounds.</summary>
public sealed record StoreOptions
{
    /// <summary>How many events each collection keeps for watches; a watch that is further behind is cut.</summary>
    public int HistoryEventsPerCollection { get; init; } = 4096;

    /// <summary>How many bytes of JSON each collection's history may hold, before it drops its oldest events.</summary>
    public long HistoryBytesPerCollection { get; init; } = 64 << 20;

    /// <summary>How many past transactions can still be listed as a snapshot (for limit and continue).</summary>
    public int SnapshotsKept { get; init; } = 4096;

    /// <summary>How many transactions may wait for the writer before callers are held back.</summary>
    public int QueueCapacity { get; init; } = 4096;

    /// <summary>How many transactions the writer commits together at most.</summary>
    public int MaxBatch { get; init; } = 512;

    /// <summary>How many dead records the journal drops at a time.</summary>
    public int CompactionSlice { get; init; } = 1024;

    /// <summary>How long a read of a future revision waits for it.</summary>
    public TimeSpan FutureRevisionWait { get; init; } = TimeSpan.FromSeconds(3);
}
