namespace Holdfast.Guarantees.History;

internal enum AttemptKind
{
    Create,
    Update,
    Patch,
    Delete,
}

internal enum Outcome
{
    /// <summary>No answer, or one that says that the server cannot know: it took effect once or never.</summary>
    Unknown,
    Acknowledged,
    Refused,
}

/// <summary>One write as its client knows it. Times are places in one order over all clients.</summary>
internal sealed class Attempt
{
    public required AttemptKind Kind { get; init; }

    public required string Key { get; init; }

    /// <summary>What is written, told from every other write; empty for a deletion.</summary>
    public string Value { get; init; } = "";

    public string Colour { get; init; } = "";

    /// <summary>The revision that the object must still have; 0 when the write does not care.</summary>
    public long Expected { get; init; }

    /// <summary>Whether it can only be refused, as its uid is another object's.</summary>
    public bool IsWrong { get; init; }

    public required long Started { get; init; }

    public long Ended { get; set; } = long.MaxValue;

    public Outcome Outcome { get; set; }

    /// <summary>The revision that was answered; 0 for deletions, whose answer tells none.</summary>
    public long Revision { get; set; }

    public override string ToString() => $"{Kind} of {Key} \"{Value}\" (expected {Expected}, {Outcome}, revision {Revision})";
}
