using Holdfast.Platform;

namespace Holdfast.Store;

/// <summary>A transaction on its way through the writer.</summary>
internal sealed class WriteRequest(Transaction transaction, CancellationToken cancellationToken)
{
    private readonly TaskCompletionSource<TransactionResult> _answer = Completions.Source<TransactionResult>();

    private TransactionResult? _result;

    public Task<TransactionResult> Answer => _answer.Task;

    /// <summary>Decides the transaction; the answer is given later, when what it rests on is durable.</summary>
    public void Decide(BatchDraft draft)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            _answer.TrySetCanceled(cancellationToken);
            return;
        }
        try
        {
            _result = draft.Apply(transaction);
        }
        catch (Exception exception) when (exception is not InvariantBrokenException)
        {
            _answer.TrySetException(exception);
        }
    }

    public void Acknowledge()
    {
        if (_result is not null)
            _answer.TrySetResult(_result);
    }

    public void Fail(StoreUnavailableException reason) => _answer.TrySetException(reason);
}
