using LedgerStore.Raft;
using LedgerStore.Simulator.World;

namespace LedgerStore.Simulator.Checkers;

/// <summary>Checks R1 to R9 on the members' own logs and disks after every step; R10 is <see cref="QuietChecker"/>'s, R12 the clients'.</summary>
public sealed class RaftReferee
{
    private const long FirstCommitted = 1;

    private readonly Dictionary<long, MemberId> leaders = [];
    private readonly Dictionary<(long Index, long Term), (int Data, long PreviousTerm)> written = [];
    private readonly List<(RaftEntry Entry, long KnownIn)> committed = [];
    private readonly Dictionary<long, (ulong Hash, string Name)> states = [];
    private readonly Dictionary<MemberId, long> applied = [];
    private readonly Dictionary<MemberId, (RaftRole Role, long Term)> roles = [];
    private readonly Dictionary<MemberId, long> durableTerms = [];

    /// <summary>The newest entry that any member has applied.</summary>
    public long LastCommitted => committed.Count + FirstCommitted - 1;

    /// <summary>The membership that the newest committed change brought.</summary>
    public Membership Membership { get; private set; } = Membership.Empty;

    /// <summary>The newest term with a leader.</summary>
    public long NewestTerm { get; private set; }

    /// <summary>Is told of each new leader.</summary>
    public Action<SimulatedMember> OnElected { get; init; } = static _ => { };

    /// <summary>A process begins: what it had applied is what its snapshot holds.</summary>
    public void Started(SimulatedMember member)
    {
        applied[member.Id] = member.Disk.Mark.Index;
        roles.Remove(member.Id);
        var term = member.Node!.Term;
        Require("R6", durableTerms.GetValueOrDefault(member.Id) <= term,
            $"{member.Name} comes back in term {term} after it had told others of term {durableTerms.GetValueOrDefault(member.Id)}");
    }

    /// <summary>A member did something.</summary>
    public void Acted(SimulatedMember member)
    {
        var node = member.Node!;
        var now = (node.Role, node.Term);
        if (node.Role == RaftRole.Leader)
        {
            if (roles.GetValueOrDefault(member.Id) != now)
                Elected(member, node);
            CheckChanges(member, node);
        }
        roles[member.Id] = now;
    }

    /// <summary>A member is about to send: what it promises must be on its disk.</summary>
    public void Sending(SimulatedMember member, RaftMessage message)
    {
        var state = member.Disk.State;
        if (message is RaftMessage.VoteRequest { IsPre: true } or RaftMessage.VoteResponse { IsPre: true })
            return;
        Require("R6", state.Term >= message.Term, $"{member.Name} sends {message.GetType().Name} in term {message.Term}, but its disk knows only term {state.Term}");
        durableTerms[member.Id] = Math.Max(durableTerms.GetValueOrDefault(member.Id), message.Term);
        if (message is RaftMessage.VoteResponse { IsGranted: true })
            Require("R6", state == new HardState(message.Term, message.To), $"{member.Name} votes for {message.To} in term {message.Term}, but its disk has {state}");
        if (message is RaftMessage.AppendResponse { IsSuccess: true } answer)
            Require("R6", member.Disk.LastIndex >= answer.Match, $"{member.Name} acknowledges entry {answer.Match}, but its disk ends at {member.Disk.LastIndex}");
    }

    /// <summary>Entries reached a disk.</summary>
    public void Written(SimulatedMember member, IReadOnlyList<RaftEntry> entries)
    {
        Require("R2", member.Node?.Role != RaftRole.Leader || entries[0].Term != member.Node.Term || entries[0].Index > member.Disk.LastIndex,
            $"{member.Name} leads term {member.Node?.Term} and replaces its own entry {entries[0].Index}");
        var previousTerm = member.Disk.Entries.LastOrDefault(entry => entry.Index == entries[0].Index - 1)?.Term ?? -1;
        foreach (var entry in entries)
        {
            var seen = (HashOf(entry), previousTerm);
            if (written.TryGetValue((entry.Index, entry.Term), out var other))
                Require("R3", other.Data == seen.Item1 && (other.PreviousTerm == seen.previousTerm || other.PreviousTerm < 0 || seen.previousTerm < 0),
                    $"{member.Name} writes another entry {entry.Index} of term {entry.Term} than was written before");
            if (other.PreviousTerm <= 0)
                written[(entry.Index, entry.Term)] = seen;
            previousTerm = entry.Term;
        }
    }

    /// <summary>A member applied an entry.</summary>
    public void Applied(SimulatedMember member, RaftEntry entry)
    {
        Require("R5", entry.Index == applied[member.Id] + 1, $"{member.Name} applies entry {entry.Index} after {applied[member.Id]}");
        applied[member.Id] = entry.Index;
        if (entry.Index <= LastCommitted)
        {
            var first = committed[(int)(entry.Index - FirstCommitted)].Entry;
            Require("R5", first.Term == entry.Term && HashOf(first) == HashOf(entry),
                $"{member.Name} applies entry {entry.Index} of term {entry.Term}; another member applied that of term {first.Term}");
        }
        else
        {
            committed.Add((entry, NewestTerm));
            if (entry.Kind == RaftEntryKind.Membership)
                Membership = MembershipFormat.Decode(entry.Data.Span);
        }
        CheckState(member, entry.Index);
    }

    /// <summary>A member took a snapshot from another.</summary>
    public void Installed(SimulatedMember member, SnapshotMark mark)
    {
        applied[member.Id] = mark.Index;
        CheckState(member, mark.Index);
    }

    /// <summary>A member's disk was taken away: what it knew is gone with its identity.</summary>
    public void Found(Membership founders) => Membership = founders;

    internal static void Require(string invariant, bool holds, string otherwise)
    {
        if (!holds)
            throw new RaftViolation(invariant, otherwise);
    }

    private void CheckState(SimulatedMember member, long index)
    {
        var (hash, name) = (member.Ledger.Hash, member.Name);
        if (!states.TryAdd(index, (hash, name)))
            Require("R9", states[index].Hash == hash, $"{name} and {states[index].Name} have applied {index} entries and differ");
    }

    private void Elected(SimulatedMember member, RaftNode node)
    {
        OnElected(member);
        if (!leaders.TryAdd(node.Term, member.Id))
            Require("R1", leaders[node.Term] == member.Id, $"{member.Name} ({member.Id}) leads term {node.Term}, which {leaders[node.Term]} led");
        NewestTerm = Math.Max(NewestTerm, node.Term);
        // A leader of an older term, elected by a late vote, may lack what a newer one has committed.
        foreach (var (entry, _) in committed.Where(held => held.KnownIn < node.Term && held.Entry.Index >= node.Log.BaseIndex))
            Require("R4", node.Log.TermAt(entry.Index) == entry.Term, $"{member.Name} leads term {node.Term} without the committed entry {entry.Index} of term {entry.Term}");
    }

    private static void CheckChanges(SimulatedMember member, RaftNode node)
    {
        var log = node.Log;
        if (log.MembershipIndex <= log.CommitIndex || log.TermAt(log.MembershipIndex) != node.Term)
            return;
        var open = log.Slice(log.CommitIndex + 1, log.LastIndex, int.MaxValue, int.MaxValue).Count(static entry => entry.Kind == RaftEntryKind.Membership);
        Require("R7", open == 1, $"{member.Name} changes the membership while {open - 1} earlier changes are not committed");
        Require("R7", node.HasCommittedInTerm, $"{member.Name} changes the membership before an entry of its term {node.Term} is committed");
    }

    private static int HashOf(RaftEntry entry)
    {
        var hash = default(HashCode);
        hash.Add(entry.Kind);
        hash.AddBytes(entry.Data.Span);
        return hash.ToHashCode();
    }
}
