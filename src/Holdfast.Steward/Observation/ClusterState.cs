using System.Collections.Immutable;
using Holdfast.Platform;

namespace Holdfast.Steward.Observation;

/// <summary>
/// The data system as its members tell of it, put together from one observation: who votes, who leads, who does well. What is not known, or
/// known from too long ago, is not known here. Terms decide: of two leaders the one of the higher term leads; two of one term are a split brain.
/// </summary>
public sealed record ClusterState
{
    /// <summary>Every member: those of the membership, and pods that it does not name.</summary>
    public required ImmutableArray<ClusterMember> Members { get; init; }

    /// <summary>The highest term that anyone is at; null when nobody can be asked.</summary>
    public required long? Term { get; init; }

    /// <summary>The one leader of the highest term; null when there is none, or more than one.</summary>
    public required ClusterMember? Leader { get; init; }

    /// <summary>The names of members that all take themselves for the leader of the same term; empty when there are not two.</summary>
    public required ImmutableArray<string> RivalLeaders { get; init; }

    /// <summary>Why the membership is not known; empty when it is.</summary>
    public required string MembershipProblem { get; init; }

    /// <summary>What keeps the membership from being settled: members that see another one; empty when all that count agree.</summary>
    public required string MembershipChange { get; init; }

    /// <summary>Identities that do not fit: two pods with one id, or members of another cluster; empty when all do.</summary>
    public required string IdentityProblem { get; init; }

    /// <summary>The identity that the leader names; null when none is known.</summary>
    public required string? ClusterId { get; init; }

    /// <summary>Whether it is known who votes.</summary>
    public bool IsMembershipKnown => MembershipProblem.Length == 0;

    /// <summary>Whether two members lead in the same term.</summary>
    public bool IsSplit => !RivalLeaders.IsEmpty;

    /// <summary>The voters, whether they can be asked or not; empty when the membership is not known.</summary>
    public IEnumerable<ClusterMember> Voters => Members.Where(member => member.IsVoter == true);

    /// <summary>How many voters there are.</summary>
    public int VoterCount => Voters.Count();

    /// <summary>How many voters are a majority.</summary>
    public int Majority => (VoterCount / 2) + 1;

    /// <summary>How many voters are known, healthy and caught up.</summary>
    public int CountedVoters => Voters.Count(voter => voter.Counts);

    /// <summary>How many counted voters may be lost while a majority remains; negative when there is none now.</summary>
    public int Margin => CountedVoters - Majority;

    /// <summary>A member by the name of its pod, or null.</summary>
    /// <param name="name">The name.</param>
    public ClusterMember? Find(string name) => Members.FirstOrDefault(member => member.Name == name);

    /// <summary>Puts an observation together.</summary>
    /// <param name="observation">The observation.</param>
    public static ClusterState Of(TargetObservation observation)
    {
        ArgumentNullException.ThrowIfNull(observation);
        return Of(observation.Members, SafetyLimits.Of(observation.Steward.Spec), observation.Steward.Status.ClusterId);
    }

    /// <summary>Puts members together.</summary>
    /// <param name="members">What was seen of each.</param>
    /// <param name="limits">How old an answer may be, and how far behind a member.</param>
    /// <param name="knownClusterId">The identity that the cluster had until now; empty when it is not known.</param>
    public static ClusterState Of(ImmutableArray<MemberObservation> members, SafetyLimits limits, string knownClusterId)
    {
        var state = ClusterReading.Read(members, limits, knownClusterId);
        Invariant.Holds(state.Leader is null || !state.IsSplit, "one leader", $"{state.Leader?.Name} leads although {string.Join(" and ", state.RivalLeaders)} do in the same term");
        return state;
    }
}

/// <summary>One member of the data system.</summary>
/// <param name="Name">The name of its pod; of a member without one, the name or id that the membership has.</param>
/// <param name="Observation">What was seen of its pod; null when no pod says that it is this member.</param>
/// <param name="Values">What it said, when that is fresh; null when it is not known.</param>
/// <param name="IsVoter">Whether it has a vote; null when that is not known.</param>
/// <param name="IsLeader">Whether it is the leader of the highest term.</param>
/// <param name="Lag">How many entries it is behind; null when that is not known.</param>
/// <param name="Problem">Why it does not count as a voter that is well, in words; empty when it does, or would if it had a vote.</param>
public sealed record ClusterMember(
    string Name, MemberObservation? Observation, MemberValues? Values, bool? IsVoter, bool IsLeader, long? Lag, string Problem)
{
    /// <summary>What it is called in the membership; null when that is not known.</summary>
    public string? Id { get; init; }

    /// <summary>Whether the membership names it; null when that is not known.</summary>
    public bool? IsListed { get; init; }

    /// <summary>Its pod; null when there is none.</summary>
    public PodFacts? Pod => Observation?.Pod;

    /// <summary>Whether it answered lately.</summary>
    public bool IsKnown => Values is not null;

    /// <summary>Whether nothing is wrong with it: it answered lately, is healthy, is caught up, and its pod stays.</summary>
    public bool IsWell => Problem.Length == 0;

    /// <summary>Whether it is a voter that can be relied upon.</summary>
    public bool Counts => IsVoter == true && IsWell;
}
