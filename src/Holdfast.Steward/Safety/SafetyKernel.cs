using System.Globalization;
using Holdfast.Model.Stewards;
using Holdfast.Model.Values;
using Holdfast.Steward.Observation;

namespace Holdfast.Steward.Safety;

/// <summary>
/// The one place that says whether a member may be taken away. Every disruption asks it and none has a way round it. Pure: it knows
/// nothing but what it is given, and what it is not given, or was given too long ago, counts against the action.
/// </summary>
/// <remarks>
/// Guarantee: after a yes, a majority of all voters of the membership answered lately, is healthy and is caught up, and the leader is among
/// them, whatever those do that could not be asked (T1). The one exception is a member whose node says that none of its containers runs
/// and that does not answer: nothing is lost with it, so it may go although there is no quorum. That is what lets a broken revision be replaced.
/// Assumption: what a member said of itself was true, and stays true for the seconds that an answer may be old.
/// </remarks>
public static class SafetyKernel
{
    /// <summary>Whether a member's pod may be taken away for a while: evicted, replaced, restarted.</summary>
    /// <param name="member">The member.</param>
    /// <param name="state">The cluster.</param>
    /// <param name="inFlight">An operation that is being done, unless it is the one that asks.</param>
    /// <param name="policy">What holds besides.</param>
    public static Verdict MayLose(ClusterMember member, ClusterState state, OperationStatus? inFlight, SafetyPolicy policy)
    {
        ArgumentNullException.ThrowIfNull(member);
        ArgumentNullException.ThrowIfNull(state);
        ArgumentNullException.ThrowIfNull(policy);
        var refusals = new List<Refusal>();
        AddCommon(refusals, member, state, inFlight, policy);
        if (!IsWithoutProcess(member))
        {
            AddMembership(refusals, state);
            AddLeader(refusals, member, state);
            AddQuorum(refusals, member, state, policy);
        }
        return new(refusals.ToValueList());
    }

    /// <summary>Whether a member may be taken out of the membership for good.</summary>
    /// <param name="member">The member.</param>
    /// <param name="state">The cluster.</param>
    /// <param name="inFlight">An operation that is being done, unless it is the one that asks.</param>
    /// <param name="policy">What holds besides.</param>
    public static Verdict MayRemove(ClusterMember member, ClusterState state, OperationStatus? inFlight, SafetyPolicy policy)
    {
        ArgumentNullException.ThrowIfNull(member);
        ArgumentNullException.ThrowIfNull(state);
        ArgumentNullException.ThrowIfNull(policy);
        var refusals = new List<Refusal>();
        AddCommon(refusals, member, state, inFlight, policy);
        AddMembership(refusals, state);
        AddLeader(refusals, member, state);
        if (member.Id is null)
        {
            refusals.Add(new(RefusalReason.MemberUnknown, $"it is not known what {member.Name} is called in the membership: {member.Problem}"));
        }
        else if (state.IsMembershipKnown && member.IsVoter == true)
        {
            AddShrunkQuorum(refusals, member, state);
        }
        return new(refusals.ToValueList());
    }

    /// <summary>Whether a learner may become a voter.</summary>
    /// <param name="member">The learner.</param>
    /// <param name="state">The cluster.</param>
    /// <param name="inFlight">An operation that is being done, unless it is the one that asks.</param>
    /// <param name="policy">What holds besides.</param>
    public static Verdict MayPromote(ClusterMember member, ClusterState state, OperationStatus? inFlight, SafetyPolicy policy)
    {
        ArgumentNullException.ThrowIfNull(member);
        ArgumentNullException.ThrowIfNull(state);
        ArgumentNullException.ThrowIfNull(policy);
        var refusals = new List<Refusal>();
        AddCommon(refusals, member, state, inFlight, policy);
        AddMembership(refusals, state);
        AddLeader(refusals, member, state);
        if (!member.IsKnown || !member.IsWell)
        {
            refusals.Add(new(RefusalReason.MemberNotWell, $"{member.Name} is not ready for a vote: {member.Problem}"));
        }
        var (voters, counted) = (state.VoterCount + 1, state.CountedVoters + 1);
        if (state.IsMembershipKnown && counted < (voters / 2) + 1)
        {
            refusals.Add(new(RefusalReason.QuorumAtRisk,
                Text($"with {member.Name} there would be {voters} voters, of which {(voters / 2) + 1} are needed and {counted} are well{Unwell(state, member)}")));
        }
        return new(refusals.ToValueList());
    }

    /// <summary>Whether a member may be added to the membership.</summary>
    /// <param name="name">The name of its pod.</param>
    /// <param name="asVoter">Whether it gets a vote at once.</param>
    /// <param name="state">The cluster.</param>
    /// <param name="inFlight">An operation that is being done, unless it is the one that asks.</param>
    /// <param name="policy">What holds besides.</param>
    public static Verdict MayAdd(string name, bool asVoter, ClusterState state, OperationStatus? inFlight, SafetyPolicy policy)
    {
        ArgumentNullException.ThrowIfNull(state);
        ArgumentNullException.ThrowIfNull(policy);
        var refusals = new List<Refusal>();
        var added = new ClusterMember(name, null, null, null, false, null, "it is new");
        AddCommon(refusals, added, state, inFlight, policy);
        AddMembership(refusals, state);
        AddLeader(refusals, added, state);
        var (voters, counted) = (state.VoterCount + (asVoter ? 1 : 0), state.CountedVoters);
        if (state.IsMembershipKnown && counted < (voters / 2) + 1)
        {
            refusals.Add(new(RefusalReason.QuorumAtRisk, Text($"with {name} there would be {voters} voters, of which {(voters / 2) + 1} are needed and {counted} are well{Unwell(state, added)}")));
        }
        return new(refusals.ToValueList());
    }

    /// <summary>Whether the leader may hand over to another voter.</summary>
    /// <param name="from">The leader.</param>
    /// <param name="to">The voter that is to lead.</param>
    /// <param name="state">The cluster.</param>
    /// <param name="inFlight">An operation that is being done, unless it is the one that asks.</param>
    /// <param name="policy">What holds besides.</param>
    public static Verdict MayHandOver(ClusterMember from, ClusterMember to, ClusterState state, OperationStatus? inFlight, SafetyPolicy policy)
    {
        ArgumentNullException.ThrowIfNull(from);
        ArgumentNullException.ThrowIfNull(to);
        ArgumentNullException.ThrowIfNull(state);
        ArgumentNullException.ThrowIfNull(policy);
        var refusals = new List<Refusal>();
        AddCommon(refusals, from, state, inFlight, policy);
        AddMembership(refusals, state);
        if (!from.IsLeader)
        {
            refusals.Add(new(RefusalReason.NoLeader, $"{from.Name} does not lead"));
        }
        if (!to.Counts)
        {
            refusals.Add(new(RefusalReason.MemberNotWell, $"{to.Name} cannot lead: {ProblemOf(to)}"));
        }
        if (state.IsMembershipKnown && state.CountedVoters < state.Majority)
        {
            refusals.Add(new(RefusalReason.QuorumAtRisk, Text($"{state.CountedVoters} of {state.VoterCount} voters are well, and {state.Majority} are needed to elect{Unwell(state, to)}")));
        }
        return new(refusals.ToValueList());
    }

    private static void AddCommon(List<Refusal> refusals, ClusterMember member, ClusterState state, OperationStatus? inFlight, SafetyPolicy policy)
    {
        foreach (var problem in policy.SpecProblems)
        {
            refusals.Add(new(RefusalReason.SpecInvalid, $"the Steward's spec cannot be followed: {problem}"));
        }
        if (!policy.OtherStewards.IsEmpty)
        {
            refusals.Add(new(RefusalReason.OtherSteward, $"Steward {string.Join(" and ", policy.OtherStewards)} looks after the same set; only one may"));
        }
        if (state.IsSplit)
        {
            refusals.Add(new(RefusalReason.SplitBrain, Text($"split brain: {string.Join(" and ", state.RivalLeaders)} all lead in term {state.Term}")));
        }
        if (state.IdentityProblem.Length > 0)
        {
            refusals.Add(new(RefusalReason.IdentityUnclear, state.IdentityProblem));
        }
        if (inFlight is not null)
        {
            refusals.Add(new(RefusalReason.OperationInFlight, InFlight(inFlight)));
        }
        if (inFlight is { Kind: "ScaleUp" } && inFlight.Member == member.Name)
        {
            refusals.Add(new(RefusalReason.BeingPromoted, $"{member.Name} is on its way to a vote"));
        }
    }

    private static void AddMembership(List<Refusal> refusals, ClusterState state)
    {
        if (!state.IsMembershipKnown)
        {
            refusals.Add(new(RefusalReason.MembershipUnknown, $"it is not known who votes: {state.MembershipProblem}"));
        }
        else if (state.MembershipChange.Length > 0)
        {
            refusals.Add(new(RefusalReason.MembershipChanging, $"the membership is not settled: {state.MembershipChange}"));
        }
    }

    private static void AddLeader(List<Refusal> refusals, ClusterMember member, ClusterState state)
    {
        if (member.IsLeader)
        {
            refusals.Add(new(RefusalReason.IsLeader, $"{member.Name} leads and must hand over first"));
        }
        else if (state.Leader is null)
        {
            if (!state.IsSplit)
            {
                refusals.Add(new(RefusalReason.NoLeader, $"no member is known to lead{Unwell(state, member)}"));
            }
        }
        else if (!state.Leader.Counts)
        {
            refusals.Add(new(RefusalReason.NoLeader, $"{state.Leader.Name} leads and cannot be relied upon: {ProblemOf(state.Leader)}"));
        }
    }

    private static void AddQuorum(List<Refusal> refusals, ClusterMember member, ClusterState state, SafetyPolicy policy)
    {
        var mayGainVote = policy.LearnersPromoteThemselves && MayBeLearner(member, state);
        if (!state.IsMembershipKnown || (member.IsVoter == false && !mayGainVote))
        {
            return;
        }
        // A learner that may have been promoted since it was asked makes the majority larger.
        var voters = state.VoterCount + (mayGainVote ? 1 : 0);
        var needed = (voters / 2) + 1;
        var remaining = state.Voters.Count(voter => voter.Counts && !ReferenceEquals(voter, member));
        if (remaining < needed)
        {
            var without = member.Counts ? $"without {member.Name} " : "";
            refusals.Add(new(RefusalReason.QuorumAtRisk, Text($"{without}{remaining} of {voters} voters would be well, and {needed} are needed{Unwell(state, member)}")));
        }
    }

    private static void AddShrunkQuorum(List<Refusal> refusals, ClusterMember member, ClusterState state)
    {
        var voters = state.VoterCount - 1;
        if (voters == 0)
        {
            refusals.Add(new(RefusalReason.LastVoter, $"{member.Name} is the last voter"));
            return;
        }
        if (state.CountedVoters < state.Majority)
        {
            refusals.Add(new(RefusalReason.QuorumAtRisk, Text($"{state.CountedVoters} of {state.VoterCount} voters are well, and {state.Majority} are needed to agree on a change{Unwell(state, member)}")));
        }
        var (needed, remaining) = ((voters / 2) + 1, state.Voters.Count(voter => voter.Counts && !ReferenceEquals(voter, member)));
        if (remaining < needed)
        {
            refusals.Add(new(RefusalReason.QuorumAtRisk, Text($"of the {voters} voters that remain without {member.Name}, {remaining} would be well, and {needed} are needed{Unwell(state, member)}")));
        }
    }

    private static string InFlight(OperationStatus operation)
    {
        var since = operation.StartedAt is { } at ? string.Create(CultureInfo.InvariantCulture, $" since {at.UtcDateTime:HH:mm:ss} UTC") : "";
        return $"something else is going on{since}: {OperationWords.Of(operation)}";
    }

    private static string Unwell(ClusterState state, ClusterMember asked)
    {
        var others = state.Voters.Where(voter => !voter.Counts && voter.Name != asked.Name).Select(voter => $"{voter.Name}: {ProblemOf(voter)}").ToArray();
        return others.Length == 0 ? "" : $" ({string.Join(", ", others)})";
    }

    private static string ProblemOf(ClusterMember member) => member.Problem.Length > 0 ? member.Problem : "it has no vote";

    private static bool MayBeLearner(ClusterMember member, ClusterState state) => member.IsVoter is null
        ? state.Members.Any(other => other is { IsVoter: false, Observation: null })
        : member is { IsVoter: false, Values.Role: MemberRole.Learner };

    /// <summary>Whether nothing is lost with a member's pod: it does not answer, and its node, which reports, says that none of its containers runs; or it has no node.</summary>
    internal static bool IsWithoutProcess(ClusterMember member) => member is { IsKnown: false, Pod.IsDown: true };

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
