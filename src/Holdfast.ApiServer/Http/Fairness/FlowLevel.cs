using Holdfast.Platform;

namespace Holdfast.ApiServer.Http.Fairness;

/// <summary>
/// A number of seats that flows share: who finds one free sits down, who does not waits in the queue of his flow, and each seat
/// that comes free goes to the flow whose turn it is. So a flow that asks for much waits for itself and not the others for it.
/// </summary>
internal sealed class FlowLevel(int seats, RequestBounds bounds, TimeProvider time)
{
    private readonly Lock _turn = new();
    private readonly Dictionary<string, LinkedList<Waiter>> _queues = new(StringComparer.Ordinal);
    private readonly LinkedList<string> _round = [];
    private int _taken;
    private int _waiting;

    /// <summary>How many requests sit.</summary>
    public int Taken
    {
        get
        {
            lock (_turn)
                return _taken;
        }
    }

    /// <summary>How many requests wait.</summary>
    public int Waiting
    {
        get
        {
            lock (_turn)
                return _waiting;
        }
    }

    /// <summary>Takes a seat, at once or when the flow's turn has come.</summary>
    /// <param name="flow">Whose request it is.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>False when there is no room to wait, or the wait was too long.</returns>
    public async ValueTask<bool> EnterAsync(string flow, CancellationToken cancellationToken)
    {
        Waiter waiter;
        lock (_turn)
        {
            if (_taken < seats)
            {
                _taken++;
                return true;
            }
            if (_waiting >= bounds.WaitingPerLevel || (_queues.TryGetValue(flow, out var queue) && queue.Count >= bounds.WaitingPerFlow))
                return false;
            waiter = Queue(flow);
        }
        try
        {
            await waiter.Seated.Task.WaitAsync(bounds.WaitLimit, time, cancellationToken);
            return true;
        }
        catch (Exception ended) when (ended is TimeoutException or OperationCanceledException)
        {
            var isSeated = !GiveUp(waiter);
            if (ended is TimeoutException)
                return isSeated;
            if (isSeated)
                Leave();
            throw;
        }
    }

    /// <summary>Gives the seat to the flow whose turn it is.</summary>
    public void Leave()
    {
        Waiter? next = null;
        lock (_turn)
        {
            if (_round.First is { } turn)
                next = Take(turn);
            else
                _taken--;
        }
        next?.Seated.SetResult();
    }

    private Waiter Queue(string flow)
    {
        if (!_queues.TryGetValue(flow, out var queue))
        {
            _queues[flow] = queue = new LinkedList<Waiter>();
            _round.AddLast(flow);
        }
        var waiter = new Waiter(flow, Completions.Source());
        waiter.Place = queue.AddLast(waiter);
        _waiting++;
        return waiter;
    }

    private Waiter Take(LinkedListNode<string> turn)
    {
        var queue = _queues[turn.Value];
        var waiter = queue.First!.Value;
        Remove(waiter, queue);
        if (queue.Count > 0)
        {
            // The next seat is another flow's.
            _round.Remove(turn);
            _round.AddLast(turn);
        }
        return waiter;
    }

    private void Remove(Waiter waiter, LinkedList<Waiter> queue)
    {
        queue.Remove(waiter.Place!);
        waiter.Place = null;
        _waiting--;
        if (queue.Count > 0)
            return;
        _queues.Remove(waiter.Flow);
        _round.Remove(waiter.Flow);
    }

    // False when a seat was given to it meanwhile.
    private bool GiveUp(Waiter waiter)
    {
        lock (_turn)
        {
            if (waiter.Place is null)
                return false;
            Remove(waiter, _queues[waiter.Flow]);
            return true;
        }
    }

    private sealed class Waiter(string flow, TaskCompletionSource seated)
    {
        public string Flow { get; } = flow;

        public TaskCompletionSource Seated { get; } = seated;

        public LinkedListNode<Waiter>? Place { get; set; }
    }
}
