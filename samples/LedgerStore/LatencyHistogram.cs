using System.Globalization;
using System.Text;

namespace LedgerStore;

/// <summary>How long something took, counted in buckets as Prometheus wants them. Any thread may count.</summary>
public sealed class LatencyHistogram
{
    private static readonly double[] BoundsSeconds =
        [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

    private readonly long[] buckets = new long[BoundsSeconds.Length + 1];
    private long microseconds;

    /// <summary>It took so long, once.</summary>
    public void Took(TimeSpan latency)
    {
        Interlocked.Add(ref microseconds, (long)latency.TotalMicroseconds);
        var bucket = Array.FindIndex(BoundsSeconds, bound => latency.TotalSeconds <= bound);
        Interlocked.Increment(ref buckets[bucket < 0 ? BoundsSeconds.Length : bucket]);
    }

    /// <summary>Adds it in Prometheus' text format.</summary>
    public void Render(StringBuilder text, string name, string help)
    {
        text.Append(CultureInfo.InvariantCulture, $"# HELP {name} {help}\n# TYPE {name} histogram\n");
        var total = 0L;
        for (var number = 0; number < BoundsSeconds.Length; number++)
        {
            total += Interlocked.Read(ref buckets[number]);
            text.Append(CultureInfo.InvariantCulture, $"{name}_bucket{{le=\"{BoundsSeconds[number]}\"}} {total}\n");
        }
        total += Interlocked.Read(ref buckets[^1]);
        var sum = Interlocked.Read(ref microseconds) / 1e6;
        text.Append(CultureInfo.InvariantCulture, $"{name}_bucket{{le=\"+Inf\"}} {total}\n{name}_sum {sum}\n{name}_count {total}\n");
    }
}
