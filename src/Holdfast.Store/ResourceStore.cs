using Holdfast.Platform;

namespace Holdfast.Store;

/// <summary>
/// The revisioned key-value store that holds the whole cluster: an ordered index in memory, made durable through a
/// journal.
/// </summary>
/// <remarks>
/// Guarantees: history is strictly serialisable and the revision never goes back (A1, A2); no read, list or watch
/// shows what is not durable (A3); each watch is ordered, without gap or repeat, and can be resumed, also after a
/// restart (A4, A5). Assumes that it is the only one that uses its journal (see <see cref="DataFolder"/>). After a
/// failed append it serves reads of what was durable and refuses writes; the host is to watch <see cref="Failed"/>
/// and stop the process.
/// </remarks>
public sealed class ResourceStore : IAsyncDisposable
{
    private readonly PublishedStore _published;
    private readonly StoreWriter _writer;
    private readonly IJournal _journal;
    private readonly StoreOptions _options;
    private readonly TimeProvider _time;
    private readonly Task _writing;

    private ResourceStore(
        PublishedStore published, StoreWriter writer, IJournal journal, StoreOptions options, TimeProvider time,
        ITaskRunner tasks, string identity)
    {
        _published = published;
        _writer = writer;
        _journal = journal;
        _options = options;
        _time = time;
        Identity = identity;
        _writing = tasks.Start("store writer", writer.RunAsync, CancellationToken.None);
    }

    /// <summary>A UUID given when the store was created; a restored or copied store keeps it.</summary>
    public string Identity { get; }

    /// <summary>The revision of the last durable write; 1 for a store that was never written to.</summary>
    public long CurrentRevision => _published.State.Revision;

    /// <summary>Ends when the store had to stop, with why; never when it is closed in order.</summary>
    public Task<StoreUnavailableException> Failed => _published.Failed;

    /// <summary>Opens the store over a journal, which it owns from then on.</summary>
    /// <param name="journal">Where writes become durable.</param>
    /// <param name="options">The bounds.</param>
    /// <param name="time">The clock for bounded waits.</param>
    /// <param name="tasks">Runs the writer.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <exception cref="StoreCorruptException">What is stored cannot be trusted.</exception>
    /// <exception cref="StoreFormatException">It was written by a newer Holdfast.</exception>
    /// <exception cref="StoreUnavailableException">The disk does not allow it.</exception>
    public static async Task<ResourceStore> OpenAsync(
        IJournal journal, StoreOptions options, TimeProvider time, ITaskRunner tasks, CancellationToken cancellationToken)
    {
        try
        {
            var contents = await journal.OpenAsync(cancellationToken);
            var compaction = new CompactionQueue();
            var published = Replay.Run(contents, options, compaction);
            var writer = new StoreWriter(published, journal, options, compaction);
            return new ResourceStore(published, writer, journal, options, time, tasks, contents.Identity);
        }
        catch
        {
            await journal.DisposeAsync();
            throw;
        }
    }

    /// <summary>Commits a transaction, or says which of its conditions does not hold.</summary>
    /// <param name="transaction">Conditions and writes.</param>
    /// <param name="cancellationToken">
    /// Ends the wait. The write may then still take place, once, if the writer had already taken it.
    /// </param>
    /// <returns><see cref="Committed"/> once it is durable and visible, or <see cref="Conflict"/>.</returns>
    /// <exception cref="StoreUnavailableException">The store takes no more writes.</exception>
    /// <exception cref="ArgumentException">Two operations of the transaction are on the same key.</exception>
    public Task<TransactionResult> CommitAsync(Transaction transaction, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(transaction);
        var operations = transaction.Operations;
        if (operations.Length > 1 && operations.DistinctBy(operation => operation.Key).Count() < operations.Length)
            throw new ArgumentException("two operations of one transaction are on the same key", nameof(transaction));
        return _writer.CommitAsync(transaction, cancellationToken);
    }

    /// <summary>Finds an object as it is now; null when it does not exist.</summary>
    /// <param name="key">The object.</param>
    public Entry? Find(ResourceKey key) => _published.State.Find(key);

    /// <summary>Everything as it is now.</summary>
    public Snapshot Snapshot() => new(_published.State);

    /// <summary>
    /// Everything as it was at a revision: for the next page of a list, or a read that must not be older than it. A
    /// revision in the middle of a transaction gives the state after that transaction.
    /// </summary>
    /// <param name="revision">The revision.</param>
    /// <param name="cancellationToken">Ends the wait for a revision that is still to come.</param>
    /// <exception cref="RevisionGoneException">It is no longer kept; list again from the start.</exception>
    /// <exception cref="RevisionFutureException">It did not come to be within the wait.</exception>
    public async Task<Snapshot> SnapshotAtAsync(long revision, CancellationToken cancellationToken)
    {
        if (revision > CurrentRevision)
            await WaitForRevisionAsync(revision, _options.FutureRevisionWait, cancellationToken);
        var state = _published.StateAt(revision);
        return state is not null
            ? new Snapshot(state)
            : throw new RevisionGoneException(revision, _published.OldestKeptRevision);
    }

    /// <summary>Waits until the store, and every watch, has reached a revision.</summary>
    /// <param name="revision">The revision.</param>
    /// <param name="limit">How long to wait.</param>
    /// <param name="cancellationToken">Ends the wait, as cancelled.</param>
    /// <exception cref="RevisionFutureException">It was not reached in time.</exception>
    /// <exception cref="StoreUnavailableException">The store has stopped before it.</exception>
    public async Task WaitForRevisionAsync(long revision, TimeSpan limit, CancellationToken cancellationToken)
    {
        var started = _time.GetTimestamp();
        while (true)
        {
            var advanced = _published.Advanced.Next;
            if (_published.WatchableRevision >= revision)
                return;
            _published.ThrowIfStopped();
            var left = limit - _time.GetElapsedTime(started);
            if (left <= TimeSpan.Zero)
                throw new RevisionFutureException(revision, CurrentRevision);
            await WaitBoundedAsync(advanced, left, cancellationToken);
        }
    }

    /// <summary>
    /// Watches a collection, which need not exist yet, for the changes after a revision. From a revision in the future
    /// nothing older than it is ever delivered.
    /// </summary>
    /// <param name="resource">The collection.</param>
    /// <param name="namespace">Only this namespace; null for all.</param>
    /// <param name="fromRevision">The revision up to which the caller knows everything.</param>
    /// <exception cref="RevisionGoneException">The changes since then are no longer all kept; list again.</exception>
    public StoreWatcher Watch(string resource, string? @namespace, long fromRevision) =>
        new(_published, _published.HistoryOf(resource), @namespace, fromRevision);

    /// <summary>Finishes what is waiting, stops the writer and closes the journal.</summary>
    public async ValueTask DisposeAsync()
    {
        _writer.Close();
        // A fault of the writer was reported when it happened, through Failed and the task runner.
        await Task.WhenAny(_writing);
        await _journal.DisposeAsync();
    }

    private async Task WaitBoundedAsync(Task advanced, TimeSpan limit, CancellationToken cancellationToken)
    {
        // Not linked: a delay that is cancelled while WhenAny waits for it leaves the simulator's one thread.
        using var waiting = new CancellationTokenSource();
        var timeout = _time.DelayAsync(limit, waiting.Token);
        await Task.WhenAny(advanced.WaitAsync(cancellationToken), timeout);
        // Not CancelAsync, which would run the cancellation on the thread pool.
        waiting.Cancel();
        cancellationToken.ThrowIfCancellationRequested();
    }
}
