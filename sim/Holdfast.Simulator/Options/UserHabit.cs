namespace Holdfast.Simulator.Options;

/// <summary>What a user does in some runs.</summary>
public enum UserHabit
{
    /// <summary>Sets the partition.</summary>
    SetsPartition,

    /// <summary>Sets maxUnavailable to a number or a share, or takes it away.</summary>
    SetsMaxUnavailable,

    /// <summary>Changes between RollingUpdate and OnDelete.</summary>
    ChangesStrategy,

    /// <summary>Moves the first ordinal.</summary>
    MovesOrdinals,

    /// <summary>Changes minReadySeconds.</summary>
    ChangesMinReadySeconds,

    /// <summary>Changes the claims' retention policy.</summary>
    ChangesRetention,

    /// <summary>Changes how many revisions are kept.</summary>
    LimitsHistory,

    /// <summary>Puts a template that never gets ready, and then a good one.</summary>
    BreaksTemplates,

    /// <summary>Removes pods by force.</summary>
    ForcesDeletions,

    /// <summary>Evicts pods, several at once, under budgets that change.</summary>
    Evicts,

    /// <summary>Makes a second budget that overlaps the first.</summary>
    OverlapsBudgets,

    /// <summary>Deletes claims.</summary>
    DeletesClaims,

    /// <summary>Deletes a set, with any propagation, and makes it again.</summary>
    DeletesSets,

    /// <summary>Makes pods and claims under names that a set needs.</summary>
    BringsStrangers,

    /// <summary>Makes pods that match a set's selector, and takes labels from its own.</summary>
    PlaysWithLabels,

    /// <summary>Makes a namespace with a set in it and deletes it.</summary>
    DeletesNamespaces,

    /// <summary>Makes chains of owners and deletes their heads.</summary>
    ChainsOwners,

    /// <summary>Removes a node's object, which its agent makes again.</summary>
    RemovesNodes,

    /// <summary>Runs a Deployment with a budget, and Jobs, beside the sets.</summary>
    RunsOthers,
}
