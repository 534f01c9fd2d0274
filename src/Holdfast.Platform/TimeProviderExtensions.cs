namespace Holdfast.Platform;

/// <summary>Waiting, by whichever clock was passed in.</summary>
public static class TimeProviderExtensions
{
    /// <summary>Ends after a span of the clock's own time.</summary>
    /// <param name="time">The clock.</param>
    /// <param name="delay">How long; zero or more.</param>
    /// <param name="cancellationToken">Ends the wait early, as cancelled.</param>
    public static Task DelayAsync(this TimeProvider time, TimeSpan delay, CancellationToken cancellationToken) =>
        Task.Delay(delay, time, cancellationToken);
}
