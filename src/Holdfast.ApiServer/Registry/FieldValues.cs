using System.Collections.Frozen;
using System.Globalization;
using System.Text.Json;
using Holdfast.Model.Apps;
using Holdfast.Model.Batch;
using Holdfast.Model.Core;
using Holdfast.Model.CustomResources;
using Holdfast.Model.Resources;

namespace Holdfast.ApiServer.Registry;

/// <summary>The fields that can be selected by, and how they are read, for each kind.</summary>
internal static class FieldValues
{
    private static readonly FrozenDictionary<string, FrozenDictionary<string, Func<IResource, string>>> ByKind =
        new Dictionary<string, FrozenDictionary<string, Func<IResource, string>>>
        {
            ["pods"] = Of<Pod>(
                ("spec.nodeName", pod => pod.Spec.NodeName),
                ("spec.host", pod => pod.Spec.NodeName),
                ("spec.restartPolicy", pod => pod.Spec.RestartPolicy),
                ("spec.schedulerName", pod => pod.Spec.SchedulerName),
                ("spec.serviceAccountName", pod => pod.Spec.ServiceAccountName),
                ("spec.hostNetwork", pod => Text(pod.Spec.HostNetwork)),
                ("status.phase", pod => pod.Status.Phase),
                ("status.podIP", pod => pod.Status.PodIP),
                ("status.podIPs", pod => pod.Status.PodIP),
                ("status.nominatedNodeName", pod => pod.Status.NominatedNodeName)),
            ["nodes"] = Of<Node>(("spec.unschedulable", node => Text(node.Spec.Unschedulable))),
            ["namespaces"] = Of<Namespace>(("status.phase", space => space.Status.Phase)),
            ["secrets"] = Of<Secret>(("type", secret => secret.Type)),
            ["services"] = Of<Service>(("spec.clusterIP", service => service.Spec.ClusterIP), ("spec.type", service => service.Spec.Type)),
            ["replicasets.apps"] = Of<ReplicaSet>(("status.replicas", set => set.Status.Replicas.ToString(CultureInfo.InvariantCulture))),
            ["jobs.batch"] = Of<Job>(("status.successful", job => job.Status.Succeeded.ToString(CultureInfo.InvariantCulture))),
            // Named as the Job's; it has no such number, so nothing but the empty text is equal to it.
            ["cronjobs.batch"] = Of<CronJob>(("status.successful", _ => "")),
            ["events"] = Of<Event>(
                ("involvedObject.kind", found => found.InvolvedObject.Kind),
                ("involvedObject.namespace", found => found.InvolvedObject.Namespace),
                ("involvedObject.name", found => found.InvolvedObject.Name),
                ("involvedObject.uid", found => found.InvolvedObject.Uid),
                ("involvedObject.apiVersion", found => found.InvolvedObject.ApiVersion),
                ("involvedObject.resourceVersion", found => found.InvolvedObject.ResourceVersion),
                ("involvedObject.fieldPath", found => found.InvolvedObject.FieldPath),
                ("reason", found => found.Reason),
                ("reportingComponent", found => found.ReportingComponent),
                ("source", found => found.Source.Component.Length > 0 ? found.Source.Component : found.ReportingComponent),
                ("type", found => found.Type)),
            ["events.events.k8s.io"] = Of<Model.Events.Event>(
                ("regarding.kind", found => found.Regarding.Kind),
                ("regarding.namespace", found => found.Regarding.Namespace),
                ("regarding.name", found => found.Regarding.Name),
                ("regarding.uid", found => found.Regarding.Uid),
                ("regarding.apiVersion", found => found.Regarding.ApiVersion),
                ("regarding.resourceVersion", found => found.Regarding.ResourceVersion),
                ("regarding.fieldPath", found => found.Regarding.FieldPath),
                ("reason", found => found.Reason),
                ("reportingController", found => found.ReportingController),
                ("type", found => found.Type)),
        }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>How a field is read; null when the kind cannot be selected by it.</summary>
    /// <param name="served">The kind.</param>
    /// <param name="field">The field, such as <c>spec.nodeName</c>.</param>
    public static Func<IResource, string>? Find(ServedResource served, string field) => field switch
    {
        "metadata.name" => resource => resource.Metadata.Name,
        "metadata.namespace" when served.StoreName is not ("nodes" or "namespaces") => resource => resource.Metadata.Namespace,
        _ when served.Custom is { } custom => custom.Kind.SelectableFields.GetValueOrDefault(field) is { } path ? resource => Text((CustomObject)resource, path) : null,
        _ => ByKind.GetValueOrDefault(served.Type.GroupResource)?.GetValueOrDefault(field),
    };

    /// <summary>Why a field cannot be selected by, in Kubernetes' words.</summary>
    /// <param name="served">The kind.</param>
    /// <param name="field">The field.</param>
    public static string Refusal(ServedResource served, string field) => served.Custom is not null || ByKind.ContainsKey(served.Type.GroupResource)
        ? served.Type.Group == "batch" ? $"field label \"{field}\" not supported for \"{served.Type.Kind}\"" : $"field label not supported: {field}"
        : $"\"{field}\" is not a known field selector: only \"metadata.name\", \"metadata.namespace\"";

    private static string Text(CustomObject resource, MemberPath path)
    {
        using var body = resource.Body.ToDocument();
        var value = path.Find(body.RootElement);
        return value.ValueKind switch
        {
            JsonValueKind.Undefined or JsonValueKind.Null => "",
            JsonValueKind.String => value.GetString()!,
            _ => value.GetRawText(),
        };
    }

    private static string Text(bool value) => value ? "true" : "false";

    private static FrozenDictionary<string, Func<IResource, string>> Of<T>(params (string Field, Func<T, string> Read)[] fields)
        where T : class, IResource => fields.ToFrozenDictionary(
            field => field.Field, field => (Func<IResource, string>)(resource => field.Read((T)resource)), StringComparer.Ordinal);
}
