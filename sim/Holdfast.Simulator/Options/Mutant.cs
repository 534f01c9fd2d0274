namespace Holdfast.Simulator.Options;

/// <summary>Known bugs that can be switched on, each of which the checkers must find.</summary>
public enum Mutant
{
    /// <summary>No bug.</summary>
    None,

    /// <summary>The StatefulSet controller takes every pod for ready (breaks S4 and S7).</summary>
    IgnoresReadiness,

    /// <summary>The StatefulSet controller updates below the partition (breaks S6).</summary>
    IgnoresPartition,

    /// <summary>The StatefulSet controller owns claims whatever the retention policy says (breaks V1).</summary>
    OwnsRetainedClaims,

    /// <summary>A node confirms the end of a pod before its processes have ended (breaks S1 and S2).</summary>
    ConfirmsEndTooSoon,
}
