using System.Collections.Immutable;
using Holdfast.Model.Values;
using Holdfast.Platform;
using Holdfast.Steward.Observation;
using Holdfast.Steward.Tests.Worlds;

namespace Holdfast.Steward.Tests.Safety;

/// <summary>Any state that a cluster can be seen in; most of them nearly well, since those are the ones that decide.</summary>
internal static class RandomClusters
{
    public static ImmutableArray<MemberObservation> Draw(SeededChance chance)
    {
        var voters = 3 + (2 * chance.Next(3));
        var learners = chance.Next(3) == 0 ? 1 + chance.Next(2) : 0;
        var (entries, leader) = (Entries(voters, learners), chance.Next(voters));
        var members = ImmutableArray.CreateBuilder<MemberObservation>();
        for (var ordinal = 0; ordinal < voters + learners; ordinal++)
        {
            var values = Members.Values(ordinal, entries, leader) with { AppliedIndex = 5000 - Lag(chance), CommitIndex = chance.Next(5) == 0 ? null : 5000 };
            if (ordinal >= voters)
                values = values with { Role = MemberRole.Learner };
            members.Add(Members.One(ordinal, ordinal == leader ? values with { AppliedIndex = 5000 } : values));
        }
        var drawn = members.ToImmutable();
        for (var ordinal = 0; ordinal < drawn.Length; ordinal++)
            drawn = Disturb(drawn, ordinal, chance);
        return chance.Next(20) == 0 ? drawn.RemoveAt(chance.Next(drawn.Length)) : drawn;
    }

    private static ValueList<MemberEntry> Entries(int voters, int learners) =>
        Enumerable.Range(0, voters + learners).Select(ordinal => new MemberEntry(Members.Id(ordinal), Members.Name(ordinal), null, ordinal < voters)).ToValueList();

    private static int Lag(SeededChance chance) => chance.Next(6) switch { 0 => 999 + chance.Next(4), 1 => chance.Next(4000), _ => chance.Next(10) };

    private static ImmutableArray<MemberObservation> Disturb(ImmutableArray<MemberObservation> members, int at, SeededChance chance)
    {
        if (members[at].Reading is not MemberReading.Known)
            return members;
        return chance.Next(22) switch
        {
            0 => members.Unknown(at),
            1 => members.Unknown(at).PodOf(at, pod => pod with { IsDown = true, IsReady = false }),
            2 => members.Aged(at, 4.9 + (chance.Next(3) / 10.0)),
            3 => members.But(at, values => values with { IsHealthy = chance.Next(2) == 0 ? null : false }),
            4 => members.PodOf(at, pod => pod with { IsTerminating = true }),
            5 => members.But(at, values => values with { Role = MemberRole.Leader, Term = 3 + chance.Next(3) }),
            6 => members.But(at, values => values with { Role = MemberRole.Candidate, Term = 4 + chance.Next(2), LeaderId = null }),
            7 => members.But(at, values => values with { AppliedIndex = null }),
            8 => members.But(at, values => values with { MemberId = chance.Next(2) == 0 ? null : Members.Id(chance.Next(members.Length)) }),
            9 => members.But(at, values => values with { Members = chance.Next(2) == 0 ? null : Members.Entries(members.Length) }),
            10 => members.PodOf(at, _ => null),
            _ => members,
        };
    }
}
