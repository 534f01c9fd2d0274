namespace Holdfast.Node.Planning;

/// <summary>Everything that decides what to do for a pod, at one moment.</summary>
/// <param name="Pod">The pod's object as last seen.</param>
/// <param name="State">What the agent knows besides.</param>
/// <param name="Policy">How long things wait.</param>
/// <param name="HostAddress">The node's address.</param>
/// <param name="Now">The time.</param>
public sealed record PodObservation(Core.Pod Pod, PodState State, PodPolicy Policy, string HostAddress, DateTimeOffset Now)
{
    /// <summary>Whether the object is gone from the API: deleted by force, or while the agent was away.</summary>
    public bool IsGone { get; init; }

    /// <summary>Whether the agent stops and takes its pods with it.</summary>
    public bool IsAgentStopping { get; init; }

    /// <summary>Whether an earlier pod of the same name still has processes on this node (S1).</summary>
    public bool IsNameTaken { get; init; }
}
