using Holdfast.Model.Values;
using Holdfast.Steward.Observation;

namespace Holdfast.Steward.Safety;

/// <summary>What holds for a target whatever its members say.</summary>
/// <param name="SpecProblems">What is wrong with the Steward's spec.</param>
/// <param name="OtherStewards">Names of other Stewards of the same set.</param>
/// <param name="LearnersPromoteThemselves">Whether a learner may become a voter without the Steward: then it counts as one where that is the worse case.</param>
public sealed record SafetyPolicy(ValueList<string> SpecProblems, ValueList<string> OtherStewards, bool LearnersPromoteThemselves)
{
    /// <summary>A policy that forbids nothing by itself.</summary>
    public static SafetyPolicy Open { get; } = new(default, default, false);

    /// <summary>The policy of an observed target.</summary>
    /// <param name="observation">The observation.</param>
    public static SafetyPolicy Of(TargetObservation observation)
    {
        ArgumentNullException.ThrowIfNull(observation);
        var member = observation.Steward.Spec.Member;
        var joinsItself = member.Joins.Length > 0 ? member.Joins == "Itself" : member is { JoinLearner: null, JoinVoter: null };
        return new(
            observation.SpecProblems.ToValueList(), observation.OtherStewards.Select(other => other.Name).ToValueList(), joinsItself && member.Promote is null);
    }
}
