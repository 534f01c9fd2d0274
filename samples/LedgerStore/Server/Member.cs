using LedgerStore.Ledger;
using LedgerStore.Operations;
using LedgerStore.Quorum;
using LedgerStore.Storage;

namespace LedgerStore.Server;

/// <summary>A member as its API shows it: the ledger once it is recovered, and what readiness follows from.</summary>
/// <param name="options">How it runs.</param>
/// <param name="time">The clock.</param>
/// <param name="freeSpace">Free bytes of the data folder's volume.</param>
public sealed class Member(LedgerOptions options, TimeProvider time, Func<long> freeSpace)
{
    private readonly long startedAt = time.GetTimestamp();
    private readonly Lock backups = new();
    private ILedger? ledger;
    private ProvenBackup? lastBackup = ProvenBackup.Read(options.DataFolder);

    /// <summary>How it runs.</summary>
    public LedgerOptions Options => options;

    /// <summary>The ledger; null while the log is being read.</summary>
    public ILedger? Ledger => Volatile.Read(ref ledger);

    /// <summary>What it knows of its peers; null for a member alone.</summary>
    public QuorumProcess? Quorum { get; init; }

    /// <summary>The way in for appends.</summary>
    public AppendGate Gate { get; } = new();

    /// <summary>The connections to its API.</summary>
    public ConnectionLimit Connections { get; } = new(options.MaxRequests + options.SpareConnections, time);

    /// <summary>Free bytes of the data folder's volume.</summary>
    public long FreeBytes => freeSpace();

    /// <summary>True while there is room to append.</summary>
    public bool HasRoom => FreeBytes >= options.DiskFloorBytes;

    /// <summary>The newest backup that whoever took it has checked and told of; null when none is known.</summary>
    public ProvenBackup? LastBackup => Volatile.Read(ref lastBackup);

    /// <summary>Remembers a backup, unless a newer one is known.</summary>
    /// <exception cref="DiskFullException">There is no room.</exception>
    public void Remember(ProvenBackup backup)
    {
        lock (backups)
        {
            if (lastBackup?.At >= backup.At)
                return;
            backup.Write(options.DataFolder);
            Volatile.Write(ref lastBackup, backup);
        }
    }

    /// <summary>Recovery is done.</summary>
    public void Serve(ILedger recovered) => Volatile.Write(ref ledger, recovered);

    /// <summary>While its disk is empty and it knows no cluster: what is missing.</summary>
    public FoundingPlan.Wait? Waits => Ledger is null ? Quorum?.Member.Waits : null;

    /// <summary>Why it serves nothing as long as there is no ledger.</summary>
    public LedgerError NotServing => Waits is { } wait ? LedgerError.NoCluster(wait.Reason) : LedgerError.Recovering;

    /// <summary>Startup: has recovery ended? An empty disk has nothing to recover.</summary>
    public ProbeAnswer Startup() => Probe([(Ledger is null && Waits is null, "the log is still being read")]);

    /// <summary>Readiness: should this member receive traffic?</summary>
    /// <param name="role">The role that the traffic is for, or nothing.</param>
    public ProbeAnswer Ready(string? role = null)
    {
        // What it waits for first: whoever ends waiting reads its log next, and must not seem to do neither in between.
        var waits = Quorum?.Member.Waits;
        return Ready(Ledger, waits, role);
    }

    private ProbeAnswer Ready(ILedger? held, FoundingPlan.Wait? waits, string? role)
    {
        var (view, isAmongTheFirst) = (held?.View, Quorum?.IsAmongTheFirst == true);
        return Probe(
        [
            (held is null && waits is null, "the log is still being read"),
            (held is null && waits is not null && !isAmongTheFirst, waits?.Reason ?? ""),
            (Gate.IsShut, "the member is draining"),
            (!HasRoom, $"the volume has {FreeBytes} bytes free, below the floor of {options.DiskFloorBytes}"),
            (view?.LacksVote(isAmongTheFirst) == true, $"the member is no voter of the cluster: {view?.Role}"),
            (view is { IsStalled: true }, "the disk has no room for what must be kept"),
            (view is { Leader: null } && !isAmongTheFirst, "no leader is known"),
            (view is { Leader: not null, IsFounded: false }, "the cluster is being founded: not all founders vote yet"),
            (view?.Lag > options.Quorum.ReadyLag, $"the member is {view?.Lag} committed entries behind its leader, and {options.Quorum.ReadyLag} are allowed"),
            (!string.IsNullOrEmpty(role) && role != (view?.Role ?? held?.Role), $"the member is no {role}"),
        ]);
    }

    /// <summary>Liveness: would a restart help? Only when a batch has been stuck for very long; never during recovery, however long
    /// that takes, and never for a full disk.</summary>
    public ProbeAnswer Live() => Probe(
    [
        (Ledger is { } held && held.Stalled > options.StuckAfter, $"a batch has not become durable for {options.StuckAfter.TotalSeconds} seconds"),
    ]);

    /// <summary>Everything about it.</summary>
    public StatusAnswer Status()
    {
        var (waits, held) = (Quorum?.Member.Waits, Ledger);
        var (view, ready) = (held?.View, Ready(held, waits, null));
        var head = held?.Head ?? new LedgerHead(0, LedgerChecksum.Empty);
        return new StatusAnswer(
            options.Member, options.Release.Version, held?.Role ?? (waits is null ? "recovering" : "waiting"),
            view?.Format ?? options.Release.WritesFormat, options.Release.ReadsFormatsTo,
            held?.FirstIndex ?? 0, head.Index, head.Index, head.Checksum.ToString(),
            ready.Ok, held is null && waits is null, Gate.IsShut, FreeBytes, Math.Round(time.GetElapsedTime(startedAt).TotalSeconds, 3))
        {
            NotReadyBecause = ready.Ok ? null : ready.Reasons,
            ClusterId = view?.ClusterId,
            MemberId = view?.MemberId,
            Term = view?.Term,
            Commit = view?.Commit,
            AppliedLogIndex = view?.Applied,
            Lag = view?.Lag,
            LastLogIndex = view?.LastLogIndex,
            Leader = view?.Leader,
            Voters = view?.Members.Where(static seat => seat.IsVoter).Select(static seat => seat.Name).ToList(),
            Learners = view?.Members.Where(static seat => !seat.IsVoter).Select(static seat => seat.Name).ToList(),
            MigrationBacklog = view?.Backlog,
            FoundedBy = view?.Founding?.Founder,
            FoundedAt = view?.Founding?.At,
            LastBackupAt = LastBackup?.At,
            LastBackupIndex = LastBackup?.Index,
        };
    }

    /// <summary>True when the membership is to be given back at the end.</summary>
    public bool IsLeaving { get; set; }

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
