using System.Collections.Immutable;
using Holdfast.Model.Stewards;
using Holdfast.Steward.Actions;
using Holdfast.Steward.Observation;

namespace Holdfast.Steward.Running;

/// <summary>A Steward as it was read: with defaults, its actions compiled, and everything that is wrong with it. Immutable.</summary>
/// <param name="Steward">With defaults, and what its preset fills in.</param>
/// <param name="Description">How its members are spoken to; null when that cannot be understood.</param>
/// <param name="Problems">What is wrong with its spec; nothing is done while there is anything.</param>
internal sealed record StewardReading(StewardResource Steward, MemberDescription? Description, ImmutableArray<string> Problems)
{
    private static readonly StewardRules Rules = new();

    /// <summary>Reads a Steward, whoever let it pass.</summary>
    public static StewardReading Of(StewardResource given)
    {
        var steward = Rules.Default(given);
        var problems = Rules.Validate(steward).Select(error => error.ToString()).ToList();
        var description = MemberDescription.Read(steward.Spec.Member, out var issues);
        problems.AddRange(issues.Select(issue => issue.ToString()));
        problems.AddRange(Wants(steward, description));
        problems.AddRange(OutsideNumbers.Problems(steward.Spec));
        return new StewardReading(
            description is null ? steward : steward with { Spec = steward.Spec with { Member = description.Spec } }, description, [.. problems.Distinct(StringComparer.Ordinal)]);
    }

    // What a spec asks for and its actions cannot do.
    private static IEnumerable<string> Wants(StewardResource steward, MemberDescription? description)
    {
        if (description is null)
            yield break;
        if (steward.Spec.Scaling.Join == "Voter" && description is { JoinVoter: null, JoinLearner: not null })
            yield return "spec.scaling.join: Voter needs the action spec.member.joinVoter";
        if (steward.Spec.Scaling.Join == "Learner" && description is { JoinLearner: not null, Promote: null })
            yield return "spec.member.promote: members that join as learners need the action promote";
    }
}
