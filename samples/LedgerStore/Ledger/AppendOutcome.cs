namespace LedgerStore.Ledger;

/// <summary>How an append ended: <see cref="Appended"/> or one of the refusals. A refused append took no effect, unless the refusal says that it may.</summary>
public abstract record AppendOutcome
{
    private AppendOutcome()
    {
    }

    /// <summary>The entry is durable.</summary>
    /// <param name="Index">Its place.</param>
    /// <param name="Checksum">The running checksum with it.</param>
    /// <param name="WasRepeat">True when an earlier request of the same identity had appended it.</param>
    public sealed record Appended(long Index, LedgerChecksum Checksum, bool WasRepeat) : AppendOutcome;

    /// <summary>The identity was used before, for other data.</summary>
    /// <param name="Index">Where that data is.</param>
    public sealed record SequenceReused(long Index) : AppendOutcome;

    /// <summary>The sequence is older than what is remembered of its client.</summary>
    public sealed record SequenceTooOld : AppendOutcome;

    /// <summary>The volume has no room.</summary>
    public sealed record DiskFull : AppendOutcome;

    /// <summary>Another member leads.</summary>
    /// <param name="Leader">Its name; null when none is known.</param>
    public sealed record NotLeader(string? Leader) : AppendOutcome;

    /// <summary>Leadership went while it was under way: it may still take effect, or not.</summary>
    public sealed record LeadershipLost : AppendOutcome;

    /// <summary>The cluster is being founded: not all founders vote yet.</summary>
    public sealed record Founding : AppendOutcome;

    /// <summary>More appends wait than may.</summary>
    public sealed record Overloaded : AppendOutcome;

    /// <summary>The ledger is being closed.</summary>
    public sealed record Closing : AppendOutcome;
}
