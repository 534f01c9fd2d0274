using System.Collections.Immutable;

namespace LedgerStore.Raft;

/// <summary>One member of the cluster.</summary>
/// <param name="Name">The stable name by which it is found: its pod's.</param>
/// <param name="IsVoter">True when it counts for majorities; a learner only receives (Ongaro's thesis, 4.2.1).</param>
public sealed record MemberSeat(string Name, bool IsVoter);

/// <summary>Who belongs to the cluster. Two memberships that differ by one change have majorities that overlap (thesis, 4.1), which is
/// why only such steps are made.</summary>
/// <param name="Seats">The members by identity.</param>
public sealed record Membership(ImmutableSortedDictionary<MemberId, MemberSeat> Seats)
{
    /// <summary>Nobody yet: a member that waits to be told.</summary>
    public static Membership Empty { get; } = new(ImmutableSortedDictionary<MemberId, MemberSeat>.Empty);

    /// <summary>Those who count for majorities.</summary>
    public IEnumerable<MemberId> Voters => Seats.Where(static seat => seat.Value.IsVoter).Select(static seat => seat.Key);

    /// <summary>How many count.</summary>
    public int VoterCount => Seats.Count(static seat => seat.Value.IsVoter);

    /// <summary>How many of them are a majority.</summary>
    public int Quorum => (VoterCount / 2) + 1;

    /// <summary>True when the member counts.</summary>
    public bool IsVoter(MemberId id) => Seats.TryGetValue(id, out var seat) && seat.IsVoter;

    /// <summary>True when the member belongs to the cluster.</summary>
    public bool Contains(MemberId id) => Seats.ContainsKey(id);

    /// <summary>Who has this name, or nobody.</summary>
    public MemberId Named(string name) => Seats.FirstOrDefault(seat => seat.Value.Name == name).Key;

    /// <summary>True when those for whom <paramref name="agrees"/> holds are a majority.</summary>
    public bool HasQuorum(Func<MemberId, bool> agrees) => VoterCount > 0 && Voters.Count(agrees) >= Quorum;

    /// <summary>The membership after a change.</summary>
    public Membership With(MembershipChange change) => change switch
    {
        MembershipChange.AddLearner add => new(Seats.SetItem(add.Member, new MemberSeat(add.Name, false))),
        MembershipChange.Promote promote => new(Seats.SetItem(promote.Member, Seats[promote.Member] with { IsVoter = true })),
        _ => new(Seats.Remove(change.Member)),
    };

    /// <summary>Null when the change makes sense here, else why not.</summary>
    public string? Objection(MembershipChange change) => change switch
    {
        MembershipChange.AddLearner add when Contains(add.Member) => $"{add.Member} is a member already",
        MembershipChange.AddLearner add when !Named(add.Name).IsNone =>
            $"the name {add.Name} belongs to {Named(add.Name)}, which must be removed first: an empty disk never comes back under an old identity",
        MembershipChange.Promote when !Contains(change.Member) => $"{change.Member} is no member",
        MembershipChange.Promote when IsVoter(change.Member) => $"{change.Member} is a voter already",
        MembershipChange.Remove when !Contains(change.Member) => $"{change.Member} is no member",
        MembershipChange.Remove when IsVoter(change.Member) && VoterCount == 1 => $"{change.Member} is the last voter",
        _ => null,
    };

    /// <summary>For people: voters, then learners in brackets.</summary>
    public override string ToString() => string.Join(", ", Seats.Select(static seat => seat.Value.IsVoter ? seat.Value.Name : $"({seat.Value.Name})"));
}

/// <summary>One step from a membership to the next.</summary>
/// <param name="Member">Whom it is about.</param>
public abstract record MembershipChange(MemberId Member)
{
    /// <summary>Lets a new member receive.</summary>
    public sealed record AddLearner(MemberId Member, string Name) : MembershipChange(Member);

    /// <summary>Lets a learner vote, once it is caught up.</summary>
    public sealed record Promote(MemberId Member) : MembershipChange(Member);

    /// <summary>Takes a member out for ever.</summary>
    public sealed record Remove(MemberId Member) : MembershipChange(Member);
}
