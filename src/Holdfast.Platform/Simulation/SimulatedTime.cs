namespace Holdfast.Platform.Simulation;

/// <summary>
/// The simulated clock. It stands still while anything is ready to run; due timers are queued as work items of the
/// process that made them, so their order among equals is the seed's too.
/// </summary>
public sealed class SimulatedTime : TimeProvider
{
    private readonly SingleThreadScheduler _scheduler;
    private readonly DateTimeOffset _start;
    private readonly PriorityQueue<Appointment, (long DueTicks, long Sequence)> _appointments = new();
    private long _elapsedTicks;
    private long _nextSequence;
    private TimeSpan _wallClockOffset;

    internal SimulatedTime(SingleThreadScheduler scheduler, DateTimeOffset start)
    {
        _scheduler = scheduler;
        _start = start;
    }

    /// <inheritdoc/>
    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    /// <inheritdoc/>
    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <summary>When the next timer is due, in ticks since the start; null when none is set.</summary>
    internal long? NextDueTicks
    {
        get
        {
            while (_appointments.TryPeek(out var next, out var priority))
            {
                if (next.IsCurrent)
                    return priority.DueTicks;
                _appointments.Dequeue();
            }
            return null;
        }
    }

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow() => _start.AddTicks(_elapsedTicks) + _wallClockOffset;

    /// <inheritdoc/>
    public override long GetTimestamp() => _elapsedTicks;

    /// <summary>Moves the wall clock, as an administrator or a bad time server would; timers keep to real spans.</summary>
    /// <param name="by">How far; negative goes back.</param>
    public void JumpWallClock(TimeSpan by) => _wallClockOffset += by;

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        ArgumentNullException.ThrowIfNull(callback);
        var process = (SynchronizationContext.Current as SimulatedContext)?.Process ?? _scheduler.Main;
        var timer = new SimulatedTimer(this, process, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    internal void AdvanceTo(long dueTicks)
    {
        _elapsedTicks = Math.Max(_elapsedTicks, dueTicks);
        while (_appointments.TryPeek(out var next, out var priority) && priority.DueTicks <= _elapsedTicks)
        {
            _appointments.Dequeue();
            if (next.IsCurrent)
                next.Timer.Fire(_scheduler);
        }
    }

    private void Schedule(SimulatedTimer timer, long version, TimeSpan dueTime) =>
        _appointments.Enqueue(new Appointment(timer, version), (_elapsedTicks + dueTime.Ticks, _nextSequence++));

    private readonly record struct Appointment(SimulatedTimer Timer, long Version)
    {
        public bool IsCurrent => Timer.Version == Version && !Timer.Process.IsKilled;
    }

    private sealed class SimulatedTimer(
        SimulatedTime time, SimulatedProcess process, TimerCallback callback, object? state) : ITimer
    {
        private TimeSpan _period = Timeout.InfiniteTimeSpan;
        private bool _isDisposed;

        public long Version { get; private set; }

        public SimulatedProcess Process => process;

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            if (_isDisposed)
                return false;
            Version++;
            _period = period;
            if (dueTime != Timeout.InfiniteTimeSpan)
                time.Schedule(this, Version, dueTime);
            return true;
        }

        public void Fire(SingleThreadScheduler scheduler)
        {
            var version = Version;
            scheduler.Enqueue(process, _ => RunIfCurrent(version), null);
            if (_period > TimeSpan.Zero)
                time.Schedule(this, version, _period);
        }

        public void Dispose()
        {
            _isDisposed = true;
            Version++;
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }

        private void RunIfCurrent(long version)
        {
            if (Version == version)
                callback(state);
        }
    }
}
