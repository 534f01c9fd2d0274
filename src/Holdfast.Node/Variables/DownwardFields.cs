using System.Globalization;
using System.Text;
using Holdfast.Model.Values;

namespace Holdfast.Node.Variables;

/// <summary>What a pod may know of itself: the downward API.</summary>
internal static class DownwardFields
{
    /// <summary>The value of a field of the pod, or null when there is no such field to be had.</summary>
    public static string? Field(Core.Pod pod, string path, string podAddress, string hostAddress) => path switch
    {
        "metadata.name" => pod.Metadata.Name,
        "metadata.namespace" => pod.Metadata.Namespace,
        "metadata.uid" => pod.Metadata.Uid,
        "metadata.labels" => Lines(pod.Metadata.Labels),
        "metadata.annotations" => Lines(pod.Metadata.Annotations),
        "spec.nodeName" => pod.Spec.NodeName,
        "spec.serviceAccountName" => pod.Spec.ServiceAccountName,
        "status.podIP" or "status.podIPs" => podAddress,
        "status.hostIP" or "status.hostIPs" => hostAddress,
        _ when Subscript(path, "metadata.labels") is { } label => pod.Metadata.Labels.GetValueOrDefault(label) ?? "",
        _ when Subscript(path, "metadata.annotations") is { } annotation => pod.Metadata.Annotations.GetValueOrDefault(annotation) ?? "",
        _ => null,
    };

    /// <summary>An amount that a container asks for or is limited to, in whole divisors; a limit that is not set is the node's.</summary>
    public static string? Resource(Core.Pod pod, Core.ResourceFieldSelector selector, string containerName, ValueMap<Quantity> capacity)
    {
        var name = selector.ContainerName.Length > 0 ? selector.ContainerName : containerName;
        if (pod.Spec.Containers.Concat(pod.Spec.InitContainers).FirstOrDefault(each => each.Name == name) is not { } container)
            return null;
        var dot = selector.Resource.IndexOf('.', StringComparison.Ordinal);
        if (dot < 0)
            return null;
        var (kind, resource) = (selector.Resource[..dot], selector.Resource[(dot + 1)..]);
        var amounts = kind switch { "limits" => container.Resources.Limits, "requests" => container.Resources.Requests, _ => default };
        if (kind is not ("limits" or "requests"))
            return null;
        var amount = amounts.TryGetValue(resource, out var given) ? given : kind == "limits" ? capacity.GetValueOrDefault(resource) : Quantity.Zero;
        var divisor = selector.Divisor is { IsZero: false } set ? set : Quantity.FromInt64(1);
        var whole = resource == "cpu"
            ? Math.Ceiling((double)amount.ToMilliInt64() / divisor.ToMilliInt64())
            : Math.Ceiling((double)amount.ToInt64() / divisor.ToInt64());
        return whole.ToString("0", CultureInfo.InvariantCulture);
    }

    private static string? Subscript(string path, string map) =>
        path.StartsWith(map + "['", StringComparison.Ordinal) && path.EndsWith("']", StringComparison.Ordinal) ? path[(map.Length + 2)..^2] : null;

    private static string Lines(ValueMap<string> map)
    {
        var text = new StringBuilder();
        foreach (var (key, value) in map)
            text.Append(key).Append("=\"").Append(value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)).Append("\"\n");
        return text.ToString().TrimEnd('\n');
    }
}
