namespace Holdfast.Guarantees.History;

/// <summary>An event as a watch told it.</summary>
/// <param name="Revision">Its revision.</param>
/// <param name="Type">ADDED, MODIFIED or DELETED.</param>
/// <param name="Key">The object.</param>
/// <param name="Value">What the object holds.</param>
internal readonly record struct Told(long Revision, string Type, string Key, string Value);

/// <summary>A stretch of a watch: everything after one revision and up to another.</summary>
internal sealed class Stretch(string watch, string colour, long from)
{
    /// <summary>Which watch, for messages.</summary>
    public string Watch => watch;

    /// <summary>Only objects of this colour; empty for all.</summary>
    public string Colour => colour;

    public long From { get; } = from;

    /// <summary>Everything up to here was told: the last event or bookmark.</summary>
    public long To { get; set; } = from;

    public List<Told> Events { get; } = [];
}

/// <summary>A list as it was answered.</summary>
/// <param name="Started">When it was asked, in the order of all clients.</param>
/// <param name="Ended">When it was answered.</param>
/// <param name="IsNewest">Whether it asked for what is newest, so that it must show all that was acknowledged before.</param>
/// <param name="Revision">Its revision.</param>
/// <param name="Colour">Only objects of this colour; empty for all.</param>
/// <param name="Objects">Each object's revision and value.</param>
internal sealed record Listed(
    long Started, long Ended, bool IsNewest, long Revision, string Colour, IReadOnlyDictionary<string, (long Revision, string Value)> Objects);

/// <summary>Everything that all clients did and saw, written by many threads.</summary>
internal sealed class Recording
{
    private readonly Lock _gate = new();
    private readonly List<Attempt> _attempts = [];
    private readonly List<Stretch> _stretches = [];
    private readonly List<Listed> _lists = [];
    private long _clock;

    public IReadOnlyList<Attempt> Attempts => _attempts;

    public IReadOnlyList<Stretch> Stretches => _stretches;

    public IReadOnlyList<Listed> Lists => _lists;

    public long Now() => Interlocked.Increment(ref _clock);

    public void Add(Attempt attempt) => Locked(() => _attempts.Add(attempt));

    public void Add(Stretch stretch) => Locked(() => _stretches.Add(stretch));

    public void Add(Listed list) => Locked(() => _lists.Add(list));

    public int Acknowledged()
    {
        lock (_gate)
            return _attempts.Count(attempt => attempt.Outcome == Outcome.Acknowledged);
    }

    private void Locked(Action change)
    {
        lock (_gate)
            change();
    }
}
