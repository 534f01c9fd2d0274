using Holdfast.Model.Rules;
using Holdfast.Model.Values;

namespace Holdfast.Model.Core;

/// <summary>
/// What a Service was given by the server, and what becomes of it when the Service changes: kept when the write does not
/// name it, dropped when the new type has no use for it.
/// </summary>
internal static class ServiceAllocations
{
    /// <summary>Lets the one address and the list of addresses agree: the one that was changed counts.</summary>
    public static ServiceSpec AlignAddresses(ServiceSpec updated, ServiceSpec old)
    {
        if (updated.ClusterIP != old.ClusterIP && updated.ClusterIPs == old.ClusterIPs)
        {
            return updated with { ClusterIPs = updated.ClusterIP.Length == 0 ? [] : [updated.ClusterIP] };
        }
        if (updated.ClusterIP == old.ClusterIP && updated.ClusterIPs != old.ClusterIPs && !updated.ClusterIPs.IsEmpty)
        {
            return updated with { ClusterIP = updated.ClusterIPs[0] };
        }
        return updated.ClusterIP.Length > 0 && updated.ClusterIPs.IsEmpty ? updated with { ClusterIPs = [updated.ClusterIP] } : updated;
    }

    /// <summary>Keeps addresses, families and node ports that the write does not name.</summary>
    public static ServiceSpec Keep(ServiceSpec updated, ServiceSpec old)
    {
        if (HasAddress(updated) && HasAddress(old))
        {
            updated = updated with { ClusterIP = updated.ClusterIP.Or(old.ClusterIP) };
            updated = updated with
            {
                ClusterIPs = updated.ClusterIPs.IsEmpty && updated.ClusterIP == old.ClusterIP ? old.ClusterIPs : updated.ClusterIPs,
                IpFamilies = updated.IpFamilies.IsEmpty ? old.IpFamilies : updated.IpFamilies,
                IpFamilyPolicy = updated.IpFamilyPolicy ?? old.IpFamilyPolicy,
            };
        }
        if (HasNodePorts(updated) && HasNodePorts(old))
        {
            updated = updated with { Ports = updated.Ports.Rewrite(port => port.NodePort == 0 ? WithNodePort(port, updated.Ports, old.Ports) : port) };
        }
        if (NeedsHealthCheck(updated) && NeedsHealthCheck(old) && updated.HealthCheckNodePort == 0)
        {
            updated = updated with { HealthCheckNodePort = old.HealthCheckNodePort };
        }
        return updated;
    }

    /// <summary>Drops what was given for the old type, is unchanged, and means nothing for the new type.</summary>
    public static ServiceSpec DropWithType(ServiceSpec updated, ServiceSpec old)
    {
        if (HasAddress(old) && !HasAddress(updated))
        {
            var hasSameAddresses = updated.ClusterIP == old.ClusterIP && updated.ClusterIPs == old.ClusterIPs;
            updated = updated with
            {
                ClusterIP = hasSameAddresses ? "" : updated.ClusterIP,
                ClusterIPs = hasSameAddresses ? [] : updated.ClusterIPs,
                IpFamilies = updated.IpFamilies == old.IpFamilies ? [] : updated.IpFamilies,
                IpFamilyPolicy = updated.IpFamilyPolicy == old.IpFamilyPolicy ? null : updated.IpFamilyPolicy,
            };
        }
        if (HasNodePorts(old) && !HasNodePorts(updated) && SameNodePorts(updated, old))
        {
            updated = updated with { Ports = updated.Ports.Rewrite(port => port.NodePort == 0 ? port : port with { NodePort = 0 }) };
        }
        if (NeedsHealthCheck(old) && !NeedsHealthCheck(updated) && updated.HealthCheckNodePort == old.HealthCheckNodePort)
        {
            updated = updated with { HealthCheckNodePort = 0 };
        }
        if (old.Type == "LoadBalancer" && updated.Type != "LoadBalancer")
        {
            updated = DropBalancer(updated, old);
        }
        var wasOutside = ServiceDefaults.IsReachableFromOutside(old) && !ServiceDefaults.IsReachableFromOutside(updated);
        return wasOutside && updated.ExternalTrafficPolicy == old.ExternalTrafficPolicy ? updated with { ExternalTrafficPolicy = "" } : updated;
    }

    /// <summary>Whether traffic is refused on nodes without endpoints, which a health check tells.</summary>
    public static bool NeedsHealthCheck(ServiceSpec spec) => spec is { Type: "LoadBalancer", ExternalTrafficPolicy: "Local" };

    private static ServiceSpec DropBalancer(ServiceSpec updated, ServiceSpec old) => updated with
    {
        AllocateLoadBalancerNodePorts =
            updated.AllocateLoadBalancerNodePorts == old.AllocateLoadBalancerNodePorts ? null : updated.AllocateLoadBalancerNodePorts,
        LoadBalancerClass = updated.LoadBalancerClass == old.LoadBalancerClass ? null : updated.LoadBalancerClass,
    };

    private static bool HasAddress(ServiceSpec spec) => spec.Type is "ClusterIP" or "NodePort" or "LoadBalancer";

    private static bool HasNodePorts(ServiceSpec spec) =>
        spec.Type == "NodePort" || (spec.Type == "LoadBalancer" && spec.AllocateLoadBalancerNodePorts != false);

    private static ServicePort WithNodePort(ServicePort port, ValueList<ServicePort> ports, ValueList<ServicePort> old)
    {
        foreach (var other in old)
        {
            var isSame = other.Protocol == port.Protocol && other.Port == port.Port;
            if (isSame && !ports.Any(taken => taken.NodePort == other.NodePort && taken.Protocol == other.Protocol))
            {
                return port with { NodePort = other.NodePort };
            }
        }
        return port;
    }

    private static bool SameNodePorts(ServiceSpec updated, ServiceSpec old) =>
        updated.Ports.Where(port => port.NodePort != 0).Select(port => port.NodePort).Order()
            .SequenceEqual(old.Ports.Where(port => port.NodePort != 0).Select(port => port.NodePort).Order())
        || updated.Ports.All(port => port.NodePort == 0 || old.Ports.Any(other => other.NodePort == port.NodePort));
}
