using Holdfast.Controllers.StatefulSets;
using Holdfast.Model.AdmissionRegistration;
using Holdfast.Model.Apps;
using Holdfast.Platform;
using Holdfast.Simulator.Checkers;
using LedgerStore.Raft;

namespace Holdfast.Simulator.Ledger;

/// <summary>
/// What is really so in the data system, from the members' cores and disks and from what clients were told; and what was so a moment ago, because the
/// Steward knows members by what they said some seconds before.
/// </summary>
/// <param name="system">The data system.</param>
/// <param name="world">What is really so in the cluster.</param>
internal sealed class LedgerTruth(LedgerSystem system, GroundTruth world)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);

    private readonly List<RaftEntry> _committed = [];
    private readonly Dictionary<MemberId, LedgerDisk> _disks = [];
    private readonly HashSet<LedgerWrite> _acknowledged = [];

    /// <summary>What was so a moment ago.</summary>
    public LedgerPast Past { get; } = new(system, world);

    /// <summary>Who belongs to the data system: the newest membership that anyone has applied.</summary>
    public Membership Membership { get; private set; } = Membership.Empty;

    /// <summary>The identity that all members share; empty before there is one.</summary>
    public string ClusterId { get; private set; } = "";

    /// <summary>The newest entry that anyone has applied.</summary>
    public long LastCommitted => _committed.Count;

    /// <summary>The writes that clients were told of.</summary>
    public IReadOnlySet<LedgerWrite> Acknowledged => _acknowledged;

    /// <summary>The highest term that a Steward was shown.</summary>
    public long SeenTerm { get; private set; }

    /// <summary>When, first.</summary>
    public long SeenTermAt { get; private set; }

    /// <summary>The one that leads: of the highest term, and known to a majority; null when there is none.</summary>
    public LedgerMember? Leader => system.Live.Where(member => member is { IsLeader: true, IsPaused: false }).MaxBy(member => member.Node!.Term);

    /// <summary>Looks at how things are now and then, until the run ends.</summary>
    public async Task RunAsync()
    {
        while (true)
        {
            Past.Look();
            CheckAcknowledged();
            await system.Time.DelayAsync(Interval, CancellationToken.None);
        }
    }

    /// <summary>A member has opened its disk.</summary>
    /// <param name="member">The member.</param>
    public void Opened(LedgerMember member)
    {
        var identity = member.Disk.Identity!;
        if (ClusterId.Length == 0)
            ClusterId = identity.ClusterId;
        Check("T9", identity.ClusterId == ClusterId, $"{member.Name} belongs to cluster {identity.ClusterId}, and there is {ClusterId} already under the same names");
        Check("T4", _disks.TryAdd(member.Id, member.Disk) || ReferenceEquals(_disks[member.Id], member.Disk), $"{member.Name} is {identity.MemberId} on another disk than that identity's own");
    }

    /// <summary>A member has applied an entry: at each index all apply the same.</summary>
    /// <param name="member">The member.</param>
    /// <param name="entry">The entry.</param>
    public void Applied(LedgerMember member, RaftEntry entry)
    {
        if (entry.Index <= _committed.Count)
        {
            var known = _committed[(int)entry.Index - 1];
            Check("R5", known.Term == entry.Term && known.Data.Span.SequenceEqual(entry.Data.Span), $"{member.Name} applied another entry at {entry.Index} than others did");
            return;
        }
        Check("R5", entry.Index == _committed.Count + 1, $"{member.Name} applied {entry.Index} and nobody {_committed.Count + 1}");
        _committed.Add(entry);
        if (entry.Kind == RaftEntryKind.Membership)
            Change(MembershipFormat.Decode(entry.Data.Span));
    }

    /// <summary>A client was told that its write is kept.</summary>
    /// <param name="write">The write.</param>
    public void Acknowledge(LedgerWrite write) => _acknowledged.Add(write);

    /// <summary>A Steward was shown a term.</summary>
    /// <param name="term">The term.</param>
    public void Saw(long term)
    {
        if (term > SeenTerm)
            (SeenTerm, SeenTermAt) = (term, system.Time.GetTimestamp());
    }

    /// <summary>T1, of a member that is to leave the membership for good: what is left must be a quorum without it.</summary>
    /// <param name="id">The member.</param>
    public void Removing(MemberId id)
    {
        if (Membership.Seats.TryGetValue(id, out var seat) && seat.IsVoter)
            Check("T1", Past.MayLeave(seat.Name), $"{seat.Name} is removed from the membership, which leaves no sound majority of the rest: {Describe()}");
    }

    /// <summary>Whether a member is there, votes, follows the one that leads and has nearly all.</summary>
    /// <param name="member">The member.</param>
    public bool IsSound(LedgerMember member) => IsUp(member) && member.Node is { } node
        && Leader is { } leader && (leader == member || node.Leader == leader.Id) && node.Term == leader.Node!.Term;

    /// <summary>Whether a member is there, votes and has nearly all, whoever leads.</summary>
    /// <param name="member">The member.</param>
    public bool IsUp(LedgerMember member) => member is { IsLive: true, IsDraining: false, IsPaused: false, Node: { } node }
        && Membership.IsVoter(member.Id) && node.Log.LastIndex >= LastCommitted - system.Options.Steward!.MaximumLag;

    /// <summary>The set, as the store shows it; null when there is none.</summary>
    public StatefulSet? Set => world.World.Find<StatefulSet>("default", system.SetName);

    /// <summary>Whether the API server asks a Steward before a member goes: there is one, and its webhooks are there.</summary>
    public bool IsGuarded => world.World.All<ValidatingWebhookConfiguration>().Any(all => all.Webhooks.Any(webhook => webhook.Name == $"{system.SetName}.default.members.holdfast.dev"));

    /// <summary>What is not as the set asks for it, in words; null when all is.</summary>
    public string? Lacking() => Lack() is { } lack ? $"{lack}: {Describe()}" : null;

    /// <summary>The pods that the set asks for.</summary>
    public IReadOnlyList<string> Wanted => Set is not { } set ? [] : [.. Enumerable.Range(0, StatefulSetIdentity.Replicas(set)).Select(ordinal => StatefulSetIdentity.PodName(set, ordinal))];

    /// <summary>Whether somebody leads, and those have a vote whom the set asks for.</summary>
    public bool HasWantedVoters => LackOfVoters() is null;

    /// <summary>Whether a member is a sound voter and runs what the set asks for.</summary>
    /// <param name="name">Its pod's name.</param>
    public bool IsAsWanted(string name) => LackOf(name) is null;

    private string? Lack() => LackOfVoters() ?? Wanted.Select(LackOf).FirstOrDefault(lack => lack is not null);

    private string? LackOfVoters()
    {
        if (Set is null)
            return "there is no set";
        if (Leader is null)
            return "nobody leads";
        var names = Wanted;
        return Membership.VoterCount != names.Count || !Membership.Seats.Values.Select(seat => seat.Name).Order(StringComparer.Ordinal).SequenceEqual(names.Order(StringComparer.Ordinal))
            ? $"the members are {Membership}; wanted are the voters {string.Join(", ", names)}"
            : null;
    }

    private string? LackOf(string name)
    {
        if (system.Find(name) is not { } member || !IsSound(member))
            return $"{name} is no sound voter";
        var image = Set?.Spec.Template.Spec.Containers[0].Image;
        return member.Process.Image == image ? null : $"{name} runs {member.Process.Image} and not {image}";
    }

    /// <summary>The members in one line.</summary>
    public string Describe() => string.Join("; ", system.Live.Select(member => member.ToString()));

    // Looked at while members act, in whose steps nothing may be thrown: it ends the run with the next step.
    private void Check(string invariant, bool holds, FormattableString what)
    {
        world.Checks.Add(invariant);
        if (!holds)
            system.Report(new TaskFault("ledger", new InvariantViolation(invariant, FormattableString.Invariant(what))));
    }

    /// <summary>What was acknowledged is held by every leader that knows what is committed (Raft's leader completeness).</summary>
    private void CheckAcknowledged()
    {
        if (Leader is not { Node.HasCommittedInTerm: true } leader || leader.Node.Log.AppliedIndex < LastCommitted)
            return;
        Check("R4", leader.Held.Count >= _acknowledged.Count && _acknowledged.IsSubsetOf(leader.Held), $"{leader.Name} leads and lacks writes that were acknowledged");
    }

    /// <summary>T4: a vote is given to who was a learner; only the one that founds begins with it.</summary>
    private void Change(Membership next)
    {
        var before = Membership;
        foreach (var id in next.Voters.Where(id => !before.IsVoter(id) && before.VoterCount > 0))
            Check("T4", before.Contains(id), $"{next.Seats[id].Name} has a vote as {id} and was no learner before");
        foreach (var name in next.Seats.Values.Select(seat => seat.Name).Where(name => before.Named(name).IsNone && before.VoterCount > 0))
            Past.NoteAdmitted(name);
        Membership = next;
        system.Story.Tell("ledger", $"the members are {next}");
    }
}
