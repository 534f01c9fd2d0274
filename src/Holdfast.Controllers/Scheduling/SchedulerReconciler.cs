using System.Collections.Immutable;
using Holdfast.Client;
using Holdfast.Client.Caching;
using Holdfast.Client.Events;
using Holdfast.Controllers.Pods;
using Holdfast.Controllers.Runtime;
using Holdfast.Model.Core;
using Holdfast.Model.Meta;
using Holdfast.Model.Selectors;
using Holdfast.Model.Storage;

namespace Holdfast.Controllers.Scheduling;

/// <summary>
/// Finds a node for each pod that has none and binds it. One pod is decided about at a time, on all that was decided before, so that no two take the same
/// room; the bindings are written beside each other, as to wait for each would be most of the time that many pods take.
/// </summary>
public sealed class SchedulerReconciler : IReconciler<ResourceKey>
{
    /// <summary>The scheduler's name in <c>spec.schedulerName</c>.</summary>
    public const string Name = "default-scheduler";

    private const string Component = "kube-scheduler";

    private const int MostBindingsAtOnce = 64;

    private static readonly TimeSpan RetryUnschedulable = TimeSpan.FromSeconds(30);

    // Held while one pod is decided about; never over an await.
    private readonly Lock _deciding = new();

    private readonly ResourceCache<Pod> _pods;
    private readonly ResourceCache<Node> _nodes;
    private readonly ResourceCache<PersistentVolumeClaim> _claims;
    private readonly ResourceCache<PersistentVolume> _volumes;
    private readonly ResourceCache<StorageClass> _classes;
    private readonly ResourceCache<Namespace> _namespaces;
    private readonly NodeLedger _ledger = new();
    private readonly OwnWrites<ResourceKey> _writes;
    private readonly IEventRecorder _events;
    private readonly TimeProvider _time;

    private SchedulerReconciler(ControllerContext context, OwnWrites<ResourceKey> writes, IEventRecorder events)
    {
        _pods = context.Caches.Get<Pod>(null, PodIndices.Unplaced, PodIndices.ByClaim);
        _nodes = context.Caches.Get<Node>();
        _claims = context.Caches.Get<PersistentVolumeClaim>();
        _volumes = context.Caches.Get<PersistentVolume>();
        _classes = context.Caches.Get<StorageClass>();
        _namespaces = context.Caches.Get<Namespace>();
        (_writes, _events, _time) = (writes, events, context.Time);
    }

    /// <summary>Adds the scheduler to a host.</summary>
    /// <param name="host">The host.</param>
    /// <param name="context">The world.</param>
    public static void AddTo(ControllerHost host, ControllerContext context)
    {
        var writes = context.Writes<ResourceKey>(Component, Component);
        var events = context.Events(Name, Component);
        var reconciler = new SchedulerReconciler(context, writes, events);
        var controller = new Controller<ResourceKey>("scheduler", reconciler, context, writes, context.Options with { Workers = MostBindingsAtOnce })
            .WatchChanges(reconciler._pods, reconciler.Changed)
            .WatchChanges(reconciler._nodes, change => GivesRoom(change) ? reconciler.Unplaced() : [])
            .Watch(reconciler._claims, claim => reconciler._pods
                .Lookup(PodIndices.ByClaim, PodIndices.ClaimKey(claim.Metadata.Namespace, claim.Metadata.Name)).Select(pod => ResourceKey.Of(pod)))
            .Watch(reconciler._volumes, reconciler.Users)
            .WatchChanges(reconciler._classes, change => change.Old?.VolumeBindingMode == change.New?.VolumeBindingMode ? [] : reconciler.Unplaced())
            .WatchChanges(reconciler._namespaces, change => change.Old?.Metadata.Labels == change.New?.Metadata.Labels ? [] : reconciler.Unplaced());
        host.Add(events).Add(controller);
    }

    /// <inheritdoc/>
    public async Task<ReconcileResult> ReconcileAsync(ResourceKey key, CancellationToken cancellationToken)
    {
        if (_pods.Find(key) is not { } pod || !Needs(pod))
        {
            return ReconcileResult.Done;
        }
        var client = _writes.ClientFor(key);
        switch (Decide(pod))
        {
            case SchedulingPlan.Bind bind:
                await BindAsync(client, pod, bind.NodeName, cancellationToken);
                return ReconcileResult.Done;
            case SchedulingPlan.ProvisionFirst provision:
                await TellClaimsAsync(client, provision, cancellationToken);
                return ReconcileResult.Done;
            case SchedulingPlan.Unschedulable unschedulable:
                await SayWhyAsync(client, pod, unschedulable.Message, cancellationToken);
                return ReconcileResult.RequeueAfter(RetryUnschedulable);
            default:
                return ReconcileResult.Done;
        }
    }

    private static bool Needs(Pod pod) =>
        pod.Spec.NodeName.Length == 0 && pod.Spec.SchedulerName is Name or "" && !pod.IsTerminating() && !pod.IsFinished();

    private SchedulingPlan Decide(Pod pod)
    {
        lock (_deciding)
        {
            // Decided anew, as if nothing had been decided about it before.
            _ledger.Forget(pod.Metadata.Uid, null);
            var plan = SchedulingPlanner.Plan(Observe(pod));
            var node = plan switch
            {
                SchedulingPlan.Bind bind => bind.NodeName,
                SchedulingPlan.ProvisionFirst provision => provision.NodeName,
                SchedulingPlan.Wait wait => wait.NodeName,
                _ => "",
            };
            if (node.Length > 0)
            {
                // Taken before it is sent, and while its volumes are made: the next pod must not be given the same room, nor a place beside one that it is to be apart from.
                _ledger.Assume(pod.Metadata.Uid, pod with { Spec = pod.Spec with { NodeName = node } });
            }
            return plan;
        }
    }

    private SchedulingObservation Observe(Pod pod)
    {
        var others = _ledger.Concerning(pod, SelectedNamespaces);
        var spaces = others.Append(pod).Select(each => each.Metadata.Namespace).Distinct(StringComparer.Ordinal);
        return new(pod, _ledger.Loads(_nodes.All, pod), others, [.. Claims(pod)])
        {
            NamespaceLabels = spaces.Select(space => _namespaces.Find("", space)).OfType<Namespace>()
                .ToImmutableDictionary(space => space.Metadata.Name, space => space.Metadata.Labels, StringComparer.Ordinal),
        };
    }

    private IEnumerable<string> SelectedNamespaces(LabelSelector selector)
    {
        var matcher = LabelMatcher.From(selector);
        return _namespaces.All.Where(space => matcher.Matches(space.Metadata.Labels)).Select(space => space.Metadata.Name);
    }

    private IEnumerable<ClaimUse> Claims(Pod pod)
    {
        foreach (var name in PodIndices.ClaimNames(pod))
        {
            var claim = _claims.Find(pod.Metadata.Namespace, name);
            var volume = claim?.Spec.VolumeName is { Length: > 0 } volumeName ? _volumes.Find("", volumeName) : null;
            var storageClass = claim?.Spec.StorageClassName is { Length: > 0 } className ? _classes.Find("", className) : null;
            yield return new(name, claim, volume, storageClass);
        }
    }

    private async Task BindAsync(KubernetesClient client, Pod pod, string nodeName, CancellationToken cancellationToken)
    {
        var (namespaceName, name) = (pod.Metadata.Namespace, pod.Metadata.Name);
        var binding = new Binding
        {
            Metadata = new ObjectMeta { Name = name, Namespace = namespaceName, Uid = pod.Metadata.Uid },
            Target = new ObjectReference { Kind = "Node", Name = nodeName },
        };
        try
        {
            await client.PostAsync<Pod>(namespaceName, name, "binding", binding, cancellationToken);
        }
        catch (ApiException)
        {
            _ledger.Forget(pod.Metadata.Uid, _pods.Find(namespaceName, name) is { } shown && shown.Metadata.Uid == pod.Metadata.Uid ? shown : null);
            throw;
        }
        _events.Normal(pod, "Scheduled", $"Successfully assigned {namespaceName}/{name} to {nodeName}");
    }

    private static async Task TellClaimsAsync(KubernetesClient client, SchedulingPlan.ProvisionFirst plan, CancellationToken cancellationToken)
    {
        foreach (var claim in plan.Claims)
        {
            var annotations = claim.Metadata.Annotations.SetItem(SchedulingPlanner.SelectedNode, plan.NodeName);
            await client.UpdateAsync(claim.WithMetadata(claim.Metadata with { Annotations = annotations }), cancellationToken);
        }
    }

    private async Task SayWhyAsync(KubernetesClient client, Pod pod, string message, CancellationToken cancellationToken)
    {
        var condition = pod.Status.Conditions.FirstOrDefault(condition => condition.Type == "PodScheduled");
        if (condition is { Status: "False" } && condition.Message == message)
        {
            return;
        }
        _events.Warning(pod, "FailedScheduling", message);
        var said = new PodCondition
        {
            Type = "PodScheduled",
            Status = "False",
            Reason = "Unschedulable",
            Message = message,
            LastTransitionTime = condition is { Status: "False" } ? condition.LastTransitionTime : _time.GetUtcNow(),
        };
        var conditions = pod.Status.Conditions.Where(other => other.Type != "PodScheduled").Append(said);
        await client.UpdateStatusAsync(pod with { Status = pod.Status with { Conditions = [.. conditions] } }, cancellationToken);
    }

    private IEnumerable<ResourceKey> Changed(CacheChange<Pod> change)
    {
        var pod = change.Latest;
        if (change.Old is { } old && (change.New is null || change.IsReplacement))
        {
            _ledger.Set(old.Metadata.Uid, null);
        }
        if (change.New is { } current)
        {
            _ledger.Set(current.Metadata.Uid, current);
        }
        var isFreed = change.Old is { Spec.NodeName.Length: > 0 } && (change.New is null || change.New.IsFinished());
        return isFreed ? Unplaced() : change.New is not null && Needs(pod) ? [ResourceKey.Of(pod)] : [];
    }

    /// <summary>The pods that use the claim a volume belongs to.</summary>
    private IEnumerable<ResourceKey> Users(PersistentVolume volume) => volume.Spec.ClaimRef is { } claim
        ? _pods.Lookup(PodIndices.ByClaim, PodIndices.ClaimKey(claim.Namespace, claim.Name)).Where(Needs).Select(pod => ResourceKey.Of(pod))
        : [];

    private IEnumerable<ResourceKey> Unplaced() => _pods.Lookup(PodIndices.Unplaced, "").Where(Needs).Select(pod => ResourceKey.Of(pod));

    /// <summary>Whether a change of a node may let a pod be placed: heartbeats do not.</summary>
    private static bool GivesRoom(CacheChange<Node> change) => change.New is { } node
        && (change.Old is not { } old || old.Spec != node.Spec || old.Metadata.Labels != node.Metadata.Labels || old.Status.Allocatable != node.Status.Allocatable);
}
