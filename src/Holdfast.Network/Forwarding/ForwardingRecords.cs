using System.Collections.Immutable;
using System.Net;
using Holdfast.Network.Services;

namespace Holdfast.Network.Forwarding;

/// <summary>Where a Service is served: one cluster IP, one port, one transport.</summary>
/// <param name="Protocol">TCP or UDP.</param>
/// <param name="EndPoint">The cluster IP and the Service's port.</param>
public sealed record ForwardingAddress(PortProtocol Protocol, IPEndPoint EndPoint)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Protocol.ToString().ToLowerInvariant()}://{EndPoint}";
}

/// <summary>What is served there.</summary>
/// <param name="Service">The Service it belongs to.</param>
/// <param name="Backends">The ready endpoints, never empty and without repeats.</param>
/// <param name="ClientAffinity">How long a client stays with one backend; null for no affinity.</param>
public sealed record ForwardingRoute(NetworkKey Service, ImmutableArray<IPEndPoint> Backends, TimeSpan? ClientAffinity)
{
    /// <inheritdoc/>
    public bool Equals(ForwardingRoute? other) => other is not null
        && Service == other.Service
        && ClientAffinity == other.ClientAffinity
        && Backends.SequenceEqual(other.Backends);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Service, ClientAffinity, Backends.Length);
}

/// <summary>One step from what is listened on to what is wanted, with its reason.</summary>
/// <param name="Address">Where.</param>
/// <param name="Reason">Why, for a person.</param>
public abstract record ForwardingStep(ForwardingAddress Address, string Reason);

/// <summary>Start to listen.</summary>
/// <param name="Address">Where.</param>
/// <param name="Route">Whereto connections go.</param>
/// <param name="Reason">Why.</param>
public sealed record OpenPort(ForwardingAddress Address, ForwardingRoute Route, string Reason) : ForwardingStep(Address, Reason);

/// <summary>Send new connections elsewhere; those that are open stay.</summary>
/// <param name="Address">Where.</param>
/// <param name="Route">Whereto connections go.</param>
/// <param name="Reason">Why.</param>
public sealed record ChangeRoute(ForwardingAddress Address, ForwardingRoute Route, string Reason) : ForwardingStep(Address, Reason);

/// <summary>Stop listening; open connections may end by themselves for a while.</summary>
/// <param name="Address">Where.</param>
/// <param name="Reason">Why.</param>
public sealed record ClosePort(ForwardingAddress Address, string Reason) : ForwardingStep(Address, Reason);

/// <summary>Why a Service's port is not served.</summary>
public enum ForwardingFault
{
    /// <summary>The port is below 1024 and the process may not bind it.</summary>
    NotPermitted,

    /// <summary>Another process listens there.</summary>
    InUse,

    /// <summary>The machine does not have the address.</summary>
    NoSuchAddress,

    /// <summary>The operating system gave another reason.</summary>
    Other,
}

/// <summary>A Service's port that cannot be served.</summary>
/// <param name="Service">The Service.</param>
/// <param name="Address">Where it should be served.</param>
/// <param name="Fault">Why it is not.</param>
/// <param name="Message">For a person: what happened and what to do.</param>
public sealed record ForwardingProblem(NetworkKey Service, ForwardingAddress Address, ForwardingFault Fault, string Message);
