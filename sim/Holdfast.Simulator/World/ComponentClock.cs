using Holdfast.Platform.Simulation;

namespace Holdfast.Simulator.World;

/// <summary>
/// One component's clock. Its wall time may be wrong and may jump, while spans and timers go on evenly, as a monotonic clock's do; and all of it
/// may go too fast or too slow. While its process is stopped time goes on and no timer fires, as under SIGSTOP.
/// </summary>
/// <param name="time">The simulated time.</param>
/// <param name="followsWall">A known bug: spans are measured by the wall clock, jumps included.</param>
public sealed class ComponentClock(SimulatedTime time, bool followsWall = false) : TimeProvider
{
    private readonly List<Action> _due = [];
    private TimeSpan _offset;
    private double _rate = 1;
    private long _turnedAt;
    private long _shownThen;
    private bool _isPaused;

    /// <inheritdoc/>
    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    /// <inheritdoc/>
    public override long TimestampFrequency => time.TimestampFrequency;

    private long Passed => _shownThen + (long)((time.GetTimestamp() - _turnedAt) * _rate);

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow() => Simulation.Beginning.AddTicks(Passed) + _offset;

    /// <inheritdoc/>
    public override long GetTimestamp() => Passed + (followsWall ? _offset.Ticks : 0);

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        new Timer(time.CreateTimer(given => Fire(callback, given), state, Real(dueTime), Real(period)), this);

    /// <summary>Its process is stopped.</summary>
    public void Pause() => _isPaused = true;

    /// <summary>Its process goes on: what was due meanwhile fires now, unless the process was killed.</summary>
    public void Continue()
    {
        _isPaused = false;
        _due.ForEach(fire => fire());
        _due.Clear();
    }

    /// <summary>Moves it.</summary>
    /// <param name="by">How far; negative goes back.</param>
    public void Jump(TimeSpan by) => _offset += by;

    /// <summary>Lets it go faster or slower from now on.</summary>
    /// <param name="rate">How much of its time passes in a real second; 1 is right.</param>
    public void Drift(double rate) => (_shownThen, _turnedAt, _rate) = (Passed, time.GetTimestamp(), rate);

    /// <summary>Sets it right. What it has counted stays counted: spans never go back.</summary>
    public void Correct()
    {
        Drift(1);
        _offset = time.GetUtcNow() - Simulation.Beginning.AddTicks(Passed);
    }

    private void Fire(TimerCallback callback, object? given)
    {
        if (!_isPaused)
        {
            callback(given);
            return;
        }
        // Posted to the process whose timer it is.
        var process = SynchronizationContext.Current!;
        _due.Add(() => process.Post(_ => callback(given), null));
    }

    // What its timer counts is its own time. Rounded up, so that a timer is never early by its own clock.
    private TimeSpan Real(TimeSpan own) => own <= TimeSpan.Zero || _rate == 1 ? own : TimeSpan.FromTicks((long)Math.Ceiling(own.Ticks / _rate));

    private sealed class Timer(ITimer inner, ComponentClock clock) : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period) => inner.Change(clock.Real(dueTime), clock.Real(period));

        public void Dispose() => inner.Dispose();

        public ValueTask DisposeAsync() => inner.DisposeAsync();
    }
}
