using System.Threading.Channels;

namespace Holdfast.Store;

/// <summary>
/// The one writer. It takes whatever is waiting, decides it in order, makes it durable in one append, publishes it,
/// and only then answers. A single waiting transaction is committed at once; batches form while an append is under
/// way. After a failed append it answers nothing but failure, as the disk's state is unknown until a restart.
/// </summary>
internal sealed class StoreWriter(
    PublishedStore published, IJournal journal, StoreOptions options, CompactionQueue compaction)
{
    private readonly List<WriteRequest> _batch = new(options.MaxBatch);
    private readonly Channel<WriteRequest> _queue = Channel.CreateBounded<WriteRequest>(
        new BoundedChannelOptions(options.QueueCapacity) { SingleReader = true });

    public async Task<TransactionResult> CommitAsync(Transaction transaction, CancellationToken cancellationToken)
    {
        published.ThrowIfStopped();
        var request = new WriteRequest(transaction, cancellationToken);
        try
        {
            await _queue.Writer.WriteAsync(request, cancellationToken);
        }
        catch (ChannelClosedException)
        {
            throw published.StopReason();
        }
        return await request.Answer.WaitAsync(cancellationToken);
    }

    public void Close() => _queue.Writer.TryComplete();

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (await _queue.Reader.WaitToReadAsync(cancellationToken))
                await CommitWaitingAsync(cancellationToken);
            Stop(new StoreUnavailableException(StoreUnavailableReason.Closed, "the store is closed"));
        }
        catch (StoreUnavailableException exception)
        {
            Stop(exception);
        }
        catch (Exception exception)
        {
            Stop(new StoreUnavailableException(
                StoreUnavailableReason.InternalFault,
                $"the store stopped on an internal fault and takes no more writes: {exception.Message}; start again",
                exception));
            throw;
        }
    }

    private async Task CommitWaitingAsync(CancellationToken cancellationToken)
    {
        var draft = new BatchDraft(published, options.MaxValueBytes);
        while (_batch.Count < options.MaxBatch && draft.Bytes < options.MaxBatchBytes && _queue.Reader.TryRead(out var request))
        {
            _batch.Add(request);
            request.Decide(draft);
        }
        if (draft.Records.Count > 0)
        {
            await journal.AppendAsync(draft.Records, cancellationToken);
            published.Publish(draft, compaction.Dropped);
        }
        foreach (var request in _batch)
            request.Acknowledge();
        _batch.Clear();
        while (compaction.Count >= options.CompactionSlice)
        {
            var slice = compaction.Take(options.CompactionSlice, published.State.Revision);
            await journal.CompactAsync(slice, cancellationToken);
        }
    }

    private void Stop(StoreUnavailableException reason)
    {
        published.Stop(reason);
        _queue.Writer.TryComplete();
        foreach (var request in _batch)
            request.Fail(published.StopReason());
        while (_queue.Reader.TryRead(out var request))
            request.Fail(published.StopReason());
    }
}
