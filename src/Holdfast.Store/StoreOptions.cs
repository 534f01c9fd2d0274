namespace Holdfast.Store;

/// <summary>The store's bounds.</summary>
public sealed record StoreOptions
{
    /// <summary>How many events each collection keeps for watches; a watch that is further behind is cut.</summary>
    public int HistoryEventsPerCollection { get; init; } = 4096;

    /// <summary>How many bytes of JSON each collection's history may hold, before it drops its oldest events.</summary>
    public long HistoryBytesPerCollection { get; init; } = 64 << 20;

    /// <summary>
    /// How many bytes of JSON all histories together may hold; above it the largest one drops its oldest events. The typed objects
    /// that readers share come on top, at two to four times the JSON.
    /// </summary>
    public long HistoryBytes { get; init; } = 256 << 20;

    /// <summary>How many past transactions can still be listed as a snapshot (for limit and continue).</summary>
    public int SnapshotsKept { get; init; } = 4096;

    /// <summary>How many bytes of replaced and removed objects past transactions may hold on to, before the oldest are let go.</summary>
    public long SnapshotBytes { get; init; } = 64 << 20;

    /// <summary>How large an object may be, in bytes of JSON.</summary>
    public int MaxValueBytes { get; init; } = 4 << 20;

    /// <summary>How many transactions may wait for the writer before callers are held back.</summary>
    public int QueueCapacity { get; init; } = 4096;

    /// <summary>How many transactions the writer commits together at most.</summary>
    public int MaxBatch { get; init; } = 512;

    /// <summary>After how many bytes of JSON a batch takes no more transactions.</summary>
    public long MaxBatchBytes { get; init; } = 16 << 20;

    /// <summary>How many dead records the journal drops at a time.</summary>
    public int CompactionSlice { get; init; } = 1024;

    /// <summary>How long a read of a future revision waits for it.</summary>
    public TimeSpan FutureRevisionWait { get; init; } = TimeSpan.FromSeconds(3);
}
