namespace LedgerStore.Ledger;

/// <summary>Entries that are encoded and numbered but not yet durable; thrown away whole when the write fails.</summary>
public sealed class StagedBatch
{
    private readonly List<ReadOnlyMemory<byte>> data = [];
    private readonly DateTimeOffset now;
    private readonly long durable;

    /// <summary>An empty batch.</summary>
    /// <param name="start">The newest durable entry.</param>
    /// <param name="now">When the batch is accepted.</param>
    public StagedBatch(LedgerHead start, DateTimeOffset now) => (Head, durable, this.now) = (start, start.Index, now);

    /// <summary>The newest entry with the batch.</summary>
    public LedgerHead Head { get; private set; }

    /// <summary>The entries as records' payloads.</summary>
    public List<ReadOnlyMemory<byte>> Payloads { get; } = [];

    /// <summary>The identities in the batch and what became of them.</summary>
    public Dictionary<RequestIdentity, AppendOutcome.Appended> Identities { get; } = [];

    /// <summary>Adds a command; the outcome holds once the batch is durable.</summary>
    public AppendOutcome.Appended Add(LedgerCommand command)
    {
        var index = Head.Index + 1;
        Payloads.Add(LedgerEntryFormat.Encode(command, index, Head.Checksum, now, out var checksum));
        data.Add(command.Data);
        Head = new LedgerHead(index, checksum);
        var outcome = new AppendOutcome.Appended(index, checksum, WasRepeat: false);
        if (command.Identity is { } identity)
            Identities.Add(identity, outcome);
        return outcome;
    }

    /// <summary>The data of an entry of this batch.</summary>
    public ReadOnlyMemory<byte> DataOf(long index) => data[(int)(index - durable - 1)];
}
