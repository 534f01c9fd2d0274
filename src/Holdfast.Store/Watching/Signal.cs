using Holdfast.Platform;

namespace Holdfast.Store;

/// <summary>Wakes everybody who waits, at the cost of one exchange when nobody does.</summary>
internal sealed class Signal
{
    private TaskCompletionSource? _waiting;

    /// <summary>Ends at the next <see cref="Pulse"/>. Take it before looking, then wait on it.</summary>
    public Task Next
    {
        get
        {
            var waiting = Volatile.Read(ref _waiting);
            if (waiting is not null)
                return waiting.Task;
            var fresh = Completions.Source();
            return (Interlocked.CompareExchange(ref _waiting, fresh, null) ?? fresh).Task;
        }
    }

    public void Pulse() => Interlocked.Exchange(ref _waiting, null)?.TrySetResult();
}
