using System.Collections.Immutable;
using Holdfast.Steward.Observation;

namespace Holdfast.Steward.Tests.Safety;

/// <summary>
/// Quorum counted the slow way, from what members said and nothing that the Steward made of it: every subset of the voters of whom nothing
/// is known may be alive or not.
/// </summary>
internal sealed class BruteForce
{
    private readonly ImmutableArray<MemberObservation> _members;
    private readonly SafetyLimits _limits;
    private readonly MemberObservation? _leader;
    private readonly string[] _voters;

    public BruteForce(ImmutableArray<MemberObservation> members, SafetyLimits limits)
    {
        (_members, _limits) = (members, limits);
        var newest = members.Where(IsFresh).Max(member => member.Reading.Values!.Term);
        var leaders = members.Where(member => IsFresh(member) && member.Reading.Values is { Role: MemberRole.Leader } values && values.Term == newest).ToArray();
        _leader = leaders.Length == 1 ? leaders[0] : null;
        _voters = _leader?.Reading.Values!.Members is { } entries ? [.. entries.Where(entry => entry.IsVoter).Select(entry => entry.Id)] : [];
    }

    public bool HasNoProcess(string name) => _members.FirstOrDefault(member => member.Name == name) is { Pod.IsDown: true } member && !IsFresh(member);

    /// <summary>Whether it is sure that the leader counts no vote of it, now or a moment later.</summary>
    public bool HasNoVote(string name, bool mayGainVote) =>
        Find(name) is { } member && IsFresh(member) && _leader is not null && member.Reading.Values!.MemberId is { } id && !_voters.Contains(id)
        && !(mayGainVote && member.Reading.Values.Role == MemberRole.Learner);

    public bool AlwaysHasQuorumWithout(string? name, bool mayGainVote)
    {
        var isVoter = Find(name) is { } member && IsFresh(member) && member.Reading.Values!.MemberId is { } id && _voters.Contains(id);
        // Somewhere among the worlds it has got a vote; where it is not known which learner it is, any that is not seen may be it.
        var mayBeLearner = mayGainVote && !isVoter && Find(name) is { } asked
            && (IsFresh(asked) && asked.Reading.Values!.MemberId is not null ? asked.Reading.Values.Role == MemberRole.Learner : HasUnseenLearner());
        return AlwaysHasQuorum(mayBeLearner ? [.. _voters, "a learner with a vote"] : _voters, name);
    }

    public bool AlwaysHasQuorumAfterRemoving(string id) =>
        AlwaysHasQuorum([.. _voters.Where(voter => voter != id)], _members.FirstOrDefault(member => IsFresh(member) && member.Reading.Values!.MemberId == id)?.Name);

    private bool AlwaysHasQuorum(string[] voters, string? lost)
    {
        if (_leader is null || voters.Length == 0 || _leader.Name == lost || !voters.Contains(_leader.Reading.Values!.MemberId) || !IsSure(_leader))
        {
            return false;
        }
        var sure = voters.Select(voter => _members.Where(member => IsFresh(member) && member.Reading.Values!.MemberId == voter).ToArray())
            .Select(who => who.Length == 1 && who[0].Name != lost && IsSure(who[0])).ToArray();
        for (var world = 0; world < 1 << voters.Length; world++)
        {
            var alive = voters.Where((_, at) => sure[at] || (world & (1 << at)) != 0).Count();
            if (2 * alive <= voters.Length)
            {
                return false;
            }
        }
        return true;
    }

    private MemberObservation? Find(string? name) => _members.FirstOrDefault(member => member.Name == name);

    private bool HasUnseenLearner() => _leader?.Reading.Values!.Members is { } entries && entries.Any(entry =>
        !entry.IsVoter && !_members.Any(member => IsFresh(member) && member.Reading.Values!.MemberId == entry.Id));

    private bool IsFresh(MemberObservation member) => member.Reading is MemberReading.Known known && known.Age <= _limits.MaximumAge;

    /// <summary>Whether it is sure to vote with the leader, by its own fresh word.</summary>
    private bool IsSure(MemberObservation member)
    {
        var values = member.Reading.Values!;
        var head = Math.Max(_leader!.Reading.Values!.CommitIndex ?? 0, _leader.Reading.Values!.AppliedIndex ?? 0);
        return member.Pod is { IsTerminating: false } && values is { IsHealthy: true, Role: MemberRole.Leader or MemberRole.Follower or MemberRole.Learner }
            && values.Term == _leader.Reading.Values!.Term && head - values.AppliedIndex <= _limits.MaximumLag;
    }
}
