namespace Holdfast.Simulator.Options;

/// <summary>What a run is about.</summary>
public enum WorldKind
{
    /// <summary>Sets, their claims and budgets, without a Steward.</summary>
    Sets,

    /// <summary>A set whose pods are the members of a quorum, with a Steward.</summary>
    Stewarded,
}
