using Holdfast.ApiServer.Registry;
using Holdfast.Controllers.Pods;
using Holdfast.Model.AdmissionRegistration;
using Holdfast.Model.Apps;
using Holdfast.Model.Batch;
using Holdfast.Model.Coordination;
using Holdfast.Model.Core;
using Holdfast.Model.Discovery;
using Holdfast.Model.Policy;
using Holdfast.Model.Resources;
using Holdfast.Simulator.Story;
using Holdfast.Simulator.World;
using Holdfast.Store;
using ClusterNode = Holdfast.Model.Core.Node;

namespace Holdfast.Simulator.Checkers;

/// <summary>Shows every change to every checker, in the order of revisions, after each step of the simulation; over restarts of the server too.</summary>
/// <param name="server">The server.</param>
/// <param name="truth">What is really so.</param>
/// <param name="witness">What was asked and answered.</param>
/// <param name="checkers">The checkers.</param>
public sealed class Referee(ServerProcess server, GroundTruth truth, Witness witness, IReadOnlyList<Checker> checkers)
{
    private readonly List<(long Revision, Action Show)> _changes = [];
    private List<Action> _collectors = [];
    private Snapshot? _last;
    private ResourceStore? _store;
    private long _seenRevision;
    private long _seenProcesses = -1;

    /// <summary>The revision up to which everything was shown.</summary>
    public long SeenRevision => _seenRevision;

    /// <summary>The server has started over a disk: what was served before must be there, and is watched on from there.</summary>
    /// <param name="store">The store.</param>
    public void OnStarted(ResourceStore store)
    {
        ArgumentNullException.ThrowIfNull(store);
        if (_store is not null)
            CheckSurvival(store.Snapshot());
        else
            Begin(store);
        _store = store;
        _collectors =
        [
            Collector<StatefulSet>(store, change => truth.Note(change.Latest), checker => checker.OnSet),
            Collector<Pod>(store, truth.Note, checker => checker.OnPod),
            Collector<PersistentVolumeClaim>(store, null, checker => checker.OnClaim),
            Collector<ControllerRevision>(store, null, checker => checker.OnRevision),
            Collector<PodDisruptionBudget>(store, null, checker => checker.OnBudget),
            Collector<ClusterNode>(store, change => truth.NoteNode(change.Latest.Metadata.Name, change.New is not null), checker => checker.OnNode),
            Collector<Namespace>(store, null, _ => _ => { }),
            Collector<ConfigMap>(store, null, checker => checker.OnMap),
            Collector<ServiceAccount>(store, null, _ => _ => { }),
            Collector<EndpointSlice>(store, null, checker => checker.OnSlice),
            Collector<Deployment>(store, null, _ => _ => { }),
            Collector<ReplicaSet>(store, null, _ => _ => { }),
            Collector<Job>(store, null, checker => checker.OnJob),
            LeaderCollector(store, GroundTruth.LeadersLease),
            .. Stewarded(store),
        ];
    }

    /// <summary>Looks at what has changed since the last step.</summary>
    /// <exception cref="InvariantViolation">Something must not be.</exception>
    public void Look()
    {
        if (_store is null)
            return;
        var revision = _store.CurrentRevision;
        if (revision == _seenRevision && truth.Processes.Version == _seenProcesses)
            return;
        truth.Holds("A2", revision >= _seenRevision, $"the store's revision went from {_seenRevision} back to {revision}");
        truth.Holds("A3", revision <= server.Disk.DurableRevision, $"revision {revision} is read, but only {server.Disk.DurableRevision} is on the disk");
        (_seenRevision, _seenProcesses) = (revision, truth.Processes.Version);
        _last = _store.Snapshot();
        foreach (var collect in _collectors)
            collect();
        _changes.Sort((one, other) => one.Revision.CompareTo(other.Revision));
        foreach (var (_, show) in _changes)
            show();
        _changes.Clear();
        foreach (var checker in checkers)
            checker.OnStep();
        witness.Settle(_store);
    }

    /// <summary>Tells what there is, for a run that does not come to rest.</summary>
    /// <param name="story">Told.</param>
    public void TellWhatIsLeft(StoryTeller story)
    {
        ArgumentNullException.ThrowIfNull(story);
        foreach (var pod in truth.World.All<Pod>())
            story.Tell("left", $"pod {pod.Metadata.Name} {pod.Metadata.Uid} {pod.Status.Phase} on {pod.Spec.NodeName}, owned by {pod.Metadata.Controller()?.Uid}, deletion {pod.Metadata.DeletionTimestamp:O}");
        foreach (var claim in truth.World.All<PersistentVolumeClaim>())
            story.Tell("left", $"claim {claim.Metadata.Name} {claim.Status.Phase}, deletion {claim.Metadata.DeletionTimestamp:O}, finalizers {string.Join(' ', claim.Metadata.Finalizers)}, owners {string.Join(' ', claim.Metadata.OwnerReferences.Select(owner => $"{owner.Name} {owner.Uid}"))}");
        foreach (var set in truth.World.All<StatefulSet>())
            story.Tell("left", $"set {set.Metadata.Name} {set.Metadata.Uid}, deletion {set.Metadata.DeletionTimestamp:O}, generation {set.Status.ObservedGeneration} of {set.Metadata.Generation} observed, {set.Status.ReadyReplicas} of {set.Status.Replicas} pods ready and {set.Spec.Replicas} wanted, {set.Status.CurrentReplicas} of {set.Status.CurrentRevision}, {set.Status.UpdatedReplicas} of {set.Status.UpdateRevision}");
        foreach (var node in truth.World.All<ClusterNode>())
            story.Tell("left", $"node {node.Metadata.Name}, taints {string.Join(' ', node.Spec.Taints.Select(taint => $"{taint.Key}:{taint.Effect}"))}");
    }

    private void Begin(ResourceStore store)
    {
        _seenRevision = store.CurrentRevision;
        var snapshot = store.Snapshot();
        truth.World.Begin(snapshot, Namespace.ResourceType.GroupResource, ClusterView.Typed<Namespace>);
        truth.World.Begin(snapshot, ServiceAccount.ResourceType.GroupResource, ClusterView.Typed<ServiceAccount>);
        truth.World.Begin(snapshot, ConfigMap.ResourceType.GroupResource, ClusterView.Typed<ConfigMap>);
        foreach (var resource in ObjectsAtRevision.Kept)
            truth.World.Begin(snapshot, resource);
    }

    /// <summary>A1 and A2: everything that was ever served is there, and nothing else than what came after it.</summary>
    private void CheckSurvival(Snapshot now)
    {
        if (_last is not { } before)
            return;
        truth.Holds("A2", now.Revision >= before.Revision, $"the store's revision went from {before.Revision} back to {now.Revision} over a restart");
        foreach (var resource in before.Resources)
        {
            foreach (var entry in before.List(resource, null))
            {
                var found = now.Find(entry.Key);
                var isSame = found is not null && found.Revision == entry.Revision && found.Json.Span.SequenceEqual(entry.Json.Span);
                truth.Holds("A1", isSame || (now.Revision > before.Revision && (found is null || found.Revision > before.Revision)),
                    $"{entry.Key} was served at revision {entry.Revision} and is {(found is null ? "gone" : $"at {found.Revision}")} after a restart");
            }
        }
    }

    private Action Collector<T>(ResourceStore store, Action<ObjectChange<T>>? note, Func<Checker, Action<ObjectChange<T>>> handler)
        where T : class, IResource<T>
    {
        var resource = T.ResourceType.GroupResource;
        var watcher = store.Watch(resource, null, _seenRevision);
        return () =>
        {
            while (watcher.TryRead(out var found))
            {
                var old = found.Previous is null ? null : ClusterView.Typed<T>(found.Previous);
                var now = ClusterView.Typed<T>(found.Current);
                var change = new ObjectChange<T>(old, found.Kind == StoreEventKind.Delete ? null : now, found.Revision);
                var seen = found;
                _changes.Add((found.Revision, () => Show(resource, seen, change, now, note, handler)));
            }
        };
    }

    /// <summary>What only a stewarded cluster has: the Stewards' lease, and Stewards, which the server keeps without knowing their kind.</summary>
    private IEnumerable<Action> Stewarded(ResourceStore store)
    {
        if (truth.Options.Steward is null)
            yield break;
        yield return LeaderCollector(store, GroundTruth.StewardsLease);
        yield return Collector<ValidatingWebhookConfiguration>(store, null, _ => _ => { });
        var watcher = store.Watch(StewardResource.ResourceType.GroupResource, null, _seenRevision);
        yield return () =>
        {
            while (watcher.TryRead(out var found))
            {
                var (old, now) = (found.Previous is null ? null : ModelJson.Read<StewardResource>(found.Previous.Json.Span), ModelJson.Read<StewardResource>(found.Current.Json.Span));
                var change = new ObjectChange<StewardResource>(old, found.Kind == StoreEventKind.Delete ? null : now, found.Revision);
                _changes.Add((found.Revision, () =>
                {
                    foreach (var checker in checkers)
                        checker.OnSteward(change);
                }
                ));
            }
        };
    }

    /// <summary>Leases are renewed all the time, so they are no changes of which anybody takes note but who asks for a leader.</summary>
    private Action LeaderCollector(ResourceStore store, Client.Caching.ResourceKey lease)
    {
        var watcher = store.Watch(Lease.ResourceType.GroupResource, lease.Namespace, _seenRevision);
        return () =>
        {
            while (watcher.TryRead(out var found))
                truth.NoteLeader(lease, found.Revision, found.Kind == StoreEventKind.Delete ? null : ClusterView.Typed<Lease>(found.Current));
        };
    }

    private void Show<T>(
        string resource, StoreEvent seen, ObjectChange<T> change, T latest, Action<ObjectChange<T>>? note, Func<Checker, Action<ObjectChange<T>>> handler)
        where T : class, IResource<T>
    {
        truth.World.Take(resource, seen, latest);
        note?.Invoke(change);
        foreach (var checker in checkers)
            handler(checker)(change);
    }
}
