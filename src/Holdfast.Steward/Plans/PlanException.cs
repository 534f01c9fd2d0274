namespace Holdfast.Steward.Plans;

/// <summary>What is asked for cannot be planned: it names something that the set does not have.</summary>
/// <param name="message">What, and what there is instead.</param>
public sealed class PlanException(string message) : Exception(message);
