using System.Collections.Immutable;
using Holdfast.Model.Meta;

namespace Holdfast.Model.Scheduling;

/// <summary>The priority classes that every cluster has and nobody deletes (Kubernetes' <c>scheduling/v1</c> helpers).</summary>
public static class SystemPriorities
{
    /// <summary>What the names of the system's classes begin with; nobody else's may.</summary>
    public const string Prefix = "system-";

    private const int Critical = 2_000_000_000;

    /// <summary>The classes.</summary>
    public static ImmutableArray<PriorityClass> All { get; } =
    [
        Of("system-node-critical", Critical + 1000, "Used for system critical pods that must not be moved from their current node."),
        Of("system-cluster-critical", Critical, "Used for system critical pods that must run in the cluster, but can be moved to another node if necessary."),
    ];

    /// <summary>The class of a name, or null when it is not one of the system's.</summary>
    /// <param name="name">The name.</param>
    public static PriorityClass? Find(string name) => All.FirstOrDefault(priority => priority.Metadata.Name == name);

    private static PriorityClass Of(string name, int value, string description) => PriorityClass.Empty with
    {
        Metadata = ObjectMeta.Empty with { Name = name },
        Value = value,
        Description = description,
    };
}
