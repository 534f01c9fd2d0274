namespace Holdfast.Controllers.Endpoints;

/// <summary>Names that slices and endpoints carry, as on Kubernetes.</summary>
public static class EndpointNames
{
    /// <summary>The label with the name of a slice's Service.</summary>
    public const string ServiceName = "kubernetes.io/service-name";

    /// <summary>The label with who keeps a slice.</summary>
    public const string ManagedBy = "endpointslice.kubernetes.io/managed-by";

    /// <summary>The keeper of the slices of Services with a selector.</summary>
    public const string SliceController = "endpointslice-controller.k8s.io";

    /// <summary>The label with who keeps an Endpoints object.</summary>
    public const string EndpointsManagedBy = "endpoints.kubernetes.io/managed-by";

    /// <summary>The keeper of the Endpoints of Services with a selector.</summary>
    public const string EndpointsController = "endpoint-controller";

    /// <summary>The label of what belongs to a headless Service.</summary>
    public const string Headless = "service.kubernetes.io/headless";

    /// <summary>The annotation with the time of the change that led to the last write.</summary>
    public const string LastChange = "endpoints.kubernetes.io/last-change-trigger-time";

    /// <summary>The annotation of Endpoints that hold fewer addresses than there are.</summary>
    public const string OverCapacity = "endpoints.kubernetes.io/over-capacity";

    /// <summary>The label with a node's zone.</summary>
    public const string Zone = "topology.kubernetes.io/zone";
}
