using Holdfast.Controllers.StatefulSets;
using Holdfast.Model.Apps;
using Holdfast.Model.Core;
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
    private readonly Dictionary<string, long> _mayGoAt = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _mayLeaveAt = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _downAt = new(StringComparer.Ordinal);
    private readonly HashSet<LedgerWrite> _acknowledged = [];
    private readonly Dictionary<string, long> _inSince = new(StringComparer.Ordinal);
    private long _wholeAt = long.MinValue;

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

    /// <summary>How old what a Steward decides upon may be: what members said, the ways of its questions and answers, and all that holds it up.</summary>
    public TimeSpan Window => world.Staleness + system.World.Options.Steward!.MaximumAge + TimeSpan.FromSeconds(15);

    /// <summary>Looks at how things are now and then, until the run ends.</summary>
    public async Task RunAsync()
    {
        while (true)
        {
            Look();
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
            Check("T1", MayLeave(seat.Name), $"{seat.Name} is removed from the membership, which leaves no sound majority of the rest: {Describe()}");
    }

    /// <summary>Whether a member could have gone, at some moment that a Steward may still act upon, without taking the quorum or its leader away.</summary>
    /// <param name="name">Its pod's name.</param>
    public bool MayGo(string name)
    {
        Look();
        return IsRecent(_mayGoAt.GetValueOrDefault(name, long.MinValue));
    }

    // Who leaves for good is not counted among those of whom a majority is needed then.
    private bool MayLeave(string name)
    {
        Look();
        return IsRecent(_mayLeaveAt.GetValueOrDefault(name, long.MinValue));
    }

    /// <summary>Whether nothing of a member ran at some moment that a Steward may still act upon.</summary>
    /// <param name="name">Its pod's name.</param>
    public bool WasDown(string name) => IsRecent(_downAt.GetValueOrDefault(name, long.MinValue));

    /// <summary>Whether everything was as it is wanted at some moment that a Steward may still speak of.</summary>
    public bool WasWhole
    {
        get
        {
            Look();
            return IsRecent(_wholeAt);
        }
    }

    /// <summary>Whether the membership named nobody of a name at some moment that a Steward may still act upon: a member that is started anew may ask to be let in again at any time.</summary>
    /// <param name="name">The pod's name.</param>
    public bool WasOut(string name) => Membership.Named(name).IsNone || (_inSince.TryGetValue(name, out var since) && IsRecent(since));

    /// <summary>Whether a member is there, votes, follows the one that leads and has nearly all.</summary>
    /// <param name="member">The member.</param>
    public bool IsSound(LedgerMember member) => member is { IsLive: true, IsDraining: false, IsPaused: false, Node: { } node }
        && Membership.IsVoter(member.Id) && Leader is { } leader && (leader == member || node.Leader == leader.Id) && node.Term == leader.Node!.Term
        && node.Log.LastIndex >= LastCommitted - system.Options.Steward!.MaximumLag;

    /// <summary>The set, as the store shows it; null when there is none.</summary>
    public StatefulSet? Set => world.World.Find<StatefulSet>("default", system.SetName);

    /// <summary>What is not as the set asks for it, in words; null when all is.</summary>
    public string? Lacking() => Lack() is { } lack ? $"{lack}: {Describe()}" : null;

    private string? Lack()
    {
        if (Set is not { } set)
            return "there is no set";
        var names = Enumerable.Range(0, StatefulSetIdentity.Replicas(set)).Select(ordinal => StatefulSetIdentity.PodName(set, ordinal)).ToList();
        if (Leader is null)
            return "nobody leads";
        if (!Membership.Seats.Values.Select(seat => seat.Name).Order(StringComparer.Ordinal).SequenceEqual(names.Order(StringComparer.Ordinal)) || Membership.VoterCount != names.Count)
            return $"the members are {Membership}; wanted are the voters {string.Join(", ", names)}";
        var image = set.Spec.Template.Spec.Containers[0].Image;
        foreach (var name in names)
        {
            if (system.Find(name) is not { } member || !IsSound(member))
                return $"{name} is no sound voter";
            if (member.Process.Image != image)
                return $"{name} runs {member.Process.Image} and not {image}";
        }
        return null;
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

    private bool IsRecent(long at) => at != long.MinValue && system.Time.GetElapsedTime(at) <= Window;

    private void Look()
    {
        var (now, sound) = (system.Time.GetTimestamp(), system.Live.Where(IsSound).ToList());
        var majority = (Membership.VoterCount / 2) + 1;
        var names = world.World.All<Pod>("default").Select(pod => pod.Metadata.Name).Where(name => name.StartsWith(system.SetName, StringComparison.Ordinal))
            .Union(Membership.Seats.Values.Select(seat => seat.Name));
        foreach (var name in names)
        {
            var member = system.Find(name);
            // One that led once and stands still leads nobody any more.
            var others = member is not null && member == Leader ? 0 : sound.Count(other => other != member);
            if (member is null)
                _downAt[name] = now;
            if (member is null || !Membership.IsVoter(member.Id) || others >= majority)
                _mayGoAt[name] = now;
            if (others >= ((Membership.VoterCount - 1) / 2) + 1)
                _mayLeaveAt[name] = now;
        }
        if (Lack() is null)
            _wholeAt = now;
        CheckAcknowledged();
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
            _inSince[name] = system.Time.GetTimestamp();
        Membership = next;
        system.Story.Tell("ledger", $"the members are {next}");
    }
}
