using System.Globalization;
using System.Text.Json;
using Holdfast.Client;
using Holdfast.Controllers.Runtime;
using Holdfast.Model.Apps;
using Holdfast.Model.Core;
using Holdfast.Steward.Planning;

namespace Holdfast.Steward.Running;

/// <summary>Writes the roles of members on their pods, and takes them away from pods that no Steward looks after any more: a label that nobody keeps would soon lead to the wrong one.</summary>
internal static class RoleLabels
{
    /// <summary>Sets or takes away a role. The resourceVersion fences: a label that was decided upon before somebody wrote the pod is not written after it.</summary>
    /// <exception cref="ApiException">The server refused.</exception>
    public static async Task WriteAsync(KubernetesClient client, string namespaceName, SetRole effect, CancellationToken cancellationToken)
    {
        var pod = await client.FindAsync<Pod>(namespaceName, effect.Member, cancellationToken);
        if (pod is null || pod.Metadata.Uid != effect.PodUid || IsNewer(pod, effect.Term))
            return;
        var patch = StewardExecutor.Json(writer =>
        {
            writer.WriteStartObject("metadata");
            writer.WriteString("resourceVersion", pod.Metadata.ResourceVersion);
            writer.WriteString("uid", effect.PodUid);
            writer.WriteStartObject("labels");
            WriteText(writer, StewardNames.RoleLabel, effect.Role);
            writer.WriteEndObject();
            writer.WriteStartObject("annotations");
            WriteText(writer, StewardNames.RoleTermAnnotation, effect.Role is null ? null : effect.Term?.ToString(CultureInfo.InvariantCulture));
            writer.WriteEndObject();
            writer.WriteEndObject();
        });
        await client.PatchAsync<Pod>(namespaceName, effect.Member, PatchForm.Merge, patch, cancellationToken);
    }

    /// <summary>Takes the roles away from the pods of a namespace whose set has no Steward.</summary>
    /// <exception cref="ApiException">The server refused.</exception>
    public static async Task EndAsync(StewardCaches caches, KubernetesClient client, string namespaceName, CancellationToken cancellationToken)
    {
        foreach (var pod in caches.Pods.All.Where(pod => pod.Metadata.Namespace == namespaceName && pod.Metadata.Annotations.ContainsKey(StewardNames.RoleTermAnnotation)).ToList())
        {
            var set = ControllerSources.ControllerOf(pod, StatefulSet.ResourceType)?.Name;
            if (set is null || !caches.Of(namespaceName, set).Any(steward => steward.Metadata.DeletionTimestamp is null))
                await WriteAsync(client, namespaceName, new SetRole(pod.Metadata.Name, pod.Metadata.Uid, null, null, "no Steward looks after it any more"), cancellationToken);
        }
    }

    private static bool IsNewer(Pod pod, long? term) =>
        long.TryParse(pod.Metadata.Annotations.GetValueOrDefault(StewardNames.RoleTermAnnotation), NumberStyles.Integer, CultureInfo.InvariantCulture, out var written) && written > term;

    private static void WriteText(Utf8JsonWriter writer, string name, string? text)
    {
        if (text is null)
            writer.WriteNull(name);
        else
            writer.WriteString(name, text);
    }
}
