using System.Text.Json;
using Holdfast.ApiServer.OpenApi;
using Holdfast.ApiServer.Registry;
using Holdfast.Model.Json;
using Holdfast.Model.Resources;

namespace Holdfast.ApiServer.Http;

/// <summary>Says what is served: group by group, and aggregated.</summary>
internal sealed class DiscoveryDocuments(ServedResources served)
{
    /// <summary>What the media type of a version of aggregated discovery says beside how it is written.</summary>
    public static string AggregatedParameters(string version) => $";g=apidiscovery.k8s.io;v={version};as=APIGroupDiscoveryList";

    /// <summary>The version of aggregated discovery that is accepted first: <c>v2</c>, or <c>v2beta1</c> for clients up to 1.29.</summary>
    public static string AggregatedVersion(string accept) =>
        accept.Split(',').Select(each => each.Split(';').Select(part => part.Trim()).ToArray())
            .Where(parts => parts.Contains("g=apidiscovery.k8s.io"))
            .Select(parts => parts.FirstOrDefault(part => part is "v=v2" or "v=v2beta1"))
            .FirstOrDefault(version => version is not null)?[2..] ?? "v2";

    /// <summary>Whether a group and version are served.</summary>
    public bool Has(string group, string version) => served.All.Any(each => each.Type.Group == group && each.Type.Version == version);

    public static byte[] CoreVersions(string address) => ModelJson.ToBytes(writer =>
    {
        Start(writer, "APIVersions", "");
        writer.WriteStartArray("versions"u8);
        writer.WriteStringValue("v1"u8);
        writer.WriteEndArray();
        writer.WriteStartArray("serverAddressByClientCIDRs"u8);
        writer.WriteStartObject();
        writer.WriteString("clientCIDR"u8, "0.0.0.0/0"u8);
        writer.WriteString("serverAddress"u8, address);
        writer.WriteEndObject();
        writer.WriteEndArray();
        writer.WriteEndObject();
    });

    public byte[] Groups() => ModelJson.ToBytes(writer =>
    {
        Start(writer, "APIGroupList", "v1");
        writer.WriteStartArray("groups"u8);
        foreach (var group in GroupNames())
        {
            writer.WriteStartObject();
            WriteGroup(writer, group);
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
        writer.WriteEndObject();
    });

    /// <summary>One group; null when it is not served.</summary>
    public byte[]? Group(string group) => !GroupNames().Contains(group) ? null : ModelJson.ToBytes(writer =>
    {
        Start(writer, "APIGroup", "v1");
        WriteGroup(writer, group);
        writer.WriteEndObject();
    });

    /// <summary>The resources of one group and version; null when it is not served.</summary>
    public byte[]? Resources(string group, string version) => !Has(group, version) ? null : ModelJson.ToBytes(writer =>
    {
        Start(writer, "APIResourceList", "v1");
        writer.WriteString("groupVersion"u8, group.Length == 0 ? version : $"{group}/{version}");
        writer.WriteStartArray("resources"u8);
        foreach (var resource in Of(group, version))
        {
            WriteResource(writer, resource, resource.Type.Plural, resource.Type, resource.Verbs);
            foreach (var name in resource.Subresources)
                WriteResource(writer, resource, $"{resource.Type.Plural}/{name}", KindOf(resource, name), VerbsOf(name));
        }
        writer.WriteEndArray();
        writer.WriteEndObject();
    });

    /// <summary>Everything below <c>/api</c> or <c>/apis</c> at once.</summary>
    /// <param name="isCore">Whether <c>/api</c> is meant.</param>
    /// <param name="version">The version of the form.</param>
    public byte[] Aggregated(bool isCore, string version) => ModelJson.ToBytes(writer =>
    {
        Start(writer, "APIGroupDiscoveryList", $"apidiscovery.k8s.io/{version}");
        writer.WriteStartObject("metadata"u8);
        writer.WriteEndObject();
        writer.WriteStartArray("items"u8);
        foreach (var group in isCore ? [""] : GroupNames())
        {
            writer.WriteStartObject();
            writer.WriteStartObject("metadata"u8);
            if (group.Length > 0)
                writer.WriteString("name"u8, group);
            writer.WriteEndObject();
            writer.WriteStartArray("versions"u8);
            foreach (var version in Versions(group))
                WriteVersion(writer, group, version);
            writer.WriteEndArray();
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
        writer.WriteEndObject();
    });

    private void WriteVersion(Utf8JsonWriter writer, string group, string version)
    {
        writer.WriteStartObject();
        writer.WriteString("version"u8, version);
        writer.WriteStartArray("resources"u8);
        foreach (var resource in Of(group, version))
        {
            writer.WriteStartObject();
            writer.WriteString("resource"u8, resource.Type.Plural);
            WriteKind(writer, resource.Type);
            writer.WriteString("scope"u8, resource.Type.IsNamespaced ? "Namespaced" : "Cluster");
            writer.WriteString("singularResource"u8, resource.Type.Singular);
            WriteStrings(writer, "verbs", resource.Verbs);
            WriteNames(writer, resource.Type);
            if (!resource.Subresources.IsEmpty)
                WriteSubresources(writer, resource);
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
        writer.WriteString("freshness"u8, "Current"u8);
        writer.WriteEndObject();
    }

    private static void WriteSubresources(Utf8JsonWriter writer, ServedResource resource)
    {
        writer.WriteStartArray("subresources"u8);
        foreach (var name in resource.Subresources)
        {
            writer.WriteStartObject();
            writer.WriteString("subresource"u8, name);
            WriteKind(writer, KindOf(resource, name));
            WriteStrings(writer, "verbs", VerbsOf(name));
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
    }

    private static void WriteResource(
        Utf8JsonWriter writer, ServedResource resource, string name, ResourceType kind, IEnumerable<string> verbs)
    {
        var isMain = name == resource.Type.Plural;
        writer.WriteStartObject();
        writer.WriteString("name"u8, name);
        writer.WriteString("singularName"u8, isMain ? resource.Type.Singular : "");
        writer.WriteBoolean("namespaced"u8, resource.Type.IsNamespaced);
        if (kind.Group != resource.Type.Group || kind.Version != resource.Type.Version)
        {
            writer.WriteString("group"u8, kind.Group);
            writer.WriteString("version"u8, kind.Version);
        }
        writer.WriteString("kind"u8, kind.Kind);
        WriteStrings(writer, "verbs", verbs);
        if (isMain)
            WriteNames(writer, resource.Type);
        writer.WriteEndObject();
    }

    private static void WriteNames(Utf8JsonWriter writer, ResourceType type)
    {
        if (!type.ShortNames.IsEmpty)
            WriteStrings(writer, "shortNames", type.ShortNames);
        if (!type.Categories.IsEmpty)
            WriteStrings(writer, "categories", type.Categories);
    }

    private static void WriteKind(Utf8JsonWriter writer, ResourceType type)
    {
        writer.WriteStartObject("responseKind"u8);
        writer.WriteString("group"u8, type.Group);
        writer.WriteString("version"u8, type.Version);
        writer.WriteString("kind"u8, type.Kind);
        writer.WriteEndObject();
    }

    private void WriteGroup(Utf8JsonWriter writer, string group)
    {
        writer.WriteString("name"u8, group);
        writer.WriteStartArray("versions"u8);
        foreach (var version in Versions(group))
            WriteGroupVersion(writer, group, version);
        writer.WriteEndArray();
        writer.WritePropertyName("preferredVersion"u8);
        WriteGroupVersion(writer, group, Versions(group).First());
    }

    private static void WriteGroupVersion(Utf8JsonWriter writer, string group, string version)
    {
        writer.WriteStartObject();
        writer.WriteString("groupVersion"u8, $"{group}/{version}");
        writer.WriteString("version"u8, version);
        writer.WriteEndObject();
    }

    private static void WriteStrings(Utf8JsonWriter writer, string name, IEnumerable<string> values)
    {
        writer.WriteStartArray(name);
        foreach (var value in values)
            writer.WriteStringValue(value);
        writer.WriteEndArray();
    }

    private static void Start(Utf8JsonWriter writer, string kind, string apiVersion)
    {
        writer.WriteStartObject();
        writer.WriteString("kind"u8, kind);
        if (apiVersion.Length > 0)
            writer.WriteString("apiVersion"u8, apiVersion);
    }

    private IEnumerable<string> GroupNames() =>
        served.All.Select(each => each.Type.Group).Where(group => group.Length > 0).Distinct().Order(StringComparer.Ordinal);

    private IEnumerable<string> Versions(string group) =>
        served.All.Where(each => each.Type.Group == group).Select(each => each.Type.Version).Distinct().Order(VersionOrder.Comparer);

    private IEnumerable<ServedResource> Of(string group, string version) =>
        served.All.Where(each => each.Type.Group == group && each.Type.Version == version)
            .OrderBy(each => each.Type.Plural, StringComparer.Ordinal);

    private static ResourceType KindOf(ServedResource resource, string subresource) =>
        ApiPaths.KindOf(resource, subresource) ?? ApiPaths.OptionsOf(resource, subresource);

    private static string[] VerbsOf(string subresource) => subresource switch
    {
        "eviction" or "binding" or "token" => ["create"],
        "exec" or "attach" or "portforward" => ["create", "get"],
        "proxy" => ["create", "delete", "get", "patch", "update"],
        "log" => ["get"],
        "finalize" => ["update"],
        _ => ["get", "patch", "update"],
    };
}
