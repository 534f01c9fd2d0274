using System.Collections.Immutable;
using Holdfast.Model.Apps;
using Holdfast.Model.Core;
using Holdfast.Model.Meta;
using Holdfast.Model.Resources;
using Holdfast.Store;

namespace Holdfast.ApiServer.Registry;

/// <summary>
/// Sums up how many pods the controllers of some pods are to have, by any served <c>scale</c>. Pods that nothing controls are not expected
/// and count nothing, as in the budget's status.
/// </summary>
/// <param name="view">The cluster.</param>
/// <param name="served">What has a scale.</param>
internal sealed class OwnerScales(ClusterView view, ServedResources served)
{
    private readonly ImmutableArray<Store.Condition>.Builder _conditions = ImmutableArray.CreateBuilder<Store.Condition>();
    private readonly HashSet<string> _counted = new(StringComparer.Ordinal);

    /// <summary>How many pods there are meant to be.</summary>
    public int Total { get; private set; }

    /// <summary>What the total rests on.</summary>
    public ImmutableArray<Store.Condition> Conditions => _conditions.ToImmutable();

    /// <summary>Sums up; says why it cannot, or null.</summary>
    /// <param name="pods">The pods.</param>
    public string? Expect(IReadOnlyList<Pod> pods)
    {
        foreach (var pod in pods)
        {
            // Pods of one owner have one scale: it is looked up once.
            if (Controller(pod.Metadata) is { } owner && _counted.Add(owner.Uid) && Add(owner, pod.Metadata) is { } problem)
                return problem;
        }
        return null;
    }

    private string? Add(OwnerReference owner, ObjectMeta pod)
    {
        var kind = served.All.FirstOrDefault(resource => IsOf(owner, resource.Type));
        if (kind is null)
            return $"no matches for kind \"{owner.Kind}\" in version \"{owner.ApiVersion}\"";
        if (kind.Scale is null)
            return $"{kind.Type.GroupResource} does not implement the scale subresource";
        if (Find(kind, owner, pod.Namespace) is not { } resource)
            return $"found no controllers for pod \"{pod.Name}\"";
        // Where the Deployment above a ReplicaSet is gone, the ReplicaSet speaks for itself.
        if (resource is ReplicaSet && Controller(resource.Metadata) is { } above && above.Kind == Deployment.ResourceType.Kind
            && served.Find(Deployment.ResourceType) is { } deployments && Find(deployments, above, pod.Namespace) is { } deployment)
        {
            _conditions.Add(new KeySatisfies(KeyOf(kind, resource), stored => StoredObject.Of(stored, kind) is var now
                && now.Metadata.Uid == owner.Uid && Controller(now.Metadata)?.Uid == above.Uid));
            if (_counted.Add(above.Uid))
                Count(deployments, deployment);
            return null;
        }
        return Count(kind, resource);
    }

    // The version of the two kinds that have most pods does not matter, as in the budget's status.
    private static bool IsOf(OwnerReference owner, ResourceType type) => type.Kind == owner.Kind
        && (type.ApiVersion == owner.ApiVersion
            || ((type == StatefulSet.ResourceType || type == ReplicaSet.ResourceType) && owner.ApiVersion.StartsWith(type.Group + "/", StringComparison.Ordinal)));

    private string? Count(ServedResource kind, IResource resource)
    {
        var (access, uid) = (kind.Scale!, resource.Metadata.Uid);
        var replicas = access.Read(resource).Spec.Replicas;
        if (replicas == ScaleAccess.Unset)
            return $"the spec replicas field \"{access.ReplicasField}\" of {kind.Type.GroupResource} \"{resource.Metadata.Name}\" does not exist";
        _conditions.Add(new KeySatisfies(KeyOf(kind, resource), stored => StoredObject.Of(stored, kind) is var now
            && now.Metadata.Uid == uid && access.Read(now).Spec.Replicas == replicas));
        Total += Math.Max(0, replicas);
        return null;
    }

    private IResource? Find(ServedResource kind, OwnerReference owner, string namespaceName) =>
        view.Snapshot.Find(new ResourceKey(kind.StoreName, namespaceName, owner.Name)) is { } entry
        && StoredObject.Of(entry, kind) is var found && found.Metadata.Uid == owner.Uid ? found : null;

    private static ResourceKey KeyOf(ServedResource kind, IResource resource) => new(kind.StoreName, resource.Metadata.Namespace, resource.Metadata.Name);

    private static OwnerReference? Controller(ObjectMeta metadata) =>
        metadata.OwnerReferences.FirstOrDefault(reference => reference.Controller == true);
}
