using System.Net;
using Holdfast.ApiServer.Errors;
using Holdfast.ApiServer.Registry;
using Holdfast.Model.Core;
using Holdfast.Model.Discovery;
using Holdfast.Platform;

namespace Holdfast.ApiServer.Http.Proxying;

/// <summary>Finds the address behind a Service or pod whose proxy is asked for.</summary>
internal static class ProxyTargets
{
    /// <summary>The root of what a request for a pod's proxy goes to.</summary>
    /// <exception cref="Client.ApiException">There is no such pod, or it has no address.</exception>
    public static Uri OfPod(ClusterView view, string namespaceName, string text)
    {
        var name = ProxyName.Parse(text) ?? throw ApiErrors.BadRequest($"invalid pod request \"{text}\"");
        var pod = view.Find<Pod>(namespaceName, name.Name) ?? throw ApiErrors.NotFound(Pod.ResourceType, name.Name);
        if (!IPAddress.TryParse(pod.Status.PodIP, out var address))
            throw ApiErrors.BadRequest($"address not allowed: pod {pod.Metadata.Name} has no address yet");
        var port = name.Port.Length == 0
            ? pod.Spec.Containers.SelectMany(container => container.Ports).Select(each => (int?)each.ContainerPortValue).FirstOrDefault()
            : name.PortNumber ?? throw ApiErrors.BadRequest($"invalid pod request \"{text}\": a pod's port is a number from 1 to 65535");
        return Root(name.Scheme, address, port);
    }

    /// <summary>The root of what a request for a Service's proxy goes to: one of its ready endpoints, drawn by chance.</summary>
    /// <exception cref="Client.ApiException">There is no such Service, or nothing behind it is ready.</exception>
    public static Uri OfService(ClusterView view, string namespaceName, string text, IChance chance)
    {
        var name = ProxyName.Parse(text) ?? throw ApiErrors.BadRequest($"invalid service request \"{text}\"");
        var service = view.Find<Service>(namespaceName, name.Name) ?? throw ApiErrors.NotFound(Service.ResourceType, name.Name);
        var port = PortName(service, name);
        var candidates = port is null ? [] : view.List<EndpointSlice>(namespaceName)
            .Where(slice => slice.Metadata.Labels.GetValueOrDefault("kubernetes.io/service-name") == name.Name)
            .SelectMany(slice => Addresses(slice, port)).ToList();
        if (candidates.Count == 0)
            throw ApiErrors.ServiceUnavailable($"no endpoints available for service \"{text}\"");
        var (endpoint, number) = candidates[chance.Next(candidates.Count)];
        return Root(name.Scheme, Allowed(view, namespaceName, endpoint), number);
    }

    private static string? PortName(Service service, ProxyName name)
    {
        var ports = service.Spec.Ports;
        if (name.Port.Length == 0)
            return ports.Count == 1 ? ports[0].Name : null;
        var named = ports.FirstOrDefault(port => port.Name == name.Port)
            ?? (name.PortNumber is { } number ? ports.FirstOrDefault(port => port.Port == number) : null);
        return named?.Name;
    }

    private static IEnumerable<(Endpoint Endpoint, int Port)> Addresses(EndpointSlice slice, string portName)
    {
        foreach (var port in slice.Ports.Where(port => (port.Name ?? "") == portName && port.Port is not null))
        {
            foreach (var endpoint in slice.Endpoints.Where(endpoint => endpoint.Conditions.Ready != false && !endpoint.Addresses.IsEmpty))
                yield return (endpoint, port.Port!.Value);
        }
    }

    // A pod's address is allowed; others as upstream has it, which keeps people off what listens only for this machine.
    private static IPAddress Allowed(ClusterView view, string namespaceName, Endpoint endpoint)
    {
        var text = endpoint.Addresses[0];
        if (!IPAddress.TryParse(text, out var address))
            throw ApiErrors.BadRequest($"address not allowed: \"{text}\" is no IP address");
        var pod = endpoint.TargetRef is { Kind: "Pod" } target ? view.Find<Pod>(namespaceName, target.Name) : null;
        var isForbidden = IPAddress.IsLoopback(address) || address.IsIPv6LinkLocal || address.IsIPv6Multicast || address.Equals(IPAddress.Any)
            || address.GetAddressBytes() is [169, 254, ..] or [>= 224 and < 240, ..];
        return pod?.Status.PodIP == text || !isForbidden ? address : throw ApiErrors.BadRequest($"address not allowed: {text} is not the address of a pod");
    }

    private static Uri Root(string scheme, IPAddress address, int? port) => new UriBuilder(scheme, address.ToString(), port ?? -1).Uri;
}
