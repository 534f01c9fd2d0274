using System.Globalization;

namespace Holdfast.Simulator.Story;

/// <summary>The run as a person would tell it, line by line; its digest is part of the trace hash.</summary>
/// <param name="time">The simulated clock.</param>
public sealed class StoryTeller(TimeProvider time)
{
    private const int MostLines = 100_000;
    private readonly List<string> _lines = [];
    private readonly long _startedAt = time.GetTimestamp();

    /// <summary>The lines, in order.</summary>
    public IReadOnlyList<string> Lines => _lines;

    /// <summary>A digest of the lines.</summary>
    public ulong Hash { get; private set; } = 0xcbf29ce484222325;

    /// <summary>Tells one thing.</summary>
    /// <param name="who">Who did it or to whom it happened: "user", "node-a", "pod".</param>
    /// <param name="what">What happened.</param>
    public void Tell(string who, string what)
    {
        var line = string.Create(CultureInfo.InvariantCulture, $"{time.GetElapsedTime(_startedAt):mm\\:ss\\.fff}  {who,-12} {what}");
        foreach (var letter in line)
            Hash = (Hash ^ letter) * 0x100000001b3;
        if (_lines.Count < MostLines)
            _lines.Add(line);
    }
}
