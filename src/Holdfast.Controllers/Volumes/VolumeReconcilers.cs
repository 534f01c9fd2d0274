using Holdfast.Client.Caching;
using Holdfast.Client.Events;
using Holdfast.Controllers.Pods;
using Holdfast.Controllers.Runtime;
using Holdfast.Model.Core;
using Holdfast.Model.Storage;

namespace Holdfast.Controllers.Volumes;

/// <summary>Observes claims and volumes in the caches, has them planned and executes the plans.</summary>
public sealed class VolumeReconcilers
{
    private static readonly CacheIndex<PersistentVolume> ByClaim = new("claim", volume =>
        volume.Spec.ClaimRef is { } claim ? [PodIndices.ClaimKey(claim.Namespace, claim.Name)] : []);

    private static readonly CacheIndex<PersistentVolume> FreeByClass = new("class of free volumes", volume =>
        volume.Spec.ClaimRef is null ? [volume.Spec.StorageClassName] : []);

    private readonly ClaimPlanner _planner;
    private readonly ResourceCache<PersistentVolumeClaim> _claims;
    private readonly ResourceCache<PersistentVolume> _volumes;
    private readonly ResourceCache<StorageClass> _classes;
    private readonly ResourceCache<Node> _nodes;
    private readonly ResourceCache<Pod> _pods;
    private readonly IEventRecorder _events;
    private readonly IVolumeBackend _backend;

    private VolumeReconcilers(ControllerContext context, string volumesFolder, IVolumeBackend backend, IEventRecorder events)
    {
        _planner = new ClaimPlanner(volumesFolder);
        _claims = context.Caches.Get<PersistentVolumeClaim>(null, UnboundByClass);
        _volumes = context.Caches.Get<PersistentVolume>(null, ByClaim, FreeByClass);
        _classes = context.Caches.Get<StorageClass>();
        _nodes = context.Caches.Get<Node>();
        _pods = context.Caches.Get<Pod>(null, PodIndices.ByClaim);
        (_events, _backend) = (events, backend);
    }

    private static CacheIndex<PersistentVolumeClaim> UnboundByClass { get; } = new("class of unbound claims", claim =>
        claim.Spec.VolumeName.Length == 0 ? [claim.Spec.StorageClassName ?? ""] : []);

    /// <summary>Adds the claim and the volume controller to a host.</summary>
    /// <param name="host">The host.</param>
    /// <param name="context">The world.</param>
    /// <param name="volumesFolder">The folder in which directory volumes are made.</param>
    /// <param name="backend">Removes the data of volumes.</param>
    public static void AddTo(ControllerHost host, ControllerContext context, string volumesFolder, IVolumeBackend backend)
    {
        var events = context.Events("persistentvolume-controller");
        var all = new VolumeReconcilers(context, volumesFolder, backend, events);
        var claimWrites = context.Writes<ResourceKey>("persistent-volume-binder");
        var volumeWrites = context.Writes<ResourceKey>("persistent-volume-binder");
        host.Add(events)
            .Add(new Controller<ResourceKey>("persistentvolumeclaim", new Claims(all, claimWrites), context, claimWrites)
                .WatchOwn(all._claims)
                .Watch(all._volumes, all.ClaimsOf)
                .Watch(all._classes, storageClass => all._claims.Lookup(UnboundByClass, storageClass.Metadata.Name).Select(claim => ResourceKey.Of(claim)))
                .WatchChanges(all._nodes, change => change.Old is null ? all.Unbound() : [])
                .WatchChanges(all._pods, EndingUse)
                .WatchChanges(all._pods, all.BeginningUse))
            .Add(new Controller<ResourceKey>("persistentvolume", new Volumes(all, volumeWrites), context, volumeWrites)
                .WatchOwn(all._volumes)
                .Watch(all._claims, claim => all._volumes.Lookup(ByClaim, PodIndices.ClaimKey(claim.Metadata.Namespace, claim.Metadata.Name))
                    .Select(volume => ResourceKey.Of(volume))));
    }

    private ClaimObservation Observe(PersistentVolumeClaim claim)
    {
        var (namespaceName, name) = (claim.Metadata.Namespace, claim.Metadata.Name);
        var users = _pods.Lookup(PodIndices.ByClaim, PodIndices.ClaimKey(namespaceName, name));
        var volume = claim.Spec.VolumeName.Length > 0
            ? _volumes.Find("", claim.Spec.VolumeName)
            : _volumes.Lookup(ByClaim, PodIndices.ClaimKey(namespaceName, name))
                .FirstOrDefault(volume => volume.Spec.ClaimRef!.Uid.Length == 0 || volume.Spec.ClaimRef.Uid == claim.Metadata.Uid);
        return new(
            claim,
            claim.Spec.StorageClassName is { Length: > 0 } className ? _classes.Find("", className) : null,
            volume,
            claim.Spec.VolumeName.Length > 0 ? [] : [.. _volumes.Lookup(FreeByClass, claim.Spec.StorageClassName ?? "")],
            [.. _nodes.All],
            users.Any(pod => pod.HoldsClaims()),
            users.Any())
        {
            PlacedOn = users.Where(pod => pod.HoldsClaims() && !pod.IsTerminating()).Select(pod => pod.Spec.NodeName).Min(StringComparer.Ordinal) ?? "",
        };
    }

    /// <summary>The claims that a volume concerns: its own, and when it is free those that wait for one of its class.</summary>
    private IEnumerable<ResourceKey> ClaimsOf(PersistentVolume volume) => volume.Spec.ClaimRef is { } claim
        ? [new ResourceKey(claim.Namespace, claim.Name)]
        : _claims.Lookup(UnboundByClass, volume.Spec.StorageClassName).Select(waiting => ResourceKey.Of(waiting));

    private IEnumerable<ResourceKey> Unbound() => _claims.All.Where(claim => claim.Spec.VolumeName.Length == 0).Select(claim => ResourceKey.Of(claim));

    /// <summary>The claims whose last user may just have gone.</summary>
    private static IEnumerable<ResourceKey> EndingUse(CacheChange<Pod> change) =>
        change.New is null || change.New.IsFinished() || change.IsReplacement
            ? PodIndices.ClaimNames(change.Old ?? change.New!).Select(name => new ResourceKey((change.Old ?? change.New!).Metadata.Namespace, name))
            : [];

    /// <summary>The claims without a volume of a pod that has a node by now: the scheduler chooses none for them any more.</summary>
    private IEnumerable<ResourceKey> BeginningUse(CacheChange<Pod> change) => change is { New: { Spec.NodeName.Length: > 0 } pod } && (change.Old is not { Spec.NodeName.Length: > 0 } || change.IsReplacement)
        ? PodIndices.ClaimNames(pod).Select(name => new ResourceKey(pod.Metadata.Namespace, name)).Where(key => _claims.Find(key) is { Spec.VolumeName.Length: 0 })
        : [];

    private sealed class Claims(VolumeReconcilers all, OwnWrites<ResourceKey> writes) : IReconciler<ResourceKey>
    {
        public async Task<ReconcileResult> ReconcileAsync(ResourceKey key, CancellationToken cancellationToken) =>
            all._claims.Find(key) is { } claim
                ? await new VolumeExecutor(writes.ClientFor(key), all._events, all._backend)
                    .ExecuteAsync(claim, all._planner.Plan(all.Observe(claim)), cancellationToken)
                : ReconcileResult.Done;
    }

    private sealed class Volumes(VolumeReconcilers all, OwnWrites<ResourceKey> writes) : IReconciler<ResourceKey>
    {
        public async Task<ReconcileResult> ReconcileAsync(ResourceKey key, CancellationToken cancellationToken)
        {
            if (all._volumes.Find(key) is not { } volume)
            {
                return ReconcileResult.Done;
            }
            var claim = volume.Spec.ClaimRef is { } reference ? all._claims.Find(reference.Namespace, reference.Name) : null;
            return await new VolumeExecutor(writes.ClientFor(key), all._events, all._backend)
                .ExecuteAsync(volume, VolumePlanner.Plan(volume, claim), cancellationToken);
        }
    }
}
