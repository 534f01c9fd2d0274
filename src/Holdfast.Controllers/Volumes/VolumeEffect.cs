using System.Collections.Immutable;
using Holdfast.Model.Core;
using Holdfast.Model.Storage;

namespace Holdfast.Controllers.Volumes;

/// <summary>What is known of a claim.</summary>
/// <param name="Claim">The claim.</param>
/// <param name="Class">Its storage class, or null.</param>
/// <param name="Volume">The volume that it names or that names it, or null.</param>
/// <param name="Candidates">Volumes of its class that no claim has.</param>
/// <param name="Nodes">The nodes, for classes that do not wait for a pod.</param>
/// <param name="IsUsed">Whether a pod that has a node and is not finished uses it.</param>
/// <param name="IsAwaited">Whether any pod names it, so that its node will be chosen.</param>
public sealed record ClaimObservation(
    PersistentVolumeClaim Claim, StorageClass? Class, PersistentVolume? Volume, ImmutableArray<PersistentVolume> Candidates,
    ImmutableArray<Node> Nodes, bool IsUsed, bool IsAwaited)
{
    /// <summary>The node of a pod that uses the claim already, so that only there a volume helps; empty when there is none.</summary>
    public string PlacedOn { get; init; } = "";
}

/// <summary>One thing to do for a claim or a volume, with its reason in words.</summary>
/// <param name="Reason">Why.</param>
public abstract record VolumeEffect(string Reason);

/// <summary>Make a volume for a claim.</summary>
/// <param name="Volume">The volume, with the claim in its claimRef.</param>
/// <param name="Reason">Why.</param>
public sealed record CreateVolume(PersistentVolume Volume, string Reason) : VolumeEffect(Reason);

/// <summary>Change a volume's spec or metadata.</summary>
/// <param name="Volume">The volume as it should be.</param>
/// <param name="Reason">Why.</param>
public sealed record UpdateVolume(PersistentVolume Volume, string Reason) : VolumeEffect(Reason);

/// <summary>Change a volume's status.</summary>
/// <param name="Volume">The volume with its new status.</param>
/// <param name="Reason">Why.</param>
public sealed record UpdateVolumeStatus(PersistentVolume Volume, string Reason) : VolumeEffect(Reason);

/// <summary>Remove what a released volume holds, then the volume.</summary>
/// <param name="Volume">The volume.</param>
/// <param name="Reason">Why.</param>
public sealed record ReclaimVolume(PersistentVolume Volume, string Reason) : VolumeEffect(Reason);

/// <summary>Let a claim go that is being deleted, unless the server knows of a pod that uses it.</summary>
/// <param name="Claim">The claim without its protection.</param>
/// <param name="Reason">Why.</param>
public sealed record ReleaseVolumeClaim(PersistentVolumeClaim Claim, string Reason) : VolumeEffect(Reason);

/// <summary>Change a claim's spec or metadata.</summary>
/// <param name="Claim">The claim as it should be.</param>
/// <param name="Reason">Why.</param>
public sealed record UpdateVolumeClaim(PersistentVolumeClaim Claim, string Reason) : VolumeEffect(Reason);

/// <summary>Change a claim's status.</summary>
/// <param name="Claim">The claim with its new status.</param>
/// <param name="Reason">Why.</param>
public sealed record UpdateVolumeClaimStatus(PersistentVolumeClaim Claim, string Reason) : VolumeEffect(Reason);

/// <summary>Tell people something about the claim or volume.</summary>
/// <param name="Type"><c>Normal</c> or <c>Warning</c>.</param>
/// <param name="EventReason">One word.</param>
/// <param name="Message">What happened, in words.</param>
public sealed record SayOfVolume(string Type, string EventReason, string Message) : VolumeEffect(Message);
