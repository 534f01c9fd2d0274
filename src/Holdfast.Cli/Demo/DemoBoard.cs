using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using StewardResource = Holdfast.Model.Stewards.Steward;

namespace Holdfast.Cli.Demo;

/// <summary>What the demo shows while it runs: lines of progress, the Steward as it was last seen, and the writes. Whoever shows it reads it.</summary>
/// <param name="write">Takes each line at once, where nothing else shows them; null where a screen does.</param>
internal sealed class DemoBoard(Action<string>? write)
{
    private const int KeptLines = 200;

    private readonly long _started = Stopwatch.GetTimestamp();
    private ImmutableList<string> _lines = [];

    /// <summary>How long the demo runs.</summary>
    internal TimeSpan Elapsed => Stopwatch.GetElapsedTime(_started);

    /// <summary>The last lines.</summary>
    internal ImmutableList<string> Lines => _lines;

    /// <summary>The Steward; null when there is none.</summary>
    internal StewardResource? Steward { get; set; }

    /// <summary>The writes to the stewarded set; null when there are none.</summary>
    internal LoadMeter? Load { get; set; }

    /// <summary>The writes to the plain set; null when there are none.</summary>
    internal LoadMeter? PlainLoad { get; set; }

    /// <summary>Tells something.</summary>
    internal void Say(string line)
    {
        var stamped = string.Create(CultureInfo.InvariantCulture, $"{Elapsed.TotalSeconds,6:0.0} s  {line}");
        ImmutableInterlocked.Update(ref _lines, static (lines, added) => lines.Count < KeptLines ? lines.Add(added) : lines.RemoveAt(0).Add(added), stamped);
        write?.Invoke(stamped);
    }
}
