using Holdfast.Client;
using Holdfast.Platform;

namespace Holdfast.Controllers.Runtime;

/// <summary>Hands keys to workers as <see cref="WorkSchedule{TKey}"/> decides; adding never waits.</summary>
/// <typeparam name="TKey">The key.</typeparam>
public sealed class WorkQueue<TKey> : IDisposable where TKey : notnull
{
    private readonly Lock _gate = new();
    private readonly WorkSchedule<TKey> _schedule = new();
    private readonly Queue<TaskCompletionSource<TKey>> _takers = new();
    private readonly Dictionary<TKey, TimeSpan> _runningSince = [];
    private readonly ControllerMetrics _metrics;
    private readonly TimeProvider _time;
    private readonly IChance _chance;
    private readonly Backoff _backoff;
    private readonly long _startedAt;
    private ITimer? _timer;
    private TimeSpan? _timerDue;

    /// <summary>Makes an empty queue.</summary>
    /// <param name="time">The clock; the wall clock's jumps do not move deadlines.</param>
    /// <param name="chance">Spreads keys that failed together.</param>
    /// <param name="backoff">How long failed keys wait.</param>
    /// <param name="metrics">Where its figures go.</param>
    public WorkQueue(TimeProvider time, IChance chance, Backoff backoff, ControllerMetrics metrics)
    {
        _time = time;
        _chance = chance;
        _backoff = backoff;
        _metrics = metrics;
        _startedAt = time.GetTimestamp();
        metrics.Observe(() => Load);
    }

    /// <summary>How many keys wait, due or not.</summary>
    public int WaitingCount
    {
        get
        {
            lock (_gate)
                return _schedule.WaitingCount;
        }
    }

    /// <summary>How much there is to do now.</summary>
    public WorkQueueLoad Load
    {
        get
        {
            lock (_gate)
            {
                var (now, due) = (Now, _schedule.CountDue(Now));
                var runs = _runningSince.Values.Select(since => now - since).ToList();
                return new WorkQueueLoad(
                    due, _schedule.WaitingCount - due, runs.Count > 0 ? runs.Max() : TimeSpan.Zero, runs.Aggregate(TimeSpan.Zero, (sum, run) => sum + run));
            }
        }
    }

    private TimeSpan Now => _time.GetElapsedTime(_startedAt);

    /// <summary>Adds a key to run as soon as may be.</summary>
    /// <param name="key">The key.</param>
    public void Add(TKey key) => AddAfter(key, TimeSpan.Zero);

    /// <summary>Adds a key to run after a span, unless it is to run sooner anyway.</summary>
    /// <param name="key">The key.</param>
    /// <param name="delay">The span.</param>
    public void AddAfter(TKey key, TimeSpan delay)
    {
        lock (_gate)
        {
            _schedule.Add(key, Now + delay);
            _metrics.Added();
            Serve();
        }
    }

    /// <summary>Takes the next key that is due, waiting for one; end its run with <see cref="Finish"/>.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<TKey> TakeAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var taker = Completions.Source<TKey>();
        lock (_gate)
        {
            _takers.Enqueue(taker);
            Serve();
        }
        await using var registration = cancellationToken.UnsafeRegister(_ => taker.TrySetCanceled(cancellationToken), null);
        return await taker.Task;
    }

    /// <summary>Ends a key's run and sees to what its result asks for.</summary>
    /// <param name="key">The key.</param>
    /// <param name="result">How the run ended.</param>
    /// <returns>After what span the key comes up again by itself; null when it does not.</returns>
    public TimeSpan? Finish(TKey key, ReconcileResult result)
    {
        lock (_gate)
        {
            TimeSpan? again = null;
            if (result is ReconcileResult.Failure)
            {
                again = _backoff.Delay(_schedule.CountFailure(key), _chance);
                _metrics.Retried();
            }
            else
            {
                _schedule.ForgetFailures(key);
                again = (result as ReconcileResult.Requeue)?.Delay;
            }
            if (again is { } delay)
                _schedule.Add(key, Now + delay);
            _schedule.Finish(key);
            _ = _runningSince.Remove(key);
            Serve();
            return again;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_gate)
        {
            _timer?.Dispose();
            while (_takers.TryDequeue(out var taker))
                taker.TrySetCanceled();
        }
    }

    private void Serve()
    {
        while (_takers.Count > 0)
        {
            if (_takers.Peek().Task.IsCompleted)
                _takers.Dequeue();
            else if (_schedule.TryTake(Now, out var key, out var late))
                Hand(key, late);
            else
                break;
        }
        SetTimer();
    }

    private void Hand(TKey key, TimeSpan late)
    {
        _metrics.Taken(late);
        while (_takers.TryDequeue(out var taker))
        {
            if (taker.TrySetResult(key))
            {
                _runningSince[key] = Now;
                return;
            }
        }
        // Every taker was cancelled in this moment: the key waits on.
        _schedule.Add(key, Now);
        _schedule.Finish(key);
    }

    private void SetTimer()
    {
        var due = _takers.Count > 0 ? _schedule.NextDue : null;
        if (due == _timerDue)
            return;
        _timerDue = due;
        _timer ??= _time.CreateTimer(_ => OnTimer(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _timer.Change(due is { } at ? Until(at) : Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    // Timers count whole milliseconds: rounding up keeps them from firing just before the key is due.
    private TimeSpan Until(TimeSpan due)
    {
        var milliseconds = Math.Ceiling((due - Now).TotalMilliseconds);
        return TimeSpan.FromMilliseconds(Math.Clamp(milliseconds, 0, int.MaxValue));
    }

    private void OnTimer()
    {
        lock (_gate)
        {
            _timerDue = null;
            Serve();
        }
    }
}
