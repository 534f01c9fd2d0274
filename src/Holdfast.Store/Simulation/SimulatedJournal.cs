using Holdfast.Platform;

namespace Holdfast.Store.Simulation;

/// <summary>How a simulated journal misbehaves; all zero for one that is perfect.</summary>
public sealed record JournalFaults
{
    /// <summary>The probability, 0 to 1, that an append or a compaction fails.</summary>
    public double FailureProbability { get; init; }

    /// <summary>What a failure says.</summary>
    public StoreUnavailableReason FailureReason { get; init; } = StoreUnavailableReason.DiskError;

    /// <summary>How long an append takes at most; the time is drawn evenly from zero up to it.</summary>
    public TimeSpan MaxDelay { get; init; }

    /// <summary>A known bug to be found by checkers: appends are answered without waiting for the sync.</summary>
    public bool SkipsSync { get; init; }

    /// <summary>A known bug to be found by checkers: what a damaged disk gives is taken for what was written.</summary>
    public bool TrustsDamage { get; init; }
}

/// <summary>One process's journal over a <see cref="SimulatedDisk"/>; all that it does and fails is the seed's choice.</summary>
/// <param name="disk">The disk, which outlives it.</param>
/// <param name="chance">Chooses delays and failures.</param>
/// <param name="time">The clock for delays.</param>
/// <param name="faults">What may go wrong.</param>
public sealed class SimulatedJournal(SimulatedDisk disk, IChance chance, TimeProvider time, JournalFaults faults) : IJournal
{
    /// <summary>How many batches were appended.</summary>
    public int Appends { get; private set; }

    /// <inheritdoc/>
    public Task<JournalContents> OpenAsync(CancellationToken cancellationToken) =>
        Completed(() => disk.Read(checks: !faults.TrustsDamage));

    /// <inheritdoc/>
    public async Task AppendAsync(IReadOnlyList<JournalRecord> batch, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(batch);
        if (disk.IsFull)
            throw new StoreUnavailableException(StoreUnavailableReason.DiskFull, "the simulated disk is full; free space and start again");
        disk.Begin([.. batch]);
        await DelayAsync(cancellationToken);
        MaybeFail("append");
        if (disk.FailsNextSync)
        {
            disk.FailsNextSync = false;
            throw new StoreUnavailableException(StoreUnavailableReason.DiskError, "the simulated disk failed a sync; start again");
        }
        if (!faults.SkipsSync)
            disk.Sync();
        Appends++;
    }

    /// <inheritdoc/>
    public async Task CompactAsync(Compaction compaction, CancellationToken cancellationToken)
    {
        await DelayAsync(cancellationToken);
        MaybeFail("compaction");
        disk.Compact(compaction);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static Task<T> Completed<T>(Func<T> read)
    {
        try
        {
            return Task.FromResult(read());
        }
        catch (StoreCorruptException damaged)
        {
            return Task.FromException<T>(damaged);
        }
    }

    private Task DelayAsync(CancellationToken cancellationToken) => faults.MaxDelay + disk.Slowness is var longest && longest > TimeSpan.Zero
        ? time.DelayAsync(longest * chance.NextDouble(), cancellationToken)
        : Task.CompletedTask;

    private void MaybeFail(string what)
    {
        if (faults.FailureProbability > 0 && chance.NextDouble() < faults.FailureProbability)
            throw new StoreUnavailableException(faults.FailureReason, $"the simulated disk failed an {what}; start again");
    }
}
