using System.Collections.Concurrent;
using LedgerStore.Quorum;

namespace LedgerStore.Ledger;

/// <summary>A ledger of one member: what its own disk holds is the truth. Appends that arrive while a batch is being synced form the next
/// batch (group commit), on one thread of their own, so that a slow disk never holds up a thread of the server.</summary>
public sealed class StandaloneLedger : ILedger
{
    private const int MaxWaiting = 4096;
    private const int MaxBatchCount = 1024;
    private const int MaxBatchBytes = 4 * 1024 * 1024;

    private readonly BlockingCollection<Waiting> queue = [];
    private readonly TaskCompletionSource closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly LedgerWriter writer;
    private readonly TimeProvider time;
    private readonly Action<Exception> onFatal;
    private long busySince;

    /// <summary>Takes over a writer and starts.</summary>
    /// <param name="writer">The open ledger.</param>
    /// <param name="time">The clock.</param>
    /// <param name="onFatal">Called once when the disk has failed; the process must then end. Appends under way are never answered.</param>
    public StandaloneLedger(LedgerWriter writer, TimeProvider time, Action<Exception> onFatal)
    {
        (this.writer, this.time, this.onFatal) = (writer, time, onFatal);
        new Thread(Run) { IsBackground = true, Name = "ledger writer" }.Start();
    }

    /// <inheritdoc />
    public string Role => "standalone";

    /// <inheritdoc />
    public long FirstIndex => writer.FirstIndex;

    /// <inheritdoc />
    public LedgerHead Head => writer.Head;

    /// <inheritdoc />
    public long SyncCount => writer.SyncCount;

    /// <inheritdoc />
    public LatencyHistogram SyncSeconds => writer.SyncSeconds;

    /// <inheritdoc />
    public TimeSpan Stalled =>
        Volatile.Read(ref busySince) is var since and not 0 ? time.GetElapsedTime(since) : TimeSpan.Zero;

    /// <inheritdoc />
    public async Task<AppendOutcome> AppendAsync(LedgerCommand command, CancellationToken cancellation)
    {
        var waiting = new Waiting(command);
        return TryEnqueue(waiting) ?? await waiting.Done.Task.WaitAsync(cancellation);
    }

    /// <inheritdoc />
    public QuorumView? View => null;

    /// <inheritdoc />
    public Task<LedgerPlace> PlaceAsync() => Task.FromResult(new LedgerPlace(Head));

    /// <inheritdoc />
    public Task<ReadVerdict> ConfirmReadAsync(CancellationToken cancellation) => Task.FromResult(ReadVerdict.Confirmed);

    /// <inheritdoc />
    public LedgerEntry? Read(long index) => writer.Read(index);

    /// <inheritdoc />
    public Task FlushAsync()
    {
        var marker = new Waiting(null);
        return TryEnqueue(marker) is null ? marker.Done.Task : closed.Task;
    }

    /// <inheritdoc />
    public ValueTask DisposeAsync()
    {
        queue.CompleteAdding();
        return new ValueTask(closed.Task);
    }

    private AppendOutcome? TryEnqueue(Waiting waiting)
    {
        // Markers pass a full queue: there are no more of them than requests to drain.
        if (waiting.Command is not null && queue.Count >= MaxWaiting)
            return new AppendOutcome.Overloaded();
        try
        {
            queue.Add(waiting);
            return null;
        }
        catch (InvalidOperationException) when (queue.IsAddingCompleted)
        {
            return new AppendOutcome.Closing();
        }
    }

    private void Run()
    {
        try
        {
            while (queue.TryTake(out var first, Timeout.Infinite))
                Commit(TakeBatch(first));
            writer.Dispose();
            closed.SetResult();
        }
        catch (Exception failure)
        {
            onFatal(failure);
        }
    }

    private List<Waiting> TakeBatch(Waiting first)
    {
        var batch = new List<Waiting> { first };
        var bytes = first.Bytes;
        while (batch.Count < MaxBatchCount && bytes < MaxBatchBytes && queue.TryTake(out var next))
        {
            batch.Add(next);
            bytes += next.Bytes;
        }
        return batch;
    }

    private void Commit(List<Waiting> batch)
    {
        Volatile.Write(ref busySince, time.GetTimestamp());
        var appends = batch.FindAll(static waiting => waiting.Command is not null);
        var outcomes = writer.Append(appends.ConvertAll(static waiting => waiting.Command!));
        Volatile.Write(ref busySince, 0);
        for (var number = 0; number < appends.Count; number++)
            appends[number].Done.SetResult(outcomes[number]);
        foreach (var marker in batch.Where(static waiting => waiting.Command is null))
            marker.Done.SetResult(new AppendOutcome.Closing());
    }

    // A null command marks a place in the queue for FlushAsync.
    private sealed record Waiting(LedgerCommand? Command)
    {
        public TaskCompletionSource<AppendOutcome> Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public int Bytes => Command?.Data.Length ?? 0;
    }
}
