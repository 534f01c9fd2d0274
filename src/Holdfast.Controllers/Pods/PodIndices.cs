using Holdfast.Client.Caching;
using Holdfast.Model.Core;

namespace Holdfast.Controllers.Pods;

/// <summary>Ways to find pods that several controllers share.</summary>
public static class PodIndices
{
    /// <summary>Pods without a node, under the empty string.</summary>
    public static CacheIndex<Pod> Unplaced { get; } = new("no node", pod => pod.Spec.NodeName.Length == 0 ? [""] : []);

    /// <summary>Pods by the claims that they use, under <see cref="ClaimKey"/>.</summary>
    public static CacheIndex<Pod> ByClaim { get; } = new("claim", pod => ClaimNames(pod).Select(name => ClaimKey(pod.Metadata.Namespace, name)));

    /// <summary>Pods by the node that they are on.</summary>
    public static CacheIndex<Pod> ByNode { get; } = new("node", pod => pod.Spec.NodeName.Length > 0 ? [pod.Spec.NodeName] : []);

    /// <summary>The key of a claim in <see cref="ByClaim"/>.</summary>
    /// <param name="namespaceName">The claim's namespace.</param>
    /// <param name="name">The claim's name.</param>
    public static string ClaimKey(string namespaceName, string name) => $"{namespaceName}/{name}";

    /// <summary>The names of the claims that a pod uses, ephemeral volumes' claims included.</summary>
    /// <param name="pod">The pod.</param>
    public static IEnumerable<string> ClaimNames(Pod pod) => pod.Spec.Volumes
        .Select(volume => volume.PersistentVolumeClaim is { } claim ? claim.ClaimName
            : volume.Ephemeral is not null ? $"{pod.Metadata.Name}-{volume.Name}"
            : "")
        .Where(name => name.Length > 0);
}
