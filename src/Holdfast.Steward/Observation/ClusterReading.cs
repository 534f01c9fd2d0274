using System.Collections.Immutable;
using System.Globalization;
using Holdfast.Model.Values;

namespace Holdfast.Steward.Observation;

/// <summary>Puts what members said together. One use each: it holds what it found while it goes on.</summary>
internal sealed class ClusterReading
{
    private readonly ImmutableArray<MemberObservation> _members;
    private readonly SafetyLimits _limits;
    private readonly Dictionary<string, MemberValues> _fresh;
    private readonly long? _term;
    private readonly ImmutableArray<string> _leaders;
    private readonly long? _head;

    private ClusterReading(ImmutableArray<MemberObservation> members, SafetyLimits limits)
    {
        (_members, _limits) = (members, limits);
        _fresh = members.Where(member => member.Reading is MemberReading.Known known && known.Age <= limits.MaximumAge)
            .ToDictionary(member => member.Name, member => member.Reading.Values!, StringComparer.Ordinal);
        _term = _fresh.Values.Max(values => values.Term);
        _leaders = [.. members.Where(member => _fresh.TryGetValue(member.Name, out var values) && values.Role == MemberRole.Leader && values.Term == _term && _term is not null)
            .Select(member => member.Name)];
        var source = _leaders is [var leader] ? [_fresh[leader]] : _fresh.Values.Where(values => values.Term == _term);
        _head = source.Max(values => values.CommitIndex is { } commit && values.AppliedIndex is { } applied ? Math.Max(commit, applied) : values.CommitIndex ?? values.AppliedIndex);
    }

    public static ClusterState Read(ImmutableArray<MemberObservation> members, SafetyLimits limits, string knownClusterId) =>
        new ClusterReading(members, limits).Read(knownClusterId);

    private ClusterState Read(string knownClusterId)
    {
        var entries = Membership(out var problem);
        var clusterId = _leaders is [var only] ? _fresh[only].ClusterId : null;
        var identity = Identities(knownClusterId.Length > 0 ? knownClusterId : clusterId);
        var members = Members(entries, knownClusterId.Length > 0 ? knownClusterId : clusterId);
        return new ClusterState
        {
            Members = members,
            Term = _term,
            Leader = _leaders.Length == 1 ? members.FirstOrDefault(member => member.IsLeader) : null,
            RivalLeaders = _leaders.Length > 1 ? _leaders : [],
            MembershipProblem = problem,
            MembershipChange = entries is null ? "" : Disagreement(members, entries.Value),
            IdentityProblem = identity,
            ClusterId = clusterId,
        };
    }

    /// <summary>The membership as the leader has it, or as all of the highest term have it when no leader is seen.</summary>
    private ValueList<MemberEntry>? Membership(out string problem)
    {
        problem = "";
        if (_fresh.Count == 0)
        {
            problem = "no member could be asked lately who belongs to the membership";
            return null;
        }
        if (_leaders.Length > 1)
        {
            problem = $"{string.Join(" and ", _leaders)} both lead in term {Number(_term)}, so neither can be believed";
            return null;
        }
        var tellers = _leaders is [var leader]
            ? [KeyValuePair.Create(leader, _fresh[leader])]
            : _fresh.Where(pair => pair.Value.Term == _term && pair.Value.Members is not null).ToArray();
        var told = tellers.Where(pair => pair.Value.Members is { IsEmpty: false }).ToArray();
        if (told.Length == 0)
        {
            problem = _leaders.Length == 1 ? $"{_leaders[0]} leads and does not say who belongs to the membership" : "no member says who belongs to the membership";
            return null;
        }
        var first = told[0].Value.Members!.Value;
        var other = told.FirstOrDefault(pair => !SameVotes(pair.Value.Members!.Value, first));
        if (other.Key is not null)
        {
            problem = $"{told[0].Key} and {other.Key} tell of different memberships, and no leader is seen who could decide";
            return null;
        }
        return first;
    }

    private string Identities(string? clusterId)
    {
        var twins = _fresh.Where(pair => pair.Value.MemberId is not null).GroupBy(pair => pair.Value.MemberId, StringComparer.Ordinal)
            .FirstOrDefault(group => group.Count() > 1);
        if (twins is not null)
        {
            return $"{string.Join(" and ", twins.Select(pair => pair.Key))} both say that they are member {twins.Key}: one of them has a copy of the other's data";
        }
        var stranger = _fresh.FirstOrDefault(pair => clusterId is not null && pair.Value.ClusterId is { } own && own != clusterId);
        return stranger.Key is null ? "" : $"{stranger.Key} belongs to cluster {stranger.Value.ClusterId}, not to {clusterId}";
    }

    private ImmutableArray<ClusterMember> Members(ValueList<MemberEntry>? entries, string? clusterId)
    {
        var byId = (entries ?? default).GroupBy(entry => entry.Id, StringComparer.Ordinal).ToDictionary(group => group.Key, group => group.First(), StringComparer.Ordinal);
        var twins = _fresh.Values.Where(values => values.MemberId is not null).GroupBy(values => values.MemberId!, StringComparer.Ordinal)
            .Where(group => group.Count() > 1).Select(group => group.Key).ToHashSet(StringComparer.Ordinal);
        var members = ImmutableArray.CreateBuilder<ClusterMember>();
        var named = new HashSet<string>(StringComparer.Ordinal);
        foreach (var member in _members)
        {
            var values = _fresh.GetValueOrDefault(member.Name);
            var entry = values?.MemberId is { } id && byId.TryGetValue(id, out var found) ? found : null;
            if (entry is not null)
            {
                named.Add(entry.Id);
            }
            bool? isVoter = entries is null || values is null || values.MemberId is null ? null : entry?.IsVoter ?? false;
            var lag = _head - values?.AppliedIndex is { } behind ? Math.Max(0, behind) : (long?)null;
            var problem = values?.MemberId is { } own && twins.Contains(own) ? "another pod says that it is the same member" : Problem(member, values, lag, clusterId);
            members.Add(new(member.Name, member, values, isVoter, _leaders is [var leader] && leader == member.Name, lag, problem)
            {
                Id = values?.MemberId,
                IsListed = isVoter is null ? null : entry is not null,
            });
        }
        foreach (var entry in (entries ?? default).Where(entry => !named.Contains(entry.Id)))
        {
            // Only for the words: a name alone proves nothing.
            var silent = _members.FirstOrDefault(member => member.Name == entry.Name && !_fresh.ContainsKey(member.Name));
            var problem = silent is null ? "no pod says that it is this member" : Unknown(silent);
            members.Add(new(entry.Name is { Length: > 0 } name ? name : entry.Id, null, null, entry.IsVoter, false, null, problem) { Id = entry.Id, IsListed = true });
        }
        return members.ToImmutable();
    }

    /// <summary>Why a member cannot be relied upon; empty when it can.</summary>
    private string Problem(MemberObservation member, MemberValues? values, long? lag, string? clusterId)
    {
        if (values is null)
        {
            return Unknown(member);
        }
        if (member.Pod is null or { IsTerminating: true })
        {
            return member.Pod is null ? "its pod is gone" : "its pod is being deleted";
        }
        return values switch
        {
            _ when clusterId is not null && values.ClusterId is { } own && own != clusterId => $"it belongs to cluster {own}",
            { IsHealthy: false } => "it says that it is not healthy",
            { IsHealthy: null } => "it does not say whether it is healthy",
            { Role: null } => "it does not say what it does",
            { Role: MemberRole.Candidate } => "it asks to be elected",
            { Role: MemberRole.None } => "it takes no part",
            { Term: null } => "it does not say which term it is at",
            _ when values.Term < _term => $"it is at term {Number(values.Term)}, others are at {Number(_term)}",
            _ when FollowsAnother(values) => $"it takes {values.LeaderId} for the leader",
            _ when lag is null => "it is not known how far behind it is",
            _ when lag > _limits.MaximumLag => $"it is {Number(lag)} entries behind, more than {Number(_limits.MaximumLag)}",
            _ => "",
        };
    }

    private bool FollowsAnother(MemberValues values) =>
        values.LeaderId is { Length: > 0 } followed && _leaders is [var leader] && _fresh[leader].MemberId is { } id && followed != id;

    private string Unknown(MemberObservation member) => member.Reading switch
    {
        MemberReading.Known known => $"it answered {DurationText.Of(Seconds(known.Age))} ago, longer than {DurationText.Of(_limits.MaximumAge)}",
        MemberReading.Unknown unknown when member.Pod is { Problem.Length: > 0 } pod => $"{unknown.Reason}; {pod.Problem}",
        MemberReading.Unknown unknown => unknown.Reason,
        _ => "",
    };

    /// <summary>Members that count and see other voters: a change that not all know of yet.</summary>
    private static string Disagreement(ImmutableArray<ClusterMember> members, ValueList<MemberEntry> entries)
    {
        var other = members.FirstOrDefault(member => member.Counts && member.Values?.Members is { } seen && !SameVotes(seen, entries));
        return other is null ? "" : $"{other.Name} sees other voters than the leader does";
    }

    private static bool SameVotes(ValueList<MemberEntry> one, ValueList<MemberEntry> other) =>
        Voters(one).SetEquals(Voters(other));

    private static HashSet<string> Voters(ValueList<MemberEntry> entries) =>
        entries.Where(entry => entry.IsVoter).Select(entry => entry.Id).ToHashSet(StringComparer.Ordinal);

    private static TimeSpan Seconds(TimeSpan age) => TimeSpan.FromMilliseconds(Math.Round(age.TotalMilliseconds / 100) * 100);

    private static string Number(long? number) => number?.ToString(CultureInfo.InvariantCulture) ?? "unknown";
}
