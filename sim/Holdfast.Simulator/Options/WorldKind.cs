namespace Holdfast.Simulator.Options;

/// <summary>What a run is about.</summary>
public enum WorldKind
{
    /// <summary>Sets, their claims and budgets, without a Steward.</summary>
    Sets,

    /// <summary>A set whose pods are the members of a quorum, with a Steward.</summary>
    Stewarded,

    /// <summary>A stewarded set to which nothing happens but what a script says, twice: once without, and once with a Steward that is killed between two of its writes.</summary>
    Restarted,
}
