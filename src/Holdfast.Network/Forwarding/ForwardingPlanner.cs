using System.Collections.Immutable;
using System.Net;
using Holdfast.Network.Services;

namespace Holdfast.Network.Forwarding;

/// <summary>
/// Works out which ports to listen on. Pure. A port is open exactly while its Service has a ready endpoint, so that a
/// client of a Service without endpoints is refused at once instead of being taken and dropped.
/// </summary>
public static class ForwardingPlanner
{
    /// <summary>What should be served.</summary>
    /// <param name="services">The Services known.</param>
    /// <returns>The routes. Of two Services that claim one address the first by name has it.</returns>
    public static ImmutableDictionary<ForwardingAddress, ForwardingRoute> Routes(ServiceSet services)
    {
        var routes = ImmutableDictionary.CreateBuilder<ForwardingAddress, ForwardingRoute>();
        foreach (var (key, state) in services.All.OrderBy(entry => entry.Key.ToString(), StringComparer.Ordinal))
        {
            foreach (var (address, route) in RoutesOf(key, state))
            {
                routes.TryAdd(address, route);
            }
        }

        return routes.ToImmutable();
    }

    /// <summary>The steps from what is served to what should be.</summary>
    /// <param name="current">What is served.</param>
    /// <param name="wanted">What should be served.</param>
    /// <returns>The steps; ports are closed before others are opened.</returns>
    public static ImmutableArray<ForwardingStep> Plan(
        ImmutableDictionary<ForwardingAddress, ForwardingRoute> current,
        ImmutableDictionary<ForwardingAddress, ForwardingRoute> wanted)
    {
        var close = current
            .Where(entry => !wanted.ContainsKey(entry.Key))
            .Select(ForwardingStep (entry) => new ClosePort(entry.Key, $"{entry.Value.Service} has no ready endpoint for it any more"));
        var change = wanted
            .Where(entry => current.TryGetValue(entry.Key, out var route) && !route.Equals(entry.Value))
            .Select(ForwardingStep (entry) => new ChangeRoute(entry.Key, entry.Value, $"the endpoints of {entry.Value.Service} changed"));
        var open = wanted
            .Where(entry => !current.ContainsKey(entry.Key))
            .Select(ForwardingStep (entry) => new OpenPort(entry.Key, entry.Value, $"{entry.Value.Service} has a ready endpoint"));
        return [.. close, .. change, .. open];
    }

    private static IEnumerable<(ForwardingAddress Address, ForwardingRoute Route)> RoutesOf(NetworkKey key, ServiceState state)
    {
        if (state.Service is not { IsHeadless: false, ExternalName: null } service)
        {
            yield break;
        }

        foreach (var port in service.Ports.Where(port => port.Protocol != PortProtocol.Sctp))
        {
            var backends = state.BackendsOf(port);
            foreach (var address in backends.IsEmpty ? [] : service.ClusterIPs)
            {
                yield return (
                    new ForwardingAddress(port.Protocol, new IPEndPoint(address, port.Port)),
                    new ForwardingRoute(key, backends, service.ClientAffinity));
            }

            // On the loopback address alone: what is open to other machines is their owner's to say.
            if (port.NodePort is > 0 and <= ushort.MaxValue && !backends.IsEmpty)
            {
                yield return (
                    new ForwardingAddress(port.Protocol, new IPEndPoint(IPAddress.Loopback, port.NodePort)),
                    new ForwardingRoute(key, backends, service.ClientAffinity));
            }
        }
    }
}
