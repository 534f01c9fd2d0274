using Holdfast.ApiServer.Registry;
using Holdfast.Model.Core;

namespace Holdfast.ApiServer.Security.Rbac;

/// <summary>
/// What the agent of a node may do: about the same as Kubernetes' node authorizer allows a kubelet. It reads its own pods,
/// and the Secrets, ConfigMaps, claims and volumes that those use, keeps its own Node and Lease, and tells of events.
/// Which pods it may write is for admission to say, which sees their nodes. A pure function.
/// </summary>
internal static class NodeRules
{
    private const string LeaseNamespace = "kube-node-lease";

    public static bool Allows(string nodeName, Access access, ClusterView view)
    {
        if (!access.IsResource)
            return false;
        return (access.Group, access.Resource, access.Subresource) switch
        {
            ("", "pods", "") => MayPods(nodeName, access, view),
            ("", "pods", "status") => access.Verb is "update" or "patch",
            ("", "pods", "eviction") => access.Verb == "create",
            ("", "nodes", "") => IsRead(access) || access.Verb == "create" || (access.Verb is "update" or "patch" && access.Name == nodeName),
            ("", "nodes", "status") => access.Verb is "update" or "patch" or "get" && access.Name == nodeName,
            ("coordination.k8s.io", "leases", "") => access.Namespace == LeaseNamespace
                && (access.Verb == "create" || (access.Name == nodeName && access.Verb is "get" or "update" or "patch" or "delete")),
            ("" or "events.k8s.io", "events", "") => access.Verb is "create" or "update" or "patch",
            ("", "services", "") => IsRead(access),
            ("", "serviceaccounts", "token") => access.Verb == "create" && OwnPods(nodeName, access.Namespace, view).Any(pod => pod.Spec.ServiceAccountName == access.Name),
            ("", "secrets" or "configmaps" or "persistentvolumeclaims", "") => IsRead(access) && access.Name.Length > 0
                && OwnPods(nodeName, access.Namespace, view).Any(pod => Uses(pod, access.Resource, access.Name)),
            ("", "persistentvolumes", "") => access.Verb == "get" && UsesVolume(nodeName, access.Name, view),
            _ => false,
        };
    }

    // Reading all pods would show it those of others: it asks for its own.
    private static bool MayPods(string nodeName, Access access, ClusterView view) => access.Verb switch
    {
        "list" or "watch" => access.FieldSelector.Split(',').Contains($"spec.nodeName={nodeName}"),
        "get" => view.Find<Pod>(access.Namespace, access.Name) is not { } pod || pod.Spec.NodeName == nodeName,
        "delete" => true,
        _ => false,
    };

    private static bool IsRead(Access access) => access.Verb is "get" or "list" or "watch";

    private static IEnumerable<Pod> OwnPods(string nodeName, string namespaceName, ClusterView view) =>
        view.List<Pod>(namespaceName).Where(pod => pod.Spec.NodeName == nodeName);

    private static bool UsesVolume(string nodeName, string name, ClusterView view) =>
        view.Find<PersistentVolume>("", name)?.Spec.ClaimRef is { } claim
        && OwnPods(nodeName, claim.Namespace, view).Any(pod => Uses(pod, "persistentvolumeclaims", claim.Name));

    private static bool Uses(Pod pod, string resource, string name) => resource switch
    {
        "secrets" => pod.Spec.ImagePullSecrets.Any(each => each.Name == name)
            || pod.Spec.Volumes.Any(volume => volume.Secret?.SecretName == name || Projects(volume, source => source.Secret?.Name == name))
            || Containers(pod).Any(container => container.EnvFrom.Any(each => each.SecretRef?.Name == name)
                || container.Env.Any(each => each.ValueFrom?.SecretKeyRef?.Name == name)),
        "configmaps" => pod.Spec.Volumes.Any(volume => volume.ConfigMap?.Name == name || Projects(volume, source => source.ConfigMap?.Name == name))
            || Containers(pod).Any(container => container.EnvFrom.Any(each => each.ConfigMapRef?.Name == name)
                || container.Env.Any(each => each.ValueFrom?.ConfigMapKeyRef?.Name == name)),
        _ => pod.Spec.Volumes.Any(volume => volume.PersistentVolumeClaim?.ClaimName == name
            || (volume.Ephemeral is not null && $"{pod.Metadata.Name}-{volume.Name}" == name)),
    };

    private static bool Projects(Volume volume, Func<VolumeProjection, bool> isMeant) =>
        volume.Projected is { } projected && projected.Sources.Any(isMeant);

    private static IEnumerable<Container> Containers(Pod pod) => pod.Spec.InitContainers.Concat(pod.Spec.Containers)
        .Concat(pod.Spec.EphemeralContainers.Select(container => container.AsContainer()));
}
