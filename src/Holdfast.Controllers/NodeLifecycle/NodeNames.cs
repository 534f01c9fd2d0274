namespace Holdfast.Controllers.NodeLifecycle;

/// <summary>Names that nodes and their pods carry, as on Kubernetes.</summary>
public static class NodeNames
{
    /// <summary>The namespace of the nodes' Leases.</summary>
    public const string LeaseNamespace = "kube-node-lease";

    /// <summary>The taint of a node that says it is not ready.</summary>
    public const string NotReady = "node.kubernetes.io/not-ready";

    /// <summary>The taint of a node that has fallen silent.</summary>
    public const string Unreachable = "node.kubernetes.io/unreachable";

    /// <summary>The taint of a cordoned node.</summary>
    public const string Unschedulable = "node.kubernetes.io/unschedulable";

    /// <summary>The taint by which a person says that a node is off: its pods may be given up.</summary>
    public const string OutOfService = "node.kubernetes.io/out-of-service";
}
