using Holdfast.ApiServer.Errors;
using Holdfast.Model.Core;

namespace Holdfast.ApiServer.Http;

/// <summary>Says which container of a pod a request means.</summary>
internal static class PodContainers
{
    private const string DefaultContainer = "kubectl.kubernetes.io/default-container";

    /// <summary>The container by the name that was asked for, or the one that is meant when none was.</summary>
    /// <exception cref="Client.ApiException">There is none of that name, or several could be meant.</exception>
    public static string Choose(string wanted, Pod pod)
    {
        var names = pod.Spec.Containers.Select(container => container.Name).ToList();
        // In the order in which Kubernetes names them.
        var all = pod.Spec.InitContainers.Select(container => container.Name).Concat(names)
            .Concat(pod.Spec.EphemeralContainers.Select(container => container.Name)).ToList();
        if (wanted.Length == 0)
            wanted = pod.Metadata.Annotations.GetValueOrDefault(DefaultContainer) ?? (names.Count == 1 ? names[0] : "");
        if (wanted.Length == 0)
        {
            throw ApiErrors.BadRequest(
                $"a container name must be specified for pod {pod.Metadata.Name}, choose one of: [{string.Join(" ", all)}]");
        }
        return all.Contains(wanted)
            ? wanted
            : throw ApiErrors.BadRequest($"container {wanted} is not valid for pod {pod.Metadata.Name}");
    }
}
