using Holdfast.Platform;
using Holdfast.Store;
using Holdfast.Store.Simulation;

namespace Holdfast.Simulator.Faults;

/// <summary>A known bug: appends are answered at once and reach the disk when they do.</summary>
/// <param name="inner">The real one.</param>
/// <param name="runner">Runs the appends behind the caller's back.</param>
internal sealed class HastyJournal(SimulatedJournal inner, ITaskRunner runner) : IJournal
{
    public Task<JournalContents> OpenAsync(CancellationToken cancellationToken) => inner.OpenAsync(cancellationToken);

    public Task AppendAsync(IReadOnlyList<JournalRecord> batch, CancellationToken cancellationToken)
    {
        JournalRecord[] copy = [.. batch];
        _ = runner.Start("late append", stop => inner.AppendAsync(copy, stop), cancellationToken);
        return Task.CompletedTask;
    }

    public Task CompactAsync(Compaction compaction, CancellationToken cancellationToken) => inner.CompactAsync(compaction, cancellationToken);

    public ValueTask DisposeAsync() => inner.DisposeAsync();
}
