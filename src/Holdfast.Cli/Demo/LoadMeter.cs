using System.Diagnostics;

namespace Holdfast.Cli.Demo;

/// <summary>Counts what became of writes for a while; a write is counted by the meters that were there when it began.</summary>
internal sealed class LoadMeter
{
    /// <summary>How long a write may take before it counts as failed; it is tried on all the same.</summary>
    internal static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);

    private readonly Lock _gate = new();
    private readonly List<double> _milliseconds = [];
    private long _lastAt = Stopwatch.GetTimestamp();
    private LoadFigures _figures = new(0, 0, 0, 0, TimeSpan.Zero, TimeSpan.Zero);
    private bool _isStopped;

    /// <summary>The figures so far.</summary>
    internal LoadFigures Figures
    {
        get
        {
            lock (_gate)
                return _figures with { LongestStall = Stall(), Slowest99 = Share(0.99) };
        }
    }

    internal void Begin()
    {
        lock (_gate)
            _figures = _figures with { Tried = _figures.Tried + 1 };
    }

    internal void Acknowledge(TimeSpan took, bool isRetried)
    {
        lock (_gate)
        {
            _figures = _figures with
            {
                Acknowledged = _figures.Acknowledged + 1,
                Retried = _figures.Retried + (isRetried ? 1 : 0),
                Failed = _figures.Failed + (took > Limit ? 1 : 0),
                LongestStall = Stall(),
            };
            _lastAt = Stopwatch.GetTimestamp();
            _milliseconds.Add(took.TotalMilliseconds);
        }
    }

    internal void GiveUp()
    {
        lock (_gate)
            _figures = _figures with { Failed = _figures.Failed + 1 };
    }

    /// <summary>Takes silence for a stall no more.</summary>
    internal void Stop()
    {
        lock (_gate)
        {
            _figures = _figures with { LongestStall = Stall() };
            _isStopped = true;
        }
    }

    private TimeSpan Stall()
    {
        var still = _isStopped ? TimeSpan.Zero : Stopwatch.GetElapsedTime(_lastAt);
        return still > _figures.LongestStall ? still : _figures.LongestStall;
    }

    private TimeSpan Share(double share)
    {
        if (_milliseconds.Count == 0)
            return TimeSpan.Zero;
        var sorted = _milliseconds.Order().ToArray();
        return TimeSpan.FromMilliseconds(sorted[(int)(share * (sorted.Length - 1))]);
    }
}

/// <summary>What became of writes.</summary>
/// <param name="Tried">Entries that were begun.</param>
/// <param name="Acknowledged">Entries that were acknowledged.</param>
/// <param name="Retried">Those of them that were not acknowledged the first time.</param>
/// <param name="Failed">Entries that were not acknowledged within five seconds.</param>
/// <param name="LongestStall">The longest time in which no entry at all was acknowledged.</param>
/// <param name="Slowest99">How long 99 of 100 entries took at most.</param>
internal sealed record LoadFigures(long Tried, long Acknowledged, long Retried, long Failed, TimeSpan LongestStall, TimeSpan Slowest99);
