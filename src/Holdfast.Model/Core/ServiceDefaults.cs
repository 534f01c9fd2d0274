using Holdfast.Model.Rules;
using Holdfast.Model.Values;

namespace Holdfast.Model.Core;

/// <summary>What a Service has when its author does not say; addresses and families are given by the server.</summary>
internal static class ServiceDefaults
{
    private const int AffinitySeconds = 3 * 60 * 60;

    public static Service Apply(Service service)
    {
        var spec = service.Spec;
        spec = spec with
        {
            SessionAffinity = spec.SessionAffinity.Or("None"),
            Type = spec.Type.Or("ClusterIP"),
            Ports = spec.Ports.Rewrite(Port),
        };
        spec = spec with
        {
            SessionAffinityConfig = Affinity(spec),
            ExternalTrafficPolicy = IsReachableFromOutside(spec) ? spec.ExternalTrafficPolicy.Or("Cluster") : spec.ExternalTrafficPolicy,
            InternalTrafficPolicy = spec.InternalTrafficPolicy ?? (spec.Type is "ClusterIP" or "NodePort" or "LoadBalancer" ? "Cluster" : null),
            AllocateLoadBalancerNodePorts = spec.AllocateLoadBalancerNodePorts ?? (spec.Type == "LoadBalancer" ? true : null),
        };
        return service with { Spec = spec, Status = spec.Type == "LoadBalancer" ? Ingress(service.Status) : service.Status };
    }

    /// <summary>Whether a Service can be reached from outside the cluster.</summary>
    public static bool IsReachableFromOutside(ServiceSpec spec) =>
        spec.Type is "LoadBalancer" or "NodePort" || (spec.Type == "ClusterIP" && !spec.ExternalIPs.IsEmpty);

    private static ServicePort Port(ServicePort port) => port with
    {
        Protocol = port.Protocol.Or("TCP"),
        TargetPort = port.TargetPort is not { } target || target == (IntOrString)0 || target == (IntOrString)"" ? port.Port : target,
    };

    private static SessionAffinityConfig? Affinity(ServiceSpec spec) => spec.SessionAffinity switch
    {
        "None" => null,
        "ClientIP" when spec.SessionAffinityConfig?.ClientIP?.TimeoutSeconds is null => SessionAffinityConfig.Empty with
        {
            ClientIP = ClientIPConfig.Empty with { TimeoutSeconds = AffinitySeconds },
        },
        _ => spec.SessionAffinityConfig,
    };

    private static ServiceStatus Ingress(ServiceStatus status) => status with
    {
        LoadBalancer = status.LoadBalancer with
        {
            Ingress = status.LoadBalancer.Ingress.Rewrite(
                ingress => ingress is { Ip.Length: > 0, IpMode: null } ? ingress with { IpMode = "VIP" } : ingress),
        },
    };
}
