using Holdfast.Model.AdmissionRegistration;
using Holdfast.Model.Apps;
using Holdfast.Model.Batch;
using Holdfast.Model.Core;
using Holdfast.Model.Discovery;
using Holdfast.Model.Policy;
using Holdfast.Model.Resources;
using Holdfast.Store;
using ClusterNode = Holdfast.Model.Core.Node;

namespace Holdfast.Simulator.Checkers;

/// <summary>
/// The objects that checkers look at, exactly as they were at the revision that is being shown: built from the store's own history, change by
/// change, and never from a cache.
/// </summary>
public sealed class ObjectsAtRevision
{
    private readonly Dictionary<(string Resource, string Namespace, string Name), IResource> _objects = [];
    private readonly Dictionary<long, long> _before = [];
    private readonly Dictionary<string, List<long>> _changes = new(StringComparer.Ordinal);

    /// <summary>The collections that are kept.</summary>
    public static IReadOnlyList<string> Kept { get; } =
    [
        Model.Core.Pod.ResourceType.GroupResource, StatefulSet.ResourceType.GroupResource, PersistentVolumeClaim.ResourceType.GroupResource,
        ControllerRevision.ResourceType.GroupResource, PodDisruptionBudget.ResourceType.GroupResource, ClusterNode.ResourceType.GroupResource,
        Namespace.ResourceType.GroupResource, ConfigMap.ResourceType.GroupResource, ServiceAccount.ResourceType.GroupResource,
        EndpointSlice.ResourceType.GroupResource, Deployment.ResourceType.GroupResource, ReplicaSet.ResourceType.GroupResource, Job.ResourceType.GroupResource,
        ValidatingWebhookConfiguration.ResourceType.GroupResource,
    ];

    /// <summary>How many changes there were, of anything but nodes, which give signs of life.</summary>
    public long Changes { get; private set; }

    /// <summary>The last of them.</summary>
    public string LastChange { get; private set; } = "";

    /// <summary>Whether a collection is kept.</summary>
    /// <param name="resource">The collection.</param>
    public bool Keeps(string resource) => _changes.ContainsKey(resource);

    /// <summary>A pod, or null.</summary>
    /// <param name="space">Its namespace.</param>
    /// <param name="name">Its name.</param>
    public Pod? Pod(string space, string name) => Find<Pod>(space, name);

    /// <summary>A claim, or null.</summary>
    /// <param name="space">Its namespace.</param>
    /// <param name="name">Its name.</param>
    public PersistentVolumeClaim? Claim(string space, string name) => Find<PersistentVolumeClaim>(space, name);

    /// <summary>An object, or null.</summary>
    /// <typeparam name="T">The kind.</typeparam>
    /// <param name="space">Its namespace; empty for cluster-scoped kinds.</param>
    /// <param name="name">Its name.</param>
    public T? Find<T>(string space, string name) where T : class, IResource<T> => _objects.GetValueOrDefault((T.ResourceType.GroupResource, space, name)) as T;

    /// <summary>The objects of a kind, in no order that means anything but always the same.</summary>
    /// <typeparam name="T">The kind.</typeparam>
    /// <param name="space">Only this namespace; null for all.</param>
    public IEnumerable<T> All<T>(string? space = null) where T : class, IResource<T> =>
        _objects.Values.OfType<T>().Where(item => space is null || item.Metadata.Namespace == space)
            .OrderBy(item => item.Metadata.Namespace, StringComparer.Ordinal).ThenBy(item => item.Metadata.Name, StringComparer.Ordinal);

    /// <summary>Whether any kept object has a uid.</summary>
    /// <param name="uid">The uid.</param>
    public IResource? ByUid(string uid) => _objects.Values.FirstOrDefault(item => item.Metadata.Uid == uid);

    /// <summary>The revision that a change replaced; 0 for a creation, -1 when it is not known.</summary>
    /// <param name="revision">The change's revision.</param>
    public long RevisionBefore(long revision) => _before.GetValueOrDefault(revision, -1);

    /// <summary>How many changes of a collection there were after one revision and before another.</summary>
    /// <param name="resource">The collection.</param>
    /// <param name="after">The one.</param>
    /// <param name="before">The other.</param>
    public int ChangesBetween(string resource, long after, long before)
    {
        var changes = _changes[resource];
        return Math.Max(0, Rank(changes, before) - Rank(changes, after + 1));
    }

    internal void Take(string resource, StoreEvent change, IResource latest)
    {
        var key = (resource, change.Current.Key.Namespace, change.Current.Key.Name);
        if (change.Kind == StoreEventKind.Delete)
            _objects.Remove(key);
        else
            _objects[key] = latest;
        _before[change.Revision] = change.Previous?.Revision ?? 0;
        ChangesOf(resource).Add(change.Revision);
        if (resource == ClusterNode.ResourceType.GroupResource)
            return;
        Changes++;
        LastChange = change.Current.Key.ToString();
    }

    internal void Begin(Snapshot snapshot, string resource, Func<Entry, IResource>? typed = null)
    {
        ChangesOf(resource);
        foreach (var entry in typed is null ? [] : snapshot.List(resource, null))
            _objects[(resource, entry.Key.Namespace, entry.Key.Name)] = typed!(entry);
    }

    private List<long> ChangesOf(string resource)
    {
        if (!_changes.TryGetValue(resource, out var changes))
            _changes[resource] = changes = [];
        return changes;
    }

    /// <summary>How many are below a revision.</summary>
    private static int Rank(List<long> revisions, long revision)
    {
        var index = revisions.BinarySearch(revision);
        return index < 0 ? ~index : index;
    }
}
