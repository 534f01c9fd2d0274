using Holdfast.Platform;

namespace Holdfast.Steward.Observation;

/// <summary>
/// A bound on how many go on at once; the others wait in order. Not a SemaphoreSlim: its waiters would go on on the thread pool, which the
/// simulator does not have.
/// </summary>
/// <param name="bound">How many.</param>
internal sealed class Turns(int bound)
{
    private readonly Lock _gate = new();
    private readonly Queue<TaskCompletionSource> _waiting = new();
    private int _free = bound;

    /// <summary>Ends when it is the caller's turn; every turn is to be given back.</summary>
    public async Task TakeAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        TaskCompletionSource waiting;
        lock (_gate)
        {
            if (_free > 0)
            {
                _free--;
                return;
            }
            _waiting.Enqueue(waiting = Completions.Source());
        }
        using var registration = cancellationToken.UnsafeRegister(static state => ((TaskCompletionSource)state!).TrySetCanceled(), waiting);
        await waiting.Task;
    }

    /// <summary>Gives a turn back.</summary>
    public void Return()
    {
        lock (_gate)
        {
            // Who was cancelled meanwhile has left his place.
            while (_waiting.TryDequeue(out var next))
            {
                if (next.TrySetResult())
                    return;
            }
            _free++;
        }
    }
}
