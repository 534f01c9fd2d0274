using LedgerStore.Ledger;

namespace LedgerStore.Server;

/// <summary>What a client is told when a request fails: the closed set of them.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Code">A word that programs may rely on.</param>
/// <param name="Message">What happened, what was expected, what to do next.</param>
/// <param name="Leader">Who leads, when that would help.</param>
public sealed record LedgerError(int Status, string Code, string Message, string? Leader = null)
{
    /// <summary>The request makes no sense as it is.</summary>
    public static LedgerError BadRequest(string message) => new(400, "BadRequest", message);

    /// <summary>There is no such path.</summary>
    public static LedgerError NoSuchPath(string path) => new(404, "NoSuchPath", $"nothing is served at {path}; entries are under /v1/entries");

    /// <summary>There is no such entry (yet).</summary>
    public static LedgerError NoSuchEntry(long index, long first, long last) => new(404, "NoSuchEntry",
        last < first ? $"there is no entry {index}: the ledger is empty" : $"there is no entry {index}: the ledger holds {first} to {last}");

    /// <summary>The path does not take this method.</summary>
    public static LedgerError MethodNotAllowed(string path, string allowed) =>
        new(405, "MethodNotAllowed", $"{path} takes {allowed} only");

    /// <summary>The entry is too large.</summary>
    public static LedgerError EntryTooLarge(long most) => new(413, "EntryTooLarge", $"an entry has at most {most} bytes; split the data");

    /// <summary>The member still reads its log.</summary>
    public static LedgerError Recovering { get; } = new(503, "Recovering", "the member is still reading its log; ask again soon");

    /// <summary>The member's disk is empty, and it has found no cluster to join.</summary>
    public static LedgerError NoCluster(string reason) => new(503, "NoCluster", $"the member belongs to no cluster yet: {reason}");

    /// <summary>The cluster is being founded.</summary>
    public static LedgerError Founding { get; } = new(503, "Founding",
        "the cluster is being founded and takes no appends until all its founders vote (LEDGER_FOUNDERS says how many): a first entry on fewer disks could be lost with one of them; ask again soon");

    /// <summary>The member is about to stop.</summary>
    public static LedgerError Draining { get; } = new(503, "Draining", "the member is draining and takes no new writes; ask another member or ask again later");

    /// <summary>This member cannot do it, since it does not lead.</summary>
    public static LedgerError NotLeader(string? leader) => leader is null
        ? new(503, "NoLeader", "no leader is known: a majority of the members cannot talk, or is about to elect one; ask again soon")
        : new(503, "NotLeader", $"{leader} leads; ask it", leader);

    /// <summary>The leader does not answer.</summary>
    public static LedgerError LeaderSilent(string leader) => new(503, "LeaderSilent",
        $"{leader} led when last heard of and does not answer: it is open whether the request took effect; repeat it with the same Ledger-Client and Ledger-Sequence", leader);

    /// <summary>Leadership went while an append was under way.</summary>
    public static LedgerError LeadershipLost { get; } = new(503, "LeadershipLost",
        "leadership changed while the append was under way: it is open whether it took effect; repeat it with the same Ledger-Client and Ledger-Sequence");

    /// <summary>A change of the membership that another leader has replaced.</summary>
    public static LedgerError ChangeLost(string? leader) => new(503, "ChangeLost",
        "leadership changed before the change was committed, and it took no effect; ask the new leader again", leader);

    /// <summary>A change of the membership whose fate is not known.</summary>
    public static LedgerError ChangeOpen(string? leader) => new(503, "ChangeOpen",
        "the change was taken but a majority did not confirm it in time: it may still take effect; look at /v1/members before you ask again", leader);

    /// <summary>Leadership is not where it was sent.</summary>
    public static LedgerError NotTransferred(string? leader) => new(503, "NotTransferred",
        $"leadership did not move there within an election timeout: {leader ?? "nobody"} leads now; see that the target runs and is caught up, then ask again", leader);

    /// <summary>A call of a member of another cluster, or for another member.</summary>
    public static LedgerError WrongMember { get; } = new(421, "WrongMember", "this is another cluster or another member than the caller means");

    /// <summary>A member alone has no quorum.</summary>
    public static LedgerError Standalone { get; } = new(409, "Standalone", "this member keeps its ledger alone: there is no membership to look at or change");

    /// <summary>It cannot be done as things are.</summary>
    public static LedgerError Conflict(string code, string message) => new(409, code, message);

    /// <summary>More is under way than may be.</summary>
    public static LedgerError Overloaded { get; } = new(503, "Overloaded", "too many requests are under way, and this one took no effect; ask again after a pause");

    /// <summary>The volume is full, or nearly so.</summary>
    public static LedgerError DiskFull(long free, long floor) => new(503, "DiskFull",
        (free < floor ? $"the volume has {free} bytes free, and below {floor} (LEDGER_DISK_FLOOR) no append is taken" : $"the volume, which has {free} bytes free now, had no room for what had to be written") +
        ": grow the volume; entries already in the ledger stay readable");

    /// <summary>The disk no longer holds what was written.</summary>
    public static LedgerError Damaged { get; } = new(503, "Damaged", "the member's disk is damaged, so it stops and shows nothing more; ask another member");

    /// <summary>Something failed that the client has no part in.</summary>
    public static LedgerError Internal { get; } = new(500, "Internal", "the member could not answer; its log says why");

    /// <summary>The error for a request that the HTTP server itself could not accept.</summary>
    public static LedgerError Of(BadHttpRequestException failure, long mostEntryBytes) =>
        failure.StatusCode == StatusCodes.Status413PayloadTooLarge
            ? EntryTooLarge(mostEntryBytes)
            : BadRequest(failure.Message) with { Status = failure.StatusCode };

    /// <summary>The error for an append that was refused.</summary>
    public static LedgerError Of(AppendOutcome refusal, long free, long floor) => refusal switch
    {
        AppendOutcome.SequenceReused reused => new(409, "SequenceReused",
            $"this client's sequence was used before, for other data (entry {reused.Index}); use each sequence for one entry"),
        AppendOutcome.SequenceTooOld => new(409, "SequenceTooOld",
            $"this sequence is older than the last {ClientWindows.WindowSize} of its client, so it cannot be told whether it was appended; look for it by reading"),
        AppendOutcome.NotLeader other => NotLeader(other.Leader),
        AppendOutcome.LeadershipLost => LeadershipLost,
        AppendOutcome.Founding => Founding,
        AppendOutcome.DiskFull => DiskFull(free, floor),
        AppendOutcome.Overloaded => Overloaded,
        _ => Draining,
    };
}
