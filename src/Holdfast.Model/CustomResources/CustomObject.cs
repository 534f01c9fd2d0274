using System.Text;
using System.Text.Json;
using Holdfast.Model.Json;
using Holdfast.Model.Meta;
using Holdfast.Model.Resources;
using Holdfast.Model.Schema;
using Holdfast.Model.Values;

namespace Holdfast.Model.CustomResources;

/// <summary>
/// An object of a kind that no record is made for: its type, its metadata, and everything else as JSON. As a type argument
/// it stands for any kind, so that a client can list and watch kinds that it gets to know only while it runs.
/// </summary>
/// <param name="Type">The kind.</param>
/// <param name="Metadata">Name, namespace, labels and the rest of what every object carries.</param>
/// <param name="Body">A JSON object with all other members, in the order of their names.</param>
public sealed record CustomObject(ResourceType Type, ObjectMeta Metadata, JsonValue Body) : IResource<CustomObject>
{
    private static readonly JsonValue NoBody = JsonValue.FromUtf8("{}"u8.ToArray());

    /// <summary>No kind in particular: who asks must name one.</summary>
    public static ResourceType ResourceType { get; } = new("", "", "", "", true);

    /// <inheritdoc/>
    public static TypeSchema ModelSchema { get; } = new("holdfast.dev.CustomObject", "An object of any kind.", []);

    /// <inheritdoc/>
    public ResourceType GetResourceType() => Type;

    /// <inheritdoc/>
    public CustomObject WithMetadata(ObjectMeta metadata) => this with { Metadata = metadata };

    IResource IResource.WithMetadata(ObjectMeta metadata) => WithMetadata(metadata);

    /// <inheritdoc/>
    public static CustomObject Read(ref JsonInput input)
    {
        if (input.IsNull)
        {
            return new(ResourceType, ObjectMeta.Empty, NoBody);
        }
        using var document = JsonDocument.Parse(input.CaptureValue(), JsonInput.DocumentOptions);
        return Of(document.RootElement, null, new DecodeIssues());
    }

    /// <summary>Reads an object of any kind from its whole JSON.</summary>
    /// <param name="root">The JSON object.</param>
    /// <param name="type">Its kind when that is known; null to take it from the object, whose plural is then unknown.</param>
    /// <param name="issues">Where unknown and repeated fields of the metadata are noted.</param>
    /// <exception cref="ModelDecodeException">It is not an object, or its metadata is malformed.</exception>
    public static CustomObject Of(JsonElement root, ResourceType? type, DecodeIssues issues)
    {
        var metadata = MetadataOf(root, issues);
        var body = ModelJson.ToBytes(writer =>
        {
            writer.WriteStartObject();
            foreach (var member in root.EnumerateObject().Where(member => member.Name is not ("apiVersion" or "kind" or "metadata")))
            {
                writer.WritePropertyName(member.Name);
                member.Value.WriteTo(writer);
            }
            writer.WriteEndObject();
        });
        return new(type ?? TypeOf(root), metadata, JsonValue.FromUtf8(body));
    }

    /// <inheritdoc/>
    public void Write(Utf8JsonWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteStartObject();
        writer.WriteString("apiVersion"u8, Type.ApiVersion);
        writer.WriteString("kind"u8, Type.Kind);
        writer.WritePropertyName("metadata"u8);
        Metadata.Write(writer);
        using var body = Body.ToDocument();
        foreach (var member in body.RootElement.EnumerateObject())
        {
            member.WriteTo(writer);
        }
        writer.WriteEndObject();
    }

    /// <summary>The metadata of an object that is given as JSON.</summary>
    /// <param name="root">The JSON object.</param>
    /// <param name="issues">Where unknown and repeated fields are noted.</param>
    internal static ObjectMeta MetadataOf(JsonElement root, DecodeIssues issues)
    {
        if (root.ValueKind != JsonValueKind.Object)
        {
            throw new ModelDecodeException("json: cannot unmarshal the value into Go value of type map[string]interface {}");
        }
        if (!root.TryGetProperty("metadata", out var metadata) || metadata.ValueKind == JsonValueKind.Null)
        {
            return ObjectMeta.Empty;
        }
        issues.Enter("metadata");
        var input = new JsonInput(System.Runtime.InteropServices.JsonMarshal.GetRawUtf8Value(metadata), issues);
        var read = ObjectMeta.Read(ref input);
        issues.Leave();
        return read;
    }

    private static ResourceType TypeOf(JsonElement root)
    {
        var (apiVersion, kind) = (Text(root, "apiVersion"), Text(root, "kind"));
        var slash = apiVersion.IndexOf('/', StringComparison.Ordinal);
        return new(slash < 0 ? "" : apiVersion[..slash], apiVersion[(slash + 1)..], kind, "", true);
    }

    private static string Text(JsonElement root, string name) =>
        root.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";

    private bool PrintMembers(StringBuilder builder)
    {
        builder.Append(Type).Append(' ').Append(Metadata.Namespace).Append('/').Append(Metadata.Name);
        return true;
    }
}
