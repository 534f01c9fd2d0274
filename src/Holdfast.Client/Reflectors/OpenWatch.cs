using Holdfast.Model.Resources;

namespace Holdfast.Client.Reflectors;

/// <summary>The one watch a reflector has open, with the limit on its silence.</summary>
internal sealed class OpenWatch<T>(ClientEnvironment environment, ReflectorOptions options) : IAsyncDisposable where T : class, IResource<T>
{
    private readonly TimeSpan _refresh = options.WatchPatience / 8;
    private IAsyncEnumerator<WatchEvent<T>>? _events;
    private CancellationTokenSource? _closing;
    private CancellationTokenRegistration _link;
    private CancellationToken _linkedTo;
    private long _openedAt;
    private long _armedAt;
    private bool _hasTold;

    public async Task OpenAsync(ListQuery query)
    {
        await CloseAsync();
        _closing = new CancellationTokenSource(options.WatchPatience, environment.Time);
        _openedAt = _armedAt = environment.Time.GetTimestamp();
        _hasTold = false;
        _events = environment.Transport.WatchAsync<T>(query, _closing.Token).GetAsyncEnumerator(_closing.Token);
    }

    public async Task<ReflectorInput<T>> ReadAsync(CancellationToken cancellationToken)
    {
        var events = _events ?? throw new InvalidOperationException("no watch is open");
        Link(cancellationToken);
        try
        {
            if (!await events.MoveNextAsync())
                return await EndAsync();
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return await EndAsync();
        }
        _hasTold = true;
        KeepAlive();
        return new ReflectorInput<T>.EventRead(events.Current);
    }

    public async Task CloseAsync()
    {
        var events = _events;
        _events = null;
        _link.Unregister();
        _linkedTo = default;
        Cancel(_closing);
        if (events is not null)
            await events.DisposeAsync();
    }

    public async ValueTask DisposeAsync() => await CloseAsync();

    private async Task<ReflectorInput<T>> EndAsync()
    {
        var wasUseful = _hasTold || environment.Time.GetElapsedTime(_openedAt) >= options.UsefulAfter;
        await CloseAsync();
        return new ReflectorInput<T>.WatchEnded(wasUseful);
    }

    private void Link(CancellationToken cancellationToken)
    {
        if (_linkedTo == cancellationToken)
            return;
        _link.Unregister();
        _linkedTo = cancellationToken;
        _link = cancellationToken.UnsafeRegister(static closing => Cancel((CancellationTokenSource?)closing), _closing);
    }

    // Cancelling also ends the source's timer. It is never disposed, for a late cancellation must still find it.
    private static void Cancel(CancellationTokenSource? source) => source?.Cancel();

    // Setting the timer anew for each of thousands of events a second would cost more than the events.
    private void KeepAlive()
    {
        if (environment.Time.GetElapsedTime(_armedAt) < _refresh)
            return;
        _armedAt = environment.Time.GetTimestamp();
        _closing?.CancelAfter(options.WatchPatience);
    }
}
