namespace Holdfast.Testing;

/// <summary>The clock of a process that can be stopped, as by SIGSTOP: time goes on, but none of its timers fires until it continues.</summary>
/// <param name="inner">The clock of the others.</param>
public sealed class PausableTime(TimeProvider inner) : TimeProvider
{
    private readonly List<Action> _missed = [];
    private bool _isPaused;

    /// <inheritdoc/>
    public override long TimestampFrequency => inner.TimestampFrequency;

    /// <inheritdoc/>
    public override TimeZoneInfo LocalTimeZone => inner.LocalTimeZone;

    /// <summary>Stops the process.</summary>
    public void Pause() => _isPaused = true;

    /// <summary>Lets it continue; all timers that were due meanwhile fire, in the order in which they were due.</summary>
    public void Continue()
    {
        _isPaused = false;
        foreach (var fire in _missed)
            fire();
        _missed.Clear();
    }

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow() => inner.GetUtcNow();

    /// <inheritdoc/>
    public override long GetTimestamp() => inner.GetTimestamp();

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        ArgumentNullException.ThrowIfNull(callback);
        return inner.CreateTimer(
            given =>
            {
                if (_isPaused)
                    _missed.Add(() => callback(given));
                else
                    callback(given);
            },
            state, dueTime, period);
    }
}
