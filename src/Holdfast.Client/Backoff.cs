using Holdfast.Platform;

namespace Holdfast.Client;

/// <summary>How long to wait after so many failures in a row: doubling, bounded, and spread by chance.</summary>
/// <param name="Initial">The longest wait after the first failure.</param>
/// <param name="Max">The longest wait at all.</param>
public sealed record Backoff(TimeSpan Initial, TimeSpan Max)
{
    /// <summary>The wait after a number of failures: between half of the doubled span and all of it.</summary>
    /// <param name="failures">Failures in a row; at least 1.</param>
    /// <param name="chance">Spreads those who failed together.</param>
    public TimeSpan Delay(int failures, IChance chance)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(failures, 1);
        ArgumentNullException.ThrowIfNull(chance);
        var ceiling = Math.Min(Initial.Ticks * Math.Pow(2, Math.Min(failures - 1, 62)), Max.Ticks);
        return TimeSpan.FromTicks((long)(ceiling * (0.5 + (chance.NextDouble() / 2))));
    }
}
