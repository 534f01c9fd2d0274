using Holdfast.Platform.Simulation;

namespace Holdfast.Simulator.World;

/// <summary>One component's clock: it may be wrong and may jump, while spans and timers go on evenly, as a monotonic clock's do.</summary>
/// <param name="time">The simulated time.</param>
/// <param name="followsWall">A known bug: spans are measured by the wall clock, jumps included.</param>
public sealed class ComponentClock(SimulatedTime time, bool followsWall = false) : TimeProvider
{
    private TimeSpan _offset;

    /// <inheritdoc/>
    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    /// <inheritdoc/>
    public override long TimestampFrequency => time.TimestampFrequency;

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow() => time.GetUtcNow() + _offset;

    /// <inheritdoc/>
    public override long GetTimestamp() => time.GetTimestamp() + (followsWall ? _offset.Ticks : 0);

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        time.CreateTimer(callback, state, dueTime, period);

    /// <summary>Moves it.</summary>
    /// <param name="by">How far; negative goes back.</param>
    public void Jump(TimeSpan by) => _offset += by;

    /// <summary>Sets it right.</summary>
    public void Correct() => _offset = TimeSpan.Zero;
}
