using Holdfast.Client.Caching;
using Holdfast.Controllers.Ownership;
using Holdfast.Controllers.Runtime;
using Holdfast.Model.Apps;
using Holdfast.Model.Core;
using Holdfast.Model.Policy;
using Holdfast.Steward.Observation;

namespace Holdfast.Steward.Running;

/// <summary>What the Steward knows of the cluster without asking: one cache for each kind.</summary>
internal sealed class StewardCaches : ITargetObjects
{
    public StewardCaches(SharedCaches caches)
    {
        Stewards = caches.Get<StewardResource>();
        Sets = caches.Get<StatefulSet>();
        Pods = caches.Get<Pod>().AddIndex(Orphans<Pod>.ByNamespace);
        Claims = caches.Get<PersistentVolumeClaim>();
        Revisions = caches.Get<ControllerRevision>();
        Nodes = caches.Get<Node>();
        Volumes = caches.Get<PersistentVolume>();
        Budgets = caches.Get<PodDisruptionBudget>();
        Services = caches.Get<Service>();
    }

    public ResourceCache<StewardResource> Stewards { get; }

    public ResourceCache<StatefulSet> Sets { get; }

    public ResourceCache<Pod> Pods { get; }

    public ResourceCache<PersistentVolumeClaim> Claims { get; }

    public ResourceCache<ControllerRevision> Revisions { get; }

    public ResourceCache<Node> Nodes { get; }

    public ResourceCache<PersistentVolume> Volumes { get; }

    public ResourceCache<PodDisruptionBudget> Budgets { get; }

    public ResourceCache<Service> Services { get; }

    /// <summary>The Stewards of a set.</summary>
    public IEnumerable<StewardResource> Of(string namespaceName, string setName) =>
        Stewards.InNamespace(namespaceName).Where(steward => steward.Spec.TargetRef.Name == setName);

    /// <inheritdoc/>
    public StatefulSet? FindSet(string namespaceName, string name) => Sets.Find(namespaceName, name);

    /// <inheritdoc/>
    public IEnumerable<StewardResource> StewardsOf(string namespaceName, string setName) => Of(namespaceName, setName);

    /// <inheritdoc/>
    public IEnumerable<Pod> PodsOf(StatefulSet set) => Pods.OwnedBy(set.Metadata.Uid);

    /// <inheritdoc/>
    public IEnumerable<Pod> UncontrolledPods(string namespaceName) => Pods.Lookup(Orphans<Pod>.ByNamespace, namespaceName);

    /// <inheritdoc/>
    public IEnumerable<ControllerRevision> RevisionsOf(StatefulSet set) => Revisions.OwnedBy(set.Metadata.Uid);

    /// <inheritdoc/>
    public PersistentVolumeClaim? FindClaim(string namespaceName, string name) => Claims.Find(namespaceName, name);

    /// <inheritdoc/>
    public Node? FindNode(string name) => Nodes.Find("", name);

    /// <inheritdoc/>
    public IEnumerable<Node> AllNodes() => Nodes.All;

    /// <inheritdoc/>
    public PersistentVolume? FindVolume(string name) => Volumes.Find("", name);

    /// <inheritdoc/>
    public IEnumerable<PodDisruptionBudget> BudgetsIn(string namespaceName) => Budgets.InNamespace(namespaceName);

    /// <inheritdoc/>
    public IEnumerable<Service> ServicesIn(string namespaceName) => Services.InNamespace(namespaceName);

    /// <summary>Brings up the Steward of each object that changes.</summary>
    public Controller<ResourceKey> AddSources(Controller<ResourceKey> controller) => controller
        .Watch(Stewards, steward => [ResourceKey.Of(steward), .. Keys(steward.Metadata.Namespace, steward.Spec.TargetRef.Name)])
        .Watch(Sets, set => Keys(set.Metadata.Namespace, set.Metadata.Name))
        .Watch(Pods, pod => ControllerSources.ControllerOf(pod, StatefulSet.ResourceType) is { } owner ? Keys(pod.Metadata.Namespace, owner.Name)
            : LeftMembers.SetOf(pod) is { } set ? Keys(pod.Metadata.Namespace, set) : [])
        .Watch(Revisions, revision => ControllerSources.ControllerOf(revision, StatefulSet.ResourceType) is { } owner ? Keys(revision.Metadata.Namespace, owner.Name) : [])
        .Watch(Claims, claim => Keys(claim.Metadata.Namespace, IsClaimOf(claim.Metadata.Name)))
        .Watch(Budgets, budget => Stewards.InNamespace(budget.Metadata.Namespace).Select(steward => ResourceKey.Of(steward)))
        .Watch(Services, service => Stewards.InNamespace(service.Metadata.Namespace).Where(steward => Concerns(steward, service)).Select(steward => ResourceKey.Of(steward)));

    private static bool Concerns(StewardResource steward, Service service) =>
        service.Metadata.Name == steward.Spec.Routing.LeaderService || service.Metadata.Name == steward.Spec.Routing.FollowerService
        || service.Metadata.Labels.GetValueOrDefault(StewardNames.StewardLabel) == steward.Metadata.Name;

    // A claim is named TEMPLATE-SET-ORDINAL; which of the dashes separates them only the sets that there are can tell.
    private static Func<string, bool> IsClaimOf(string claim) => set =>
        claim.LastIndexOf('-') is > 0 and var end && claim[..end].EndsWith("-" + set, StringComparison.Ordinal);

    private IEnumerable<ResourceKey> Keys(string namespaceName, string setName) => Of(namespaceName, setName).Select(steward => ResourceKey.Of(steward));

    private IEnumerable<ResourceKey> Keys(string namespaceName, Func<string, bool> isSet) => Stewards.InNamespace(namespaceName)
        .Where(steward => isSet(steward.Spec.TargetRef.Name)).Select(steward => ResourceKey.Of(steward));
}
