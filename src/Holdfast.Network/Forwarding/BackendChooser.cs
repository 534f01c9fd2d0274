using System.Collections.Immutable;
using System.Net;

namespace Holdfast.Network.Forwarding;

/// <summary>Where clients went, for Services that keep a client with one endpoint.</summary>
/// <param name="Visits">The last backend of each client, and when.</param>
public sealed record AffinityState(ImmutableDictionary<IPAddress, (IPEndPoint Backend, DateTimeOffset SeenAt)> Visits)
{
    /// <summary>The most clients remembered; past that the longest unseen is forgotten.</summary>
    public const int MaxClients = 4096;

    /// <summary>No client yet.</summary>
    public static AffinityState Empty { get; } = new(ImmutableDictionary<IPAddress, (IPEndPoint, DateTimeOffset)>.Empty);

    /// <summary>The state after a client was led to a backend.</summary>
    /// <param name="client">The client's address.</param>
    /// <param name="backend">Where it went.</param>
    /// <param name="now">The time.</param>
    /// <returns>The new state.</returns>
    public AffinityState After(IPAddress client, IPEndPoint backend, DateTimeOffset now)
    {
        var kept = Visits.Count < MaxClients || Visits.ContainsKey(client)
            ? Visits
            : Visits.Remove(Visits.MinBy(visit => visit.Value.SeenAt).Key);
        return new AffinityState(kept.SetItem(client, (backend, now)));
    }
}

/// <summary>Chooses the backends to try for a new connection. Pure.</summary>
public static class BackendChooser
{
    /// <summary>The most backends that are tried for one connection.</summary>
    public const int MaxTries = 3;

    /// <summary>Chooses in turn, or the backend that the client was led to last.</summary>
    /// <param name="route">The route.</param>
    /// <param name="turn">A number that grows by one with each connection.</param>
    /// <param name="affinity">Where clients went.</param>
    /// <param name="client">The client's address.</param>
    /// <param name="now">The time.</param>
    /// <returns>The backends in the order in which to try them, at most <see cref="MaxTries"/>.</returns>
    public static ImmutableArray<IPEndPoint> Choose(
        ForwardingRoute route, uint turn, AffinityState affinity, IPAddress client, DateTimeOffset now)
    {
        var count = route.Backends.Length;
        var start = (int)(turn % (uint)count);
        IEnumerable<IPEndPoint> inTurn = [.. route.Backends[start..], .. route.Backends[..start]];
        if (route.ClientAffinity is { } span
            && affinity.Visits.TryGetValue(client, out var visit)
            && now - visit.SeenAt < span
            && route.Backends.Contains(visit.Backend))
        {
            inTurn = [visit.Backend, .. inTurn.Where(backend => !backend.Equals(visit.Backend))];
        }

        return [.. inTurn.Take(MaxTries)];
    }
}
