using System.Collections.Immutable;
using Holdfast.Controllers.Scheduling;
using Holdfast.Model.Core;
using Holdfast.Model.Meta;
using Holdfast.Model.Selectors;
using Holdfast.Model.Values;

namespace Holdfast.Controllers.Volumes;

/// <summary>
/// Decides what a claim needs: a volume that fits and is free, or a new one, made at once or where its pod goes as its class
/// says; its status; and an end only when no pod uses it any more. A pure function; one step at a time, each of which may be repeated.
/// </summary>
/// <param name="volumesFolder">The folder in which directory volumes are made.</param>
public sealed class ClaimPlanner(string volumesFolder)
{
    /// <summary>Plans the next step for a claim.</summary>
    /// <param name="observation">The claim and what concerns it.</param>
    public ImmutableArray<VolumeEffect> Plan(ClaimObservation observation)
    {
        var claim = observation.Claim;
        if (claim.Metadata.DeletionTimestamp is not null)
        {
            return observation.IsUsed ? [] : Release(claim);
        }
        return claim.Spec.VolumeName.Length > 0 ? Follow(observation)
            : observation.Volume is { } volume ? Bind(claim, volume)
            : Fit(observation) is { } free ? Take(claim, free)
            : Provision(observation);
    }

    private static ImmutableArray<VolumeEffect> Release(PersistentVolumeClaim claim) =>
        claim.Metadata.Finalizers.Contains(VolumeNames.ClaimProtection)
            ? [new ReleaseVolumeClaim(claim.WithMetadata(claim.Metadata with
                {
                    Finalizers = claim.Metadata.Finalizers.Where(finalizer => finalizer != VolumeNames.ClaimProtection).ToValueList(),
                }), "no pod uses the claim any more")]
            : [];

    /// <summary>A claim that names its volume: bound while the volume names it back, lost when the volume is gone.</summary>
    private static ImmutableArray<VolumeEffect> Follow(ClaimObservation observation)
    {
        var (claim, volume) = (observation.Claim, observation.Volume);
        if (volume is null)
        {
            return claim.Status.Phase == "Bound"
                ? [new UpdateVolumeClaimStatus(claim with { Status = claim.Status with { Phase = "Lost" } }, "the volume is gone"),
                   new SayOfVolume("Warning", "ClaimLost", "Bound claim has lost its PersistentVolume. Data on the volume is lost!")]
                : [];
        }
        if (volume.Spec.ClaimRef is null)
        {
            return [new UpdateVolume(Promise(volume, claim), "the claim names the volume")];
        }
        if (volume.Spec.ClaimRef.Uid != claim.Metadata.Uid)
        {
            return claim.Status.Phase == "Lost" ? [] :
                [new UpdateVolumeClaimStatus(claim with { Status = claim.Status with { Phase = "Lost" } }, "the volume belongs to another claim"),
                 new SayOfVolume("Warning", "ClaimMisbound", "Two claims are bound to the same volume, this one is bound incorrectly")];
        }
        return Grow(observation, volume) ?? Show(claim, volume);
    }

    /// <summary>Gives a claim that asks for more what it asks for, where its class allows it.</summary>
    private static ImmutableArray<VolumeEffect>? Grow(ClaimObservation observation, PersistentVolume volume)
    {
        var asked = Asked(observation.Claim);
        return asked > Capacity(volume) && observation.Class?.AllowVolumeExpansion == true && IsOurs(volume)
            ? [new UpdateVolume(volume with { Spec = volume.Spec with { Capacity = volume.Spec.Capacity.SetItem("storage", asked) } }, "the claim asks for more")]
            : null;
    }

    private static ImmutableArray<VolumeEffect> Show(PersistentVolumeClaim claim, PersistentVolume volume)
    {
        var status = claim.Status with { Phase = "Bound", AccessModes = volume.Spec.AccessModes, Capacity = volume.Spec.Capacity };
        return status == claim.Status ? [] : [new UpdateVolumeClaimStatus(claim with { Status = status }, "the claim is bound")];
    }

    /// <summary>The volume names the claim: the claim names it back.</summary>
    private static ImmutableArray<VolumeEffect> Bind(PersistentVolumeClaim claim, PersistentVolume volume)
    {
        if (volume.Spec.ClaimRef?.Uid.Length == 0)
        {
            return [new UpdateVolume(Promise(volume, claim), "the volume is reserved for this claim")];
        }
        var annotations = claim.Metadata.Annotations.SetItem(VolumeNames.BindCompleted, "yes").SetItem(VolumeNames.BoundByController, "yes");
        return [new UpdateVolumeClaim(
            claim with { Metadata = claim.Metadata with { Annotations = annotations }, Spec = claim.Spec with { VolumeName = volume.Metadata.Name } },
            $"volume {volume.Metadata.Name} is the claim's")];
    }

    private static ImmutableArray<VolumeEffect> Take(PersistentVolumeClaim claim, PersistentVolume volume) =>
        [new UpdateVolume(Promise(volume, claim), "the volume fits and is free")];

    private static PersistentVolume Promise(PersistentVolume volume, PersistentVolumeClaim claim) => volume with
    {
        Metadata = volume.Metadata with { Annotations = volume.Metadata.Annotations.SetItem(VolumeNames.BoundByController, "yes") },
        Spec = volume.Spec with { ClaimRef = ReferenceTo(claim) },
    };

    /// <summary>The smallest free volume that has what the claim asks for, or null.</summary>
    private static PersistentVolume? Fit(ClaimObservation observation)
    {
        var claim = observation.Claim;
        var selector = claim.Spec.Selector is null ? LabelMatcher.Everything : LabelMatcher.From(claim.Spec.Selector);
        var node = SelectedNode(observation);
        if (observation.Class?.VolumeBindingMode == "WaitForFirstConsumer" && node is null)
        {
            return null;
        }
        return observation.Candidates
            .Where(volume => volume.Metadata.DeletionTimestamp is null && volume.Spec.ClaimRef is null
                && volume.Spec.StorageClassName == (claim.Spec.StorageClassName ?? "")
                && (volume.Spec.VolumeMode ?? "Filesystem") == (claim.Spec.VolumeMode ?? "Filesystem")
                && claim.Spec.AccessModes.All(mode => volume.Spec.AccessModes.Contains(mode))
                && selector.Matches(volume.Metadata.Labels)
                && Capacity(volume) >= Asked(claim)
                && (node is null || volume.Spec.NodeAffinity?.Required is not { } required || NodeFilters.Matches(required, node)))
            .OrderBy(Capacity).ThenBy(volume => volume.Metadata.Name, StringComparer.Ordinal)
            .FirstOrDefault();
    }

    private ImmutableArray<VolumeEffect> Provision(ClaimObservation observation)
    {
        var claim = observation.Claim;
        if (string.IsNullOrEmpty(claim.Spec.StorageClassName))
        {
            return [new SayOfVolume("Normal", "FailedBinding", "no persistent volumes available for this claim and no storage class is set")];
        }
        if (observation.Class is not { } storageClass)
        {
            return [new SayOfVolume("Warning", "ProvisioningFailed", $"storageclass.storage.k8s.io \"{claim.Spec.StorageClassName}\" not found")];
        }
        var waits = storageClass.VolumeBindingMode == "WaitForFirstConsumer";
        if (waits && !claim.Metadata.Annotations.ContainsKey(SchedulingPlanner.SelectedNode) && observation.PlacedOn.Length == 0)
        {
            return observation.IsAwaited ? [] : [new SayOfVolume("Normal", "WaitForFirstConsumer", "waiting for first consumer to be created before binding")];
        }
        if (storageClass.Provisioner != VolumeNames.DirectoryProvisioner)
        {
            return [new SayOfVolume("Normal", "ExternalProvisioning",
                $"Waiting for a volume to be created either by the external provisioner '{storageClass.Provisioner}' or manually by the system administrator. "
                + "If volume creation is delayed, please verify that the provisioner is running and correctly registered.")];
        }
        return claim.Spec.VolumeMode == "Block"
            ? [new SayOfVolume("Warning", "ProvisioningFailed", $"{VolumeNames.DirectoryProvisioner} makes folders; volumeMode Block is not supported: use Filesystem")]
            : SelectedNode(observation) is { } node ? Provision(claim, observation, node)
            : [new SayOfVolume("Warning", "ProvisioningFailed", "there is no node on which a volume could be made")];
    }

    private ImmutableArray<VolumeEffect> Provision(PersistentVolumeClaim claim, ClaimObservation observation, Node node)
    {
        var name = "pvc-" + claim.Metadata.Uid;
        var volume = new PersistentVolume
        {
            Metadata = new ObjectMeta
            {
                Name = name,
                Annotations = ValueMap.Of((VolumeNames.ProvisionedBy, VolumeNames.DirectoryProvisioner)),
                Finalizers = [VolumeNames.VolumeProtection],
            },
            Spec = new PersistentVolumeSpec
            {
                AccessModes = claim.Spec.AccessModes,
                Capacity = ValueMap.Of(("storage", Asked(claim))),
                ClaimRef = ReferenceTo(claim),
                Local = new LocalVolumeSource { Path = $"{volumesFolder}/{name}" },
                NodeAffinity = OnlyOn(node),
                PersistentVolumeReclaimPolicy = observation.Class?.ReclaimPolicy ?? "Delete",
                StorageClassName = claim.Spec.StorageClassName ?? "",
                VolumeMode = claim.Spec.VolumeMode,
                MountOptions = observation.Class?.MountOptions ?? default,
            },
        };
        return
        [
            new CreateVolume(volume, $"claim {claim.Metadata.Namespace}/{claim.Metadata.Name} has no volume; its pod goes to {node.Metadata.Name}"),
            new SayOfVolume("Normal", "ProvisioningSucceeded", $"Successfully provisioned volume {name}"),
        ];
    }

    private static VolumeNodeAffinity OnlyOn(Node node) => new()
    {
        Required = new NodeSelector
        {
            NodeSelectorTerms =
            [
                new NodeSelectorTerm
                {
                    MatchExpressions = [new NodeSelectorRequirement { Key = VolumeNames.HostnameLabel, Operator = "In", Values = [Hostname(node)] }],
                },
            ],
        },
    };

    /// <summary>
    /// Where the claim's volume is to be. The scheduler says so while the pod has no node; a claim that was made again for a pod which has one
    /// follows the pod. On Kubernetes such a claim waits for ever, and the pod with it.
    /// </summary>
    private static Node? SelectedNode(ClaimObservation observation)
    {
        var selected = observation.Claim.Metadata.Annotations.GetValueOrDefault(SchedulingPlanner.SelectedNode, observation.PlacedOn);
        if (selected.Length > 0)
        {
            return observation.Nodes.FirstOrDefault(node => node.Metadata.Name == selected);
        }
        // A class that does not wait spreads its volumes by the claims' uids, so that the choice needs no memory.
        var nodes = observation.Nodes.Where(node => !node.Spec.Unschedulable).OrderBy(node => node.Metadata.Name, StringComparer.Ordinal).ToList();
        return nodes.Count == 0 || observation.Class?.VolumeBindingMode == "WaitForFirstConsumer"
            ? null
            : nodes[observation.Claim.Metadata.Uid.Sum(letter => letter) % nodes.Count];
    }

    private static string Hostname(Node node) => node.Metadata.Labels.GetValueOrDefault(VolumeNames.HostnameLabel) ?? node.Metadata.Name;

    private static Quantity Asked(PersistentVolumeClaim claim) => claim.Spec.Resources.Requests.GetValueOrDefault("storage");

    private static Quantity Capacity(PersistentVolume volume) => volume.Spec.Capacity.GetValueOrDefault("storage");

    private static bool IsOurs(PersistentVolume volume) =>
        volume.Metadata.Annotations.GetValueOrDefault(VolumeNames.ProvisionedBy) == VolumeNames.DirectoryProvisioner;

    private static ObjectReference ReferenceTo(PersistentVolumeClaim claim) => new()
    {
        Kind = PersistentVolumeClaim.ResourceType.Kind,
        ApiVersion = PersistentVolumeClaim.ResourceType.ApiVersion,
        Namespace = claim.Metadata.Namespace,
        Name = claim.Metadata.Name,
        Uid = claim.Metadata.Uid,
        ResourceVersion = claim.Metadata.ResourceVersion,
    };
}
