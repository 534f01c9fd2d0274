using System.Diagnostics;

namespace Holdfast.Testing;

/// <summary>Waits for a condition of the real world instead of for a fixed time.</summary>
public static class Eventually
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(10);

    /// <summary>Asks until the condition holds.</summary>
    /// <param name="what">What is waited for, for the message: "the pod is running".</param>
    /// <param name="condition">Asked every 10 milliseconds.</param>
    /// <param name="deadline">How long to ask.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="TimeoutException">The condition did not come to hold in time.</exception>
    public static Task HoldsAsync(
        string what, Func<bool> condition, TimeSpan deadline, CancellationToken cancellationToken) =>
        HoldsAsync(what, () => Task.FromResult(condition()), deadline, cancellationToken);

    /// <inheritdoc cref="HoldsAsync(string, Func{bool}, TimeSpan, CancellationToken)"/>
    public static async Task HoldsAsync(
        string what, Func<Task<bool>> condition, TimeSpan deadline, CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        while (!await condition())
        {
            if (Stopwatch.GetElapsedTime(started) > deadline)
                throw new TimeoutException($"after {deadline.TotalSeconds:0.#} s it still does not hold that {what}");
            await PauseAsync(cancellationToken);
        }
    }

    /// <summary>The breath that a client takes between two attempts, 10 milliseconds. Nothing may be taken to have happened after it.</summary>
    /// <param name="cancellationToken">Ends it.</param>
    public static Task PauseAsync(CancellationToken cancellationToken) => Task.Delay(Interval, TimeProvider.System, cancellationToken);
}
