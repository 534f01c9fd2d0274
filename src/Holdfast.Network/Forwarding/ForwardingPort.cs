using System.Net;
using System.Net.Sockets;
using Holdfast.Platform;

namespace Holdfast.Network.Forwarding;

/// <summary>What all ports of one forwarder share.</summary>
/// <param name="Options">The bounds.</param>
/// <param name="Runner">Runs the loops.</param>
/// <param name="Chance">Gives the first turn.</param>
/// <param name="Time">Measures waits.</param>
/// <param name="Connections">Admits only so many connections.</param>
internal sealed record ForwardingParts(
    ForwarderOptions Options, ITaskRunner Runner, IChance Chance, TimeProvider Time, SemaphoreSlim Connections);

/// <summary>One open port. Its route may change while it is open.</summary>
internal abstract class ForwardingPort(ForwardingParts parts, ForwardingRoute route) : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private ForwardingRoute _route = route;
    private AffinityState _affinity = AffinityState.Empty;
    private uint _turn = (uint)parts.Chance.Next(int.MaxValue);

    /// <summary>Whereto new connections go.</summary>
    public ForwardingRoute Route
    {
        get => Volatile.Read(ref _route);
        set => Volatile.Write(ref _route, value);
    }

    /// <summary>What the forwarder's ports share.</summary>
    protected ForwardingParts Parts => parts;

    /// <summary>Stops listening, and gives what is open time to end.</summary>
    /// <param name="drain">How long.</param>
    /// <returns>Done when nothing is open any more.</returns>
    public abstract Task CloseAsync(TimeSpan drain);

    /// <summary>Closes the port and cuts what is open.</summary>
    /// <returns>Done when nothing is open any more.</returns>
    public ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return new ValueTask(CloseAsync(TimeSpan.Zero));
    }

    /// <summary>The backends to try for a client, in order.</summary>
    /// <param name="client">The client.</param>
    /// <returns>At least one backend.</returns>
    protected IReadOnlyList<IPEndPoint> BackendsFor(IPAddress client)
    {
        // Held for a few instructions only: nothing inside waits.
        lock (_gate)
        {
            return BackendChooser.Choose(Route, unchecked(_turn++), _affinity, client, Parts.Time.GetUtcNow());
        }
    }

    /// <summary>Remembers where a client was led, when its Service asks for that.</summary>
    /// <param name="client">The client.</param>
    /// <param name="backend">Where it went.</param>
    protected void Remember(IPAddress client, IPEndPoint backend)
    {
        if (Route.ClientAffinity is null)
        {
            return;
        }

        lock (_gate)
        {
            _affinity = _affinity.After(client, backend, Parts.Time.GetUtcNow());
        }
    }

    /// <summary>Explains why a port could not be opened.</summary>
    /// <param name="step">What was to be done.</param>
    /// <param name="fault">What the system said.</param>
    /// <returns>The problem.</returns>
    public static ForwardingProblem Explain(OpenPort step, SocketException fault)
    {
        var (kind, advice) = fault.SocketErrorCode switch
        {
            SocketError.AccessDenied => (ForwardingFault.NotPermitted,
                "ports below 1024 need root or the capability CAP_NET_BIND_SERVICE; give the Service a higher port"),
            SocketError.AddressAlreadyInUse => (ForwardingFault.InUse,
                "another process listens there; stop it, or give the Service another port or address"),
            SocketError.AddressNotAvailable => (ForwardingFault.NoSuchAddress,
                "this machine does not have that address; use cluster addresses from 127.0.0.0/8"),
            _ => (ForwardingFault.Other, $"the system says: {fault.Message}"),
        };
        return new ForwardingProblem(
            step.Route.Service, step.Address, kind, $"Service {step.Route.Service} cannot be served at {step.Address}: {advice}.");
    }
}
