using LedgerStore.Ledger;

namespace LedgerStore.Server;

/// <summary>A member as its API shows it: the ledger once it is recovered, and what readiness follows from.</summary>
/// <param name="options">How it runs.</param>
/// <param name="time">The clock.</param>
/// <param name="freeSpace">Free bytes of the data folder's volume.</param>
public sealed class Member(LedgerOptions options, TimeProvider time, Func<long> freeSpace)
{
    private readonly long startedAt = time.GetTimestamp();
    private ILedger? ledger;

    /// <summary>How it runs.</summary>
    public LedgerOptions Options => options;

    /// <summary>The ledger; null while the log is being read.</summary>
    public ILedger? Ledger => Volatile.Read(ref ledger);

    /// <summary>The way in for appends.</summary>
    public AppendGate Gate { get; } = new();

    /// <summary>Free bytes of the data folder's volume.</summary>
    public long FreeBytes => freeSpace();

    /// <summary>True while there is room to append.</summary>
    public bool HasRoom => FreeBytes >= options.DiskFloorBytes;

    /// <summary>Recovery is done.</summary>
    public void Serve(ILedger recovered) => Volatile.Write(ref ledger, recovered);

    /// <summary>Startup: has recovery ended?</summary>
    public ProbeAnswer Startup() => Probe([(Ledger is null, "the log is still being read")]);

    /// <summary>Readiness: should this member receive traffic?</summary>
    public ProbeAnswer Ready() => Probe(
    [
        (Ledger is null, "the log is still being read"),
        (Gate.IsShut, "the member is draining"),
        (!HasRoom, $"the volume has {FreeBytes} bytes free, below the floor of {options.DiskFloorBytes}"),
    ]);

    /// <summary>Liveness: would a restart help? Only when a batch has been stuck for very long; never during recovery, however long
    /// that takes, and never for a full disk.</summary>
    public ProbeAnswer Live() => Probe(
    [
        (Ledger is { } held && held.Stalled > options.StuckAfter, $"a batch has not become durable for {options.StuckAfter.TotalSeconds} seconds"),
    ]);

    /// <summary>Everything about it.</summary>
    public StatusAnswer Status()
    {
        var held = Ledger;
        var head = held?.Head ?? new LedgerHead(0, LedgerChecksum.Empty);
        return new StatusAnswer(
            options.Member, options.Release.Version, held?.Role ?? "recovering",
            options.Release.WritesFormat, options.Release.ReadsFormatsTo,
            held?.FirstIndex ?? 0, head.Index, head.Index, head.Checksum.ToString(),
            Ready().Ok, held is null, Gate.IsShut, FreeBytes, Math.Round(time.GetElapsedTime(startedAt).TotalSeconds, 3));
    }

    /// <summary>Lets no new writes in, waits for those under way and makes sure that they are durable.</summary>
    /// <exception cref="TimeoutException">They took longer than the bound.</exception>
    public async Task DrainAsync(CancellationToken cancellation)
    {
        await Gate.Shut().WaitAsync(options.DrainTimeout, time, cancellation);
        if (Ledger is { } held)
            await held.FlushAsync().WaitAsync(options.DrainTimeout, time, cancellation);
    }

    private static ProbeAnswer Probe(ReadOnlySpan<(bool IsFailing, string Reason)> checks)
    {
        var reasons = new List<string>();
        foreach (var (isFailing, reason) in checks)
        {
            if (isFailing)
                reasons.Add(reason);
        }
        return new ProbeAnswer(reasons.Count == 0, reasons);
    }
}
