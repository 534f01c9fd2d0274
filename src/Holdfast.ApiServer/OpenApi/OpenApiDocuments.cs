using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text.Json;
using Holdfast.ApiServer.Http;
using Holdfast.ApiServer.Registry;
using Holdfast.Model.Json;

namespace Holdfast.ApiServer.OpenApi;

/// <summary>
/// The OpenAPI documents of what is served: one for each group and version in OpenAPI 3.0 with an index of them, and one of
/// everything in Swagger 2.0. A document is made when it is first asked for and kept until what is served changes; the
/// documents of groups that did not change are kept even then.
/// </summary>
/// <param name="served">What is served.</param>
public sealed class OpenApiDocuments(ServedResources served) : IOpenApiDocuments
{
    private const string SwaggerPath = "/openapi/v2";
    private const string IndexPath = "/openapi/v3";
    private const string JsonType = "application/json";

    private State? _state;

    /// <inheritdoc/>
    public OpenApiDocument? Find(string path, string accept)
    {
        ArgumentNullException.ThrowIfNull(path);
        ArgumentNullException.ThrowIfNull(accept);
        var state = Current();
        return path switch
        {
            SwaggerPath => InForm(DocumentNegotiation.Choose(accept, "v2"), state.Everything, state.Protobuf),
            // As on Kubernetes the index is JSON whatever is accepted.
            IndexPath => state.Index.Value,
            _ when GroupAt(state, path) is { } group => InForm(DocumentNegotiation.Choose(accept, "v3"), group.Document, group.Protobuf),
            _ => null,
        };
    }

    /// <inheritdoc/>
    public bool Has(string path) => path is SwaggerPath or IndexPath || GroupAt(Current(), path) is not null;

    private static Group? GroupAt(State state, string path) =>
        path.StartsWith(IndexPath + "/", StringComparison.Ordinal) ? state.Groups.GetValueOrDefault(path[(IndexPath.Length + 1)..]) : null;

    private static OpenApiDocument? InForm(DocumentForm? form, Lazy<OpenApiDocument> json, Lazy<OpenApiDocument> protobuf) => form switch
    {
        DocumentForm.Json => json.Value,
        DocumentForm.Protobuf => protobuf.Value,
        _ => null,
    };

    private State Current()
    {
        var known = Volatile.Read(ref _state);
        var version = served.Version;
        if (known?.Version == version)
            return known;
        var made = new State(version, served.All, known);
        Volatile.Write(ref _state, made);
        return made;
    }

    private static OpenApiDocument Document(Action<Utf8JsonWriter> write)
    {
        var body = ModelJson.ToBytes(write);
        return new OpenApiDocument(body, JsonType, $"\"{Convert.ToHexString(SHA512.HashData(body).AsSpan(0, 32))}\"");
    }

    private static void WriteInfo(Utf8JsonWriter writer)
    {
        writer.WriteStartObject("info"u8);
        writer.WriteString("title"u8, "Holdfast"u8);
        writer.WriteString("version"u8, "v1.36.0"u8);
        writer.WriteEndObject();
    }

    private static void WritePaths(Utf8JsonWriter writer, PathWriter paths, IEnumerable<ServedResource> resources)
    {
        writer.WriteStartObject("paths"u8);
        foreach (var path in resources.SelectMany(ApiPaths.Of).OrderBy(path => path.Path, StringComparer.Ordinal))
            paths.Write(path);
        writer.WriteEndObject();
    }

    private static (string Group, string Version)[] GroupVersions(IEnumerable<ServedResource> resources) =>
        [.. resources.Select(resource => (resource.Type.Group, resource.Type.Version)).Distinct().Order()];

    private static OpenApiDocument OfGroup(ImmutableArray<ServedResource> resources) => Document(writer =>
    {
        var schemas = new SchemaWriter(writer, OpenApiForm.V3);
        writer.WriteStartObject();
        writer.WriteString("openapi"u8, "3.0.0"u8);
        WriteInfo(writer);
        WritePaths(writer, new PathWriter(writer, OpenApiForm.V3, schemas), resources);
        writer.WriteStartObject("components"u8);
        writer.WriteStartObject("schemas"u8);
        schemas.WriteAll(new SchemaSet(resources), GroupVersions(resources));
        writer.WriteEndObject();
        writer.WriteEndObject();
        writer.WriteEndObject();
    });

    private static OpenApiDocument OfEverything(ImmutableArray<ServedResource> resources) => Document(writer =>
    {
        var schemas = new SchemaWriter(writer, OpenApiForm.V2);
        writer.WriteStartObject();
        writer.WriteString("swagger"u8, "2.0"u8);
        WriteInfo(writer);
        WritePaths(writer, new PathWriter(writer, OpenApiForm.V2, schemas), resources);
        writer.WriteStartObject("definitions"u8);
        schemas.WriteAll(new SchemaSet(resources), GroupVersions(resources));
        writer.WriteEndObject();
        writer.WriteEndObject();
    });

    private static OpenApiDocument IndexOf(IEnumerable<KeyValuePair<string, Group>> groups) => Document(writer =>
    {
        writer.WriteStartObject();
        writer.WriteStartObject("paths"u8);
        foreach (var (name, group) in groups.OrderBy(group => group.Key, StringComparer.Ordinal))
        {
            writer.WriteStartObject(name);
            writer.WriteString("serverRelativeURL"u8, $"{IndexPath}/{name}?hash={group.Document.Value.ETag.Trim('"')}");
            writer.WriteEndObject();
        }
        writer.WriteEndObject();
        writer.WriteEndObject();
    });

    // Several requests may make the same document at once; they make the same bytes, and nobody waits for a lock.
    private sealed class Group
    {
        public Group(ImmutableArray<ServedResource> resources)
        {
            Resources = resources;
            Document = new(() => OfGroup(resources), LazyThreadSafetyMode.PublicationOnly);
            Protobuf = new(() => ProtobufDocument.OfGroup(Document.Value), LazyThreadSafetyMode.PublicationOnly);
        }

        public ImmutableArray<ServedResource> Resources { get; }

        public Lazy<OpenApiDocument> Document { get; }

        public Lazy<OpenApiDocument> Protobuf { get; }
    }

    private sealed class State
    {
        public State(int version, ImmutableArray<ServedResource> all, State? before)
        {
            Version = version;
            Groups = all.GroupBy(resource => ApiPaths.Root(resource.Type.Group, resource.Type.Version)[1..]).ToFrozenDictionary(
                group => group.Key, group => Keep([.. group], before?.Groups.GetValueOrDefault(group.Key)), StringComparer.Ordinal);
            Index = new(() => IndexOf(Groups), LazyThreadSafetyMode.PublicationOnly);
            Everything = new(() => OfEverything(all), LazyThreadSafetyMode.PublicationOnly);
            Protobuf = new(() => ProtobufDocument.OfSwagger(Everything.Value), LazyThreadSafetyMode.PublicationOnly);
        }

        public int Version { get; }

        public FrozenDictionary<string, Group> Groups { get; }

        public Lazy<OpenApiDocument> Index { get; }

        public Lazy<OpenApiDocument> Everything { get; }

        public Lazy<OpenApiDocument> Protobuf { get; }

        private static Group Keep(ImmutableArray<ServedResource> resources, Group? before) =>
            before is not null && before.Resources.AsSpan().SequenceEqual(resources.AsSpan(), ReferenceEqualityComparer.Instance) ? before : new Group(resources);
    }
}
