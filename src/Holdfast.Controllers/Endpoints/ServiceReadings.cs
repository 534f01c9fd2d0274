using System.Globalization;
using Holdfast.Controllers.Pods;
using Holdfast.Model.Core;
using Holdfast.Model.Values;

namespace Holdfast.Controllers.Endpoints;

/// <summary>What the planners of slices and of Endpoints read alike off Services and pods.</summary>
internal static class ServiceReadings
{
    internal static bool HasEndpoints(this Service service) => service.Spec.Type != "ExternalName" && !service.Spec.Selector.IsEmpty;

    internal static bool IsHeadless(this Service service) => service.Spec.ClusterIP == "None";

    /// <summary>The families of the Service's endpoints, the first one first.</summary>
    internal static ValueList<string> Families(this Service service) => !service.Spec.IpFamilies.IsEmpty ? service.Spec.IpFamilies
        : IsIPv6(service.Spec.ClusterIP) ? ["IPv6"]
        : ["IPv4"];

    internal static bool IsIPv6(string address) => address.Contains(':', StringComparison.Ordinal);

    /// <summary>The pod's addresses of one family.</summary>
    internal static IEnumerable<string> Addresses(this Pod pod, string family)
    {
        var all = pod.Status.PodIPs.IsEmpty && pod.Status.PodIP.Length > 0 ? [pod.Status.PodIP] : pod.Status.PodIPs.Select(each => each.Ip);
        return all.Where(address => address.Length > 0 && IsIPv6(address) == (family == "IPv6"));
    }

    /// <summary>The Service's ports with the numbers that the pod serves them on; named ones that the pod does not have are left out.</summary>
    internal static IEnumerable<(ServicePort Port, int Number)> PortsOn(this Service service, Pod pod) =>
        from port in service.Spec.Ports
        let number = NumberOn(pod, port)
        where number is not null
        select (port, number.Value);

    internal static ObjectReference ReferenceTo(Pod pod) => new()
    {
        Kind = Pod.ResourceType.Kind,
        Namespace = pod.Metadata.Namespace,
        Name = pod.Metadata.Name,
        Uid = pod.Metadata.Uid,
    };

    internal static string HostnameBelow(this Pod pod, Service service) =>
        pod.Spec.Hostname.Length > 0 && pod.Spec.Subdomain == service.Metadata.Name ? pod.Spec.Hostname : "";

    /// <summary>The newest change of what the endpoints follow: a pod's readiness, or the Service's making.</summary>
    internal static string LastChange(ServiceObservation observation)
    {
        var times = observation.Pods
            .SelectMany(pod => pod.Status.Conditions.Where(condition => condition.Type == "Ready").Select(condition => condition.LastTransitionTime))
            .Append(observation.Service.Metadata.CreationTimestamp);
        var last = times.Max() ?? DateTimeOffset.UnixEpoch;
        return last.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);
    }

    /// <summary>Whether two sights of a pod make the same endpoint.</summary>
    internal static bool MakesSameEndpoint(Pod one, Pod other) =>
        one.Metadata.Uid == other.Metadata.Uid
        && one.Metadata.Labels == other.Metadata.Labels
        && one.Spec.NodeName == other.Spec.NodeName
        && one.Status.PodIP == other.Status.PodIP
        && one.Status.PodIPs == other.Status.PodIPs
        && one.IsReady() == other.IsReady()
        && one.IsTerminating() == other.IsTerminating()
        && one.Status.Phase == other.Status.Phase;

    private static int? NumberOn(Pod pod, ServicePort port)
    {
        if (port.TargetPort is not { } target)
        {
            return port.Port;
        }
        return target.IsNumber ? (target.Number == 0 ? port.Port : target.Number) : NamedPort(pod, target.Text!, Protocol(port.Protocol));
    }

    private static int? NamedPort(Pod pod, string name, string protocol)
    {
        // Sidecars are init containers that always run: they serve ports too.
        var containers = pod.Spec.Containers.Concat(pod.Spec.InitContainers.Where(container => container.RestartPolicy == "Always"));
        foreach (var container in containers)
        {
            foreach (var port in container.Ports)
            {
                if (port.Name == name && Protocol(port.Protocol) == protocol)
                {
                    return port.ContainerPortValue;
                }
            }
        }
        return null;
    }

    internal static string Protocol(string protocol) => protocol.Length == 0 ? "TCP" : protocol;
}
