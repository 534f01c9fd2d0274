using System.Text.Json.Nodes;
using Holdfast.Model.Autoscaling;
using Holdfast.Model.Core;
using Holdfast.Model.Json;
using Holdfast.Model.Resources;

namespace Holdfast.Testing.Api;

/// <summary>What a server does with any kind of object by its JSON form alone.</summary>
internal static class FakeObjects
{
    public static JsonObject ToJson(IResource resource) => JsonNode.Parse(ModelJson.ToBytes(resource.Write))!.AsObject();

    public static IResource FromJson(ResourceType type, JsonNode json)
    {
        var codec = ResourceCatalog.Find(type.ApiVersion, type.Kind) ?? throw new InvalidOperationException($"the Model has no {type}");
        return codec.Read(System.Text.Encoding.UTF8.GetBytes(json.ToJsonString()), new DecodeIssues());
    }

    /// <summary>The stored object with only the sent status and annotations, or the sent object with the stored status.</summary>
    public static IResource Combine(IResource stored, IResource sent, bool isStatus)
    {
        var (target, source) = (ToJson(isStatus ? stored : sent), ToJson(isStatus ? sent : stored));
        if (!target.ContainsKey("status") && !source.ContainsKey("status"))
            return sent;
        target.Remove("status");
        if (source["status"] is { } status)
            target["status"] = status.DeepClone();
        return FromJson(stored.GetResourceType(), target).WithMetadata(isStatus ? stored.Metadata with { Annotations = sent.Metadata.Annotations } : sent.Metadata);
    }

    /// <summary>The scale of an object that keeps its number of replicas where most do.</summary>
    public static Scale ScaleOf(IResource resource) => new()
    {
        Metadata = resource.Metadata,
        Spec = new ScaleSpec { Replicas = (int?)ToJson(resource)["spec"]?["replicas"] ?? 0 },
    };

    public static bool HasSameSpec(IResource one, IResource other) =>
        JsonNode.DeepEquals(ToJson(one)["spec"], ToJson(other)["spec"]);

    public static bool AreSame(IResource one, IResource other) => JsonNode.DeepEquals(ToJson(one), ToJson(other));

    /// <summary>RFC 7386.</summary>
    public static JsonNode? Merge(JsonNode? target, JsonNode? patch)
    {
        if (patch is not JsonObject changes)
            return patch?.DeepClone();
        var merged = target as JsonObject ?? [];
        foreach (var (name, change) in changes)
        {
            var before = merged[name];
            merged.Remove(name);
            if (change is not null)
                merged[name] = Merge(before, change);
        }
        return merged;
    }

    public static string FieldOf(IResource resource, string field)
    {
        JsonNode? node = ToJson(resource);
        foreach (var part in field.Split('.'))
            node = (node as JsonObject)?[part];
        return node?.ToString() ?? "";
    }

    public static long GraceOf(IResource resource, long? asked) => resource is Pod { Spec.NodeName.Length: > 0 } pod && pod.Status.Phase is not ("Succeeded" or "Failed")
        ? asked ?? pod.Spec.TerminationGracePeriodSeconds ?? 30
        : 0;
}
