using System.Text.Json;
using Holdfast.Model.Json;
using Holdfast.Model.Resources;
using Holdfast.Model.Schema;
using Holdfast.Model.Values;

namespace Holdfast.Model.CustomResources;

/// <summary>Reads and describes the objects of one version of a custom resource: what its schema does not know is left out, and defaults are filled in.</summary>
/// <param name="type">The names.</param>
/// <param name="structural">The schema.</param>
public sealed class CustomResourceCodec(ResourceType type, StructuralSchema structural) : ResourceCodec
{
    /// <inheritdoc/>
    public override ResourceType Type => type;

    /// <summary>The schema as the definition has it, made ready.</summary>
    public StructuralSchema Structural => structural;

    /// <inheritdoc/>
    public override TypeSchema Schema { get; } = CustomTypeSchema.Of(type, structural);

    /// <inheritdoc/>
    public override IResource Read(ReadOnlySpan<byte> utf8, DecodeIssues issues) => Read(utf8, issues, fillsDefaults: true);

    /// <summary>Takes over an object of another version of the same kind: its version is rewritten, and what this version does not know is left out.</summary>
    /// <param name="other">The object.</param>
    public CustomObject Convert(CustomObject other)
    {
        ArgumentNullException.ThrowIfNull(other);
        using var body = other.Body.ToDocument();
        return new(type, other.Metadata, Filtered(body.RootElement, new DecodeIssues(), fillsDefaults: false));
    }

    /// <inheritdoc/>
    public override TResult Accept<TResult>(IResourceVisitor<TResult> visitor)
    {
        ArgumentNullException.ThrowIfNull(visitor);
        return visitor.Visit<CustomObject>();
    }

    private CustomObject Read(ReadOnlySpan<byte> utf8, DecodeIssues issues, bool fillsDefaults)
    {
        using var document = JsonDocument.Parse(utf8.ToArray(), JsonInput.DocumentOptions);
        var root = document.RootElement;
        var metadata = CustomObject.MetadataOf(root, issues);
        return new(type, metadata, Filtered(root, issues, fillsDefaults));
    }

    private JsonValue Filtered(JsonElement root, DecodeIssues issues, bool fillsDefaults)
    {
        var filter = new SchemaFilter(issues, fillsDefaults);
        var body = ModelJson.ToBytes(writer =>
        {
            writer.WriteStartObject();
            filter.WriteBody(writer, root, structural);
            writer.WriteEndObject();
        });
        return JsonInput.IsWithin(body, JsonInput.ContentDepth)
            ? JsonValue.FromUtf8(body)
            : throw new ModelDecodeException($"its fields nest deeper than {JsonInput.ContentDepth} levels");
    }
}
