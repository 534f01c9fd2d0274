using LedgerStore.Ledger;
using LedgerStore.Raft;
using LedgerStore.Storage;

namespace LedgerStore.Quorum;

/// <content>What is done with what the core decides, and what the member does by itself now and then.</content>
public sealed partial class QuorumLedger : IRaftApplication
{
    private static readonly TimeSpan HintSyncPause = TimeSpan.FromSeconds(1);
    private RaftRole lastRole;
    private long hintSyncedAt;
    private long electionsWon;
    private long snapshotsInstalled;
    private bool wasMember;
    private bool isRemoved;
    private bool isSaidRemoved;
    private long foundingTerm;

    /// <inheritdoc />
    public void Apply(IReadOnlyList<RaftEntry> entries)
    {
        var run = new List<(RaftEntry Entry, ReplicatedCommand.Append Append)>();
        foreach (var entry in entries.Where(entry => entry.Index > appliedIndex))
        {
            if (entry.Kind == RaftEntryKind.Command && Decode(entry) is ReplicatedCommand.Append append)
            {
                run.Add((entry, append));
                continue;
            }
            ApplyRun(run);
            ApplyOther(entry);
        }
        ApplyRun(run);
    }

    /// <inheritdoc />
    public void ServeRead(long context)
    {
        if (reads.Remove(context, out var done))
            done.TrySetResult(ReadVerdict.Confirmed);
    }

    /// <inheritdoc />
    public void LoseRead(long context)
    {
        if (reads.Remove(context, out var done))
            done.TrySetResult(ReadVerdict.NoLeader);
    }

    /// <inheritdoc />
    public ChunkOutcome Store(RaftMessage.SnapshotChunk chunk)
    {
        var (next, isWhole) = disk.Receiver.Store(chunk, disk.Ledger.Head);
        if (!isWhole)
            return new ChunkOutcome(next, false);
        disk.Install();
        appliedIndex = chunk.Mark.Index;
        snapshotsInstalled++;
        journal.Write($"quorum: took in a snapshot at {chunk.Mark.Index}, {disk.Ledger.Head.Index} entries");
        return new ChunkOutcome(next, true);
    }

    /// <inheritdoc />
    public void Send(RaftMessage message) => send(message is RaftMessage.SnapshotChunk { Position: >= 0 } chunk ? disk.Fill(chunk) : message);

    private static ReplicatedCommand Decode(RaftEntry entry)
    {
        try
        {
            return ReplicatedCommand.Decode(entry.Data);
        }
        catch (FormatException failure)
        {
            throw new UnusableDataException($"entry {entry.Index} of the replicated log: {failure.Message}; start a newer version");
        }
    }

    private void ApplyRun(List<(RaftEntry Entry, ReplicatedCommand.Append Append)> run)
    {
        if (run.Count == 0)
            return;
        var outcomes = disk.Ledger.Apply([.. run.Select(static one => one.Append)]);
        for (var number = 0; number < run.Count; number++)
            Conclude(run[number].Entry, outcomes[number]);
        appliedIndex = run[^1].Entry.Index;
        run.Clear();
    }

    private void ApplyOther(RaftEntry entry)
    {
        if (entry.Kind == RaftEntryKind.Command && Decode(entry) is ReplicatedCommand.SwitchFormat change)
        {
            disk.Ledger.SwitchTo(change.Format);
            journal.Write($"quorum: from here on the cluster writes data format {change.Format}");
        }
        if (entry.Kind == RaftEntryKind.Command && Decode(entry) is ReplicatedCommand.Found { Founding: var founding })
        {
            disk.RequireOwn(founding);
            disk.Ledger.NoteFounded(founding);
            journal.Write($"quorum: cluster {founding.ClusterId} is founded: all founders vote");
        }
        if (entry.Kind == RaftEntryKind.Membership)
            journal.Write($"quorum: the members are {MembershipFormat.Decode(entry.Data.Span)}");
        Conclude(entry, new AppendOutcome.Appended(Head.Index, Head.Checksum, false));
        appliedIndex = entry.Index;
    }

    private void Conclude(RaftEntry entry, AppendOutcome outcome)
    {
        if (proposals.Remove(entry.Index, out var proposal))
            proposal.Done.TrySetResult(proposal.Term == entry.Term ? outcome : new AppendOutcome.LeadershipLost());
    }

    private void KeepHouse(bool isTick)
    {
        NoteRole();
        if (!isTick)
            return;
        if (node.Role == RaftRole.Leader)
        {
            Promote();
            MaybeFinishFounding();
        }
        if (time.GetElapsedTime(hintSyncedAt) > HintSyncPause)
        {
            disk.Files.SyncCommitted();
            hintSyncedAt = time.GetTimestamp();
        }
        if (node.Log.AppliedIndex - node.Log.BaseIndex > settings.CompactEntries || node.Log.Bytes > settings.CompactBytes)
            Compact();
        if (disk.Ledger.Format > DataFormat.Oldest && disk.Ledger.MigrateOne() && disk.Ledger.Backlog == 0)
            journal.Write($"quorum: every closed segment is in data format {disk.Ledger.Format} now");
    }

    private void NoteRole()
    {
        // Whom a leader speaks to belongs to the cluster, whatever was said.
        isSaidRemoved &= node.Leader.IsNone;
        if (node.Membership.Contains(node.Id))
            (wasMember, isRemoved) = (true, isSaidRemoved);
        else if (wasMember && !isRemoved && node.Log.MembershipIndex <= node.Log.AppliedIndex)
        {
            isRemoved = true;
            journal.Write("quorum: this member was removed; it asks to be let in again only when it is started again");
        }
        if (node.Role == lastRole)
            return;
        if (node.Role == RaftRole.Leader)
        {
            electionsWon++;
            journal.Write($"quorum: leads term {node.Term}");
        }
        else if (lastRole == RaftRole.Leader)
        {
            journal.Write($"quorum: leads no more, term {node.Term}");
            GiveUpProposals();
        }
        lastRole = node.Role;
    }

    // Whether these will be committed cannot be told here; their clients are told so at once instead of being kept waiting.
    private void GiveUpProposals()
    {
        foreach (var proposal in proposals.Values)
            proposal.Done.TrySetResult(new AppendOutcome.LeadershipLost());
        proposals.Clear();
    }

    private void Promote()
    {
        var learner = node.Membership.Seats.FirstOrDefault(seat => !seat.Value.IsVoter && node.IsCaughtUp(seat.Key));
        if (learner.Value is not null && node.Change(new MembershipChange.Promote(learner.Key), out _) == RaftVerdict.Accepted)
            journal.Write($"quorum: {learner.Value.Name} is caught up and shall vote");
    }

    private void Compact()
    {
        if (node.Log.AppliedIndex <= node.Log.Snapshot.Index)
            return;
        disk.Ledger.Sync();
        var note = disk.Ledger.Mark.Encode();
        var keepFrom = Math.Max(1, node.Log.AppliedIndex - settings.KeepEntries);
        try
        {
            disk.Files.Save(node.MarkApplied(note), keepFrom);
        }
        catch (DiskFullException)
        {
            // The log stays as long as it is until there is room.
            return;
        }
        node.Compact(note, keepFrom);
    }

    // The flag is part of the cluster's own state: every disk that holds the cluster holds it. A ledger with entries was founded before there was one.
    private bool IsFounded => disk.Ledger.Founding is not null || disk.Ledger.Head.Index > 0 || HoldsFounding();

    private void MaybeFinishFounding()
    {
        if (disk.Ledger.Founding is not null || foundingTerm == node.Term || node.Membership.VoterCount < settings.Founders || node.Log.MembershipIndex > node.Log.CommitIndex)
            return;
        var founding = new Founding(identity.ClusterId, identity.Name, time.GetUtcNow());
        if (node.Propose(new ReplicatedCommand.Found(founding).Encode(), out _) != RaftVerdict.Accepted)
            return;
        foundingTerm = node.Term;
        node.Flush();
    }

    private LedgerPlace Place() => new(Head, node.Log.AppliedIndex, node.Log.TermAt(node.Log.AppliedIndex));

    private QuorumView Look()
    {
        var isLeader = node.Role == RaftRole.Leader && !pump.IsStalled;
        return new QuorumView
        {
            ClusterId = identity.ClusterId,
            MemberId = identity.MemberId,
            Role = RoleName(),
            Term = node.Term,
            Commit = node.Log.CommitIndex,
            Applied = node.Log.AppliedIndex,
            Place = Place(),
            LastLogIndex = node.Log.LastIndex,
            Goal = node.Goal,
            IsMembershipSettled = node.Log.MembershipIndex <= node.Log.CommitIndex,
            Leader = pump.IsStalled ? null : NameOf(node.Leader),
            Format = disk.Ledger.Format,
            Backlog = disk.Ledger.Backlog,
            Founding = disk.Ledger.Founding,
            IsFounded = IsFounded,
            IsStalled = pump.IsStalled,
            ElectionsWon = electionsWon,
            SnapshotsInstalled = snapshotsInstalled,
            Members = [.. node.Membership.Seats.Select(seat => new SeatView(seat.Value.Name, seat.Key.ToString(), seat.Value.IsVoter,
                isLeader ? MatchOf(seat.Key) : null, isLeader ? IsHeard(seat.Key) : null))],
        };
    }

    private string RoleName() =>
        pump.IsStalled ? "stalled" :
        isRemoved ? "removed" :
        !node.Membership.Contains(node.Id) ? "joining" :
        !node.Membership.IsVoter(node.Id) ? "learner" :
        node.Role switch { RaftRole.Leader => "leader", RaftRole.Follower => "follower", _ => "candidate" };

    private long MatchOf(MemberId id) => id == node.Id ? node.Log.StableIndex : node.Followers.TryGetValue(id, out var follower) ? follower.Match : 0;

    private bool IsHeard(MemberId id) => id == node.Id || node.IsHeard(id);
}
