using System.Buffers.Binary;
using System.Text.Json;
using Holdfast.Model.Json;
using Holdfast.Model.Meta;
using Holdfast.Model.Protobuf;
using Holdfast.Model.Resources;
using Holdfast.Model.Schema;

namespace Holdfast.ApiServer.Http;

/// <summary>Writes answers in Kubernetes' protocol buffers, by the schemas of the kinds that they name themselves.</summary>
internal static class ProtobufAnswer
{
    private static readonly Shape Metadata = Shape.Object(static () => ObjectMeta.ModelSchema);

    private static readonly TypeSchema Partial = new("PartialObjectMetadata", "",
        [new FieldSchema("metadata", Metadata) { ProtobufPath = [1] }]);

    // One event of a watch: its type, and the object in its envelope as the bytes of a RawExtension.
    private static readonly TypeSchema Event = new("WatchEvent", "",
    [
        new FieldSchema("type", Shape.Of(ShapeKind.String)) { ProtobufPath = [1] },
        new FieldSchema("object", Shape.Of(ShapeKind.Bytes)) { ProtobufPath = [2, 1] },
    ]);

    /// <summary>The body of an object, a list or a Status; null when its kind is not known here.</summary>
    /// <param name="json">It as JSON, with its kind.</param>
    public static ReadOnlyMemory<byte>? Of(ReadOnlyMemory<byte> json)
    {
        using var document = JsonDocument.Parse(json, JsonInput.DocumentOptions);
        var root = document.RootElement;
        var (apiVersion, kind) = (Text(root, "apiVersion"), Text(root, "kind"));
        return SchemaOf(apiVersion, kind) is { } schema
            ? new ProtobufEnvelope(apiVersion, kind, JsonProtobuf.Convert(root, schema)).Seal()
            : null;
    }

    /// <summary>One event of a watch, with its length before it; null when the object's kind is not known here.</summary>
    /// <param name="type">What happened.</param>
    /// <param name="json">The object.</param>
    public static byte[]? Frame(string type, ReadOnlyMemory<byte> json)
    {
        if (Of(json) is not { } body)
            return null;
        using var parts = JsonDocument.Parse(ModelJson.ToBytes(writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("type"u8, type);
            writer.WriteBase64String("object"u8, body.Span);
            writer.WriteEndObject();
        }), JsonInput.DocumentOptions);
        var message = JsonProtobuf.Convert(parts.RootElement, Event);
        var frame = new byte[sizeof(int) + message.Length];
        BinaryPrimitives.WriteInt32BigEndian(frame, message.Length);
        message.Span.CopyTo(frame.AsSpan(sizeof(int)));
        return frame;
    }

    private static TypeSchema? SchemaOf(string apiVersion, string kind) => (apiVersion, kind) switch
    {
        ("v1", "Status") => Status.ModelSchema,
        ("v1", "APIResourceList") => APIResourceList.ModelSchema,
        ("meta.k8s.io/v1", "PartialObjectMetadata") => Partial,
        ("meta.k8s.io/v1", "PartialObjectMetadataList") => ListOf(Partial),
        _ when ResourceCatalog.Find(apiVersion, kind) is { } codec => codec.Schema,
        _ when DiscoverySchemas.Find(kind) is { } discovery => discovery,
        _ when kind.EndsWith("List", StringComparison.Ordinal) && ResourceCatalog.Find(apiVersion, kind[..^4]) is { } item => ListOf(item.Schema),
        _ => null,
    };

    private static TypeSchema ListOf(TypeSchema item) => new(item.Name + "List", "",
    [
        new FieldSchema("metadata", Shape.Object(static () => ListMeta.ModelSchema)) { ProtobufPath = [1] },
        new FieldSchema("items", Shape.List(Shape.Object(() => item))) { ProtobufPath = [2] },
    ]);

    private static string Text(JsonElement root, string name) =>
        root.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";
}
