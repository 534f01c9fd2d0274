using System.Collections.Immutable;
using Holdfast.Model.Meta;
using Holdfast.Model.Resources;

namespace Holdfast.Controllers.GarbageCollection;

/// <summary>What is known of an owner that an object names.</summary>
public enum OwnerState
{
    /// <summary>It is there.</summary>
    Present,

    /// <summary>It is there and waits in a foreground deletion for what it owns.</summary>
    Waiting,

    /// <summary>The server has no such object: none of the name, or another of it.</summary>
    Absent,

    /// <summary>As <see cref="Absent"/>; an object of its uid is in another namespace, where it can own nothing here.</summary>
    InOtherNamespace,

    /// <summary>An object without a namespace names an owner with one: it cannot be found.</summary>
    NotReachable,

    /// <summary>It is of a kind that is not known here, so nothing can be said of it.</summary>
    UnknownKind,
}

/// <summary>An owner that an object names, and what is known of it.</summary>
/// <param name="Reference">The reference.</param>
/// <param name="State">What is known.</param>
public sealed record OwnerSight(OwnerReference Reference, OwnerState State)
{
    /// <summary>Whether the server alone has shown it: the cache, whose changes bring an object up again, does not have it yet.</summary>
    public bool IsAheadOfCache { get; init; }
}

/// <summary>What is known of an object that may have to go.</summary>
/// <param name="Object">The object.</param>
/// <param name="Owners">The owners that it names.</param>
/// <param name="Dependents">What it owns.</param>
public sealed record GarbageObservation(IResource Object, ImmutableArray<OwnerSight> Owners, ImmutableArray<IResource> Dependents);
