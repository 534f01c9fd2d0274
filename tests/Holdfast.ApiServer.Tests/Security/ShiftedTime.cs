namespace Holdfast.ApiServer.Tests;

/// <summary>A clock that runs as the real one, and can be put forward; timers that are due by then ring at once.</summary>
internal sealed class ShiftedTime : TimeProvider
{
    private readonly Lock _turn = new();
    private readonly List<ShiftedTimer> _timers = [];
    private TimeSpan _shift;

    public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + _shift;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new ShiftedTimer(System.CreateTimer(callback, state, dueTime, period), () => GetUtcNow(), dueTime, period);
        lock (_turn)
            _timers.Add(timer);
        return timer;
    }

    public void Forward(TimeSpan by)
    {
        List<ShiftedTimer> due;
        lock (_turn)
        {
            _shift += by;
            due = [.. _timers];
        }
        foreach (var timer in due)
            timer.RingWhenDue();
    }

    private sealed class ShiftedTimer(ITimer inner, Func<DateTimeOffset> now, TimeSpan dueTime, TimeSpan period) : ITimer
    {
        private DateTimeOffset? _due = DueOf(now(), dueTime);

        public void RingWhenDue()
        {
            if (_due is not { } due || now() < due)
                return;
            _due = null;
            inner.Change(TimeSpan.Zero, period);
        }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            _due = DueOf(now(), dueTime);
            return inner.Change(dueTime, period);
        }

        public void Dispose()
        {
            _due = null;
            inner.Dispose();
        }

        public ValueTask DisposeAsync()
        {
            _due = null;
            return inner.DisposeAsync();
        }

        private static DateTimeOffset? DueOf(DateTimeOffset now, TimeSpan dueTime) => dueTime < TimeSpan.Zero ? null : now + dueTime;
    }
}
