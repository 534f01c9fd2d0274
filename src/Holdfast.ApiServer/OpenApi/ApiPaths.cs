using System.Collections.Immutable;
using Holdfast.ApiServer.Registry;
using Holdfast.Model.Core;
using Holdfast.Model.CustomResources;
using Holdfast.Model.Meta;
using Holdfast.Model.Policy;
using Holdfast.Model.Resources;

namespace Holdfast.ApiServer.OpenApi;

/// <summary>The paths under which a resource is served.</summary>
internal static class ApiPaths
{
    /// <summary>The paths of one resource, its sub-resources included.</summary>
    /// <param name="resource">The resource.</param>
    public static IEnumerable<ApiPath> Of(ServedResource resource)
    {
        var type = resource.Type;
        var root = Root(type.Group, type.Version);
        var collection = type.IsNamespaced ? $"{root}/namespaces/{{namespace}}/{type.Plural}" : $"{root}/{type.Plural}";
        var name = new OperationName(type);
        yield return new(collection, resource.IsPostedOnly ? [Create(resource, name)] : Collection(resource, name));
        if (resource.IsPostedOnly)
            yield break;
        if (type.IsNamespaced)
            yield return new($"{root}/{type.Plural}", [List(resource, name.Of("list", "ForAllNamespaces", isScoped: false))]);
        yield return new($"{collection}/{{name}}", [.. Item(resource.Codec, name, ""), Delete(resource, name)]);
        foreach (var subresource in resource.Subresources)
            yield return new($"{collection}/{{name}}/{subresource}", Subresource(resource, subresource, name));
    }

    /// <summary>Where a group and version are served.</summary>
    /// <param name="group">The group.</param>
    /// <param name="version">The version.</param>
    public static string Root(string group, string version) => group.Length == 0 ? $"/api/{version}" : $"/apis/{group}/{version}";

    /// <summary>The kind that a sub-resource takes and answers, or null when that is not an object.</summary>
    /// <param name="resource">The resource.</param>
    /// <param name="subresource">The sub-resource.</param>
    public static ResourceType? KindOf(ServedResource resource, string subresource) => subresource switch
    {
        "scale" => Model.Autoscaling.Scale.ResourceType,
        "eviction" => Eviction.ResourceType,
        "binding" => Binding.ResourceType,
        "token" => Model.Authentication.TokenRequest.ResourceType,
        "status" or "finalize" or "ephemeralcontainers" => resource.Type,
        _ => null,
    };

    /// <summary>What is asked of a sub-resource that leads to streams, as a kind of its own.</summary>
    /// <param name="resource">The resource.</param>
    /// <param name="subresource">The sub-resource; one that does not lead to streams has the kind of its resource.</param>
    public static ResourceType OptionsOf(ServedResource resource, string subresource) => subresource switch
    {
        "exec" => Options("PodExecOptions"),
        "attach" => Options("PodAttachOptions"),
        "portforward" => Options("PodPortForwardOptions"),
        "proxy" => Options(resource.Type.Kind + "ProxyOptions"),
        _ => resource.Type,
    };

    private static ResourceType Options(string kind) => new("", "v1", kind, kind.ToLowerInvariant(), true);

    private static ImmutableArray<ApiOperation> Collection(ServedResource resource, OperationName name) =>
    [
        List(resource, name.Of("list")),
        Create(resource, name),
        .. resource.Verbs.Contains("deletecollection") ? [DeleteMany(resource, name)] : Array.Empty<ApiOperation>(),
    ];

    private static ApiOperation DeleteMany(ServedResource resource, OperationName name) =>
        new("delete", "deletecollection", name.Of("delete", isCollection: true), resource.Type)
        { Query = ApiParameter.DeleteMany, Body = DeleteOptions.ModelSchema.Name, Answer = Status.ModelSchema.Name };

    private static ApiOperation List(ServedResource resource, string id) => new("get", "list", id, resource.Type)
    {
        Query = ApiParameter.List,
        Answer = SchemaSet.ListName(resource.Codec.Schema),
    };

    private static ApiOperation Create(ServedResource resource, OperationName name) => new("post", "post", name.Of("create"), resource.Type)
    {
        Query = ApiParameter.Write,
        Body = resource.Codec.Schema.Name,
        Answer = resource.Codec.Schema.Name,
    };

    private static ApiOperation Delete(ServedResource resource, OperationName name) => new("delete", "delete", name.Of("delete"), resource.Type)
    {
        Query = ApiParameter.Delete,
        Body = DeleteOptions.ModelSchema.Name,
        Answer = resource.AnswersDeletedObject ? resource.Codec.Schema.Name : Status.ModelSchema.Name,
    };

    private static ImmutableArray<ApiOperation> Item(ResourceCodec codec, OperationName name, string suffix)
    {
        var schema = codec.Schema.Name;
        return
        [
            new("get", "get", name.Of("read", suffix), codec.Type) { Answer = schema },
            new("put", "put", name.Of("replace", suffix), codec.Type) { Query = ApiParameter.Write, Body = schema, Answer = schema },
            new("patch", "patch", name.Of("patch", suffix), codec.Type)
                { Query = ApiParameter.Patch, Body = WellKnownSchemas.Patch, Answer = schema, IsCustom = codec is CustomResourceCodec },
        ];
    }

    private static ImmutableArray<ApiOperation> Connect(ServedResource resource, string subresource, OperationName name, string suffix)
    {
        if (subresource == "log")
            return [new("get", "get", name.Of("read", suffix), resource.Type) { Query = ApiParameter.Log }];
        // Not the resource's own kind: kubectl takes any patch of a kind for one of its objects, and asks it whether it knows fieldValidation.
        var options = OptionsOf(resource, subresource);
        string[] methods = subresource == "proxy" ? ["get", "put", "post", "delete", "options", "head", "patch"] : ["get", "post"];
        return [.. methods.Select(method => new ApiOperation(method, "connect", name.Of("connect" + OperationName.Capital(method), suffix), options)
        {
            Query = subresource switch { "exec" => ApiParameter.Exec, "attach" => ApiParameter.Attach, "portforward" => ApiParameter.PortForward, _ => ApiParameter.Proxy },
        })];
    }

    private static ImmutableArray<ApiOperation> Subresource(ServedResource resource, string subresource, OperationName name)
    {
        var suffix = OperationName.Capital(subresource);
        if (KindOf(resource, subresource) is not { } kind)
            return Connect(resource, subresource, name, suffix);
        var codec = kind.Equals(resource.Type) ? resource.Codec : ResourceCatalog.Find(kind.ApiVersion, kind.Kind)!;
        return subresource switch
        {
            "status" or "scale" or "ephemeralcontainers" => Item(codec, name, suffix),
            "finalize" => [Item(codec, name, suffix)[1]],
            _ =>
            [
                new("post", "post", name.Of("create", suffix), kind)
                    { Query = ApiParameter.Write, Body = codec.Schema.Name, Answer = codec.Schema.Name },
            ],
        };
    }
}

/// <summary>Names operations as Kubernetes does, such as <c>listAppsV1NamespacedStatefulSet</c>.</summary>
/// <param name="type">The resource.</param>
internal sealed class OperationName(ResourceType type)
{
    private readonly string _group = type.Group.Length == 0
        ? "Core"
        : string.Concat(type.Group.Replace(".k8s.io", "", StringComparison.Ordinal).Split('.', '-').Select(Capital));

    /// <summary>A name.</summary>
    /// <param name="verb">What is done.</param>
    /// <param name="suffix">What follows the kind.</param>
    /// <param name="isCollection">Whether it is done to many.</param>
    /// <param name="isScoped">Whether it is done within a namespace, where the kind has them.</param>
    public string Of(string verb, string suffix = "", bool isCollection = false, bool isScoped = true) =>
        verb + _group + Capital(type.Version) + (isCollection ? "Collection" : "") + (type.IsNamespaced && isScoped ? "Namespaced" : "") + type.Kind + suffix;

    /// <summary>A word with a capital.</summary>
    /// <param name="word">The word.</param>
    public static string Capital(string word) => word.Length == 0 ? word : char.ToUpperInvariant(word[0]) + word[1..];
}
