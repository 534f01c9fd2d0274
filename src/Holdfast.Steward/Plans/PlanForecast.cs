using System.Collections.Immutable;

namespace Holdfast.Steward.Plans;

/// <summary>What would be done.</summary>
/// <param name="Steps">The steps, in order.</param>
/// <param name="StoppedBy">What would stop it before its end, in words; empty when nothing is known to.</param>
/// <param name="Warnings">What people should know.</param>
/// <param name="Leader">Who would lead at the end.</param>
/// <param name="Margin">How many voters could be lost at the end; negative when there is no quorum.</param>
public sealed record PlanForecast(ImmutableArray<PlanStep> Steps, string StoppedBy, ImmutableArray<string> Warnings, string Leader, int Margin)
{
    /// <summary>How often leadership would be handed over.</summary>
    public int LeaderMoves => Steps.Count(step => step.Action == PlanStep.HandsOver);

    /// <summary>How many voters could be lost at the worst moment of all.</summary>
    public int LowestMargin => Steps.Select(step => step.LowestMargin).Append(Margin).Min();
}

/// <summary>One step of a plan.</summary>
/// <param name="Number">Its number, from 1.</param>
/// <param name="Action">What is done.</param>
/// <param name="Member">To whom.</param>
/// <param name="Reason">Why, and why now.</param>
/// <param name="Leader">Who leads when it begins.</param>
/// <param name="LowestMargin">How many voters could be lost at the worst moment of the step while a majority remains.</param>
public sealed record PlanStep(int Number, string Action, string Member, string Reason, string Leader, int LowestMargin)
{
    /// <summary>The action of a step that moves leadership.</summary>
    public const string HandsOver = "hand over";
}
