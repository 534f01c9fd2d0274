using System.Text.Json;
using Holdfast.Model.Resources;
using Holdfast.Model.Schema;

namespace Holdfast.ApiServer.OpenApi;

/// <summary>Writes schemas in either form, with Kubernetes' own additions on how lists and maps merge.</summary>
/// <param name="writer">Where to.</param>
/// <param name="form">The form.</param>
internal sealed class SchemaWriter(Utf8JsonWriter writer, OpenApiForm form)
{
    private readonly string _prefix = form == OpenApiForm.V2 ? "#/definitions/" : "#/components/schemas/";

    /// <summary>Writes every schema of a set, each under its name.</summary>
    /// <param name="schemas">The set.</param>
    /// <param name="served">The groups and versions in which deletions and watches are served.</param>
    public void WriteAll(SchemaSet schemas, IReadOnlyCollection<(string Group, string Version)> served)
    {
        foreach (var (name, type) in schemas.Types)
        {
            writer.WritePropertyName(name);
            WriteType(type, KindsOf(type.Name, schemas, served));
        }
        foreach (var (name, codec) in schemas.Custom)
        {
            writer.WritePropertyName(name);
            CustomSchema.Write(writer, codec, form);
        }
        foreach (var (name, item) in schemas.Lists)
            WriteList(name, item, schemas.KindOf(item)!);
        foreach (var name in schemas.WellKnown)
            WriteWellKnown(WellKnownSchemas.Find(name)!);
        WriteWatchEvent(served);
    }

    /// <summary>Writes a reference to a schema as one value.</summary>
    /// <param name="name">The schema.</param>
    public void WriteReference(string name)
    {
        writer.WriteStartObject();
        writer.WriteString("$ref"u8, _prefix + name);
        writer.WriteEndObject();
    }

    private static IEnumerable<(string, string, string)> KindsOf(
        string name, SchemaSet schemas, IReadOnlyCollection<(string Group, string Version)> served)
    {
        if (name.EndsWith(".meta.v1.DeleteOptions", StringComparison.Ordinal))
            return served.Select(each => (each.Group, "DeleteOptions", each.Version));
        if (name.EndsWith(".meta.v1.Status", StringComparison.Ordinal))
            return [("", "Status", "v1")];
        return schemas.KindOf(name) is { } kind ? [(kind.Group, kind.Kind, kind.Version)] : [];
    }

    private void WriteType(TypeSchema type, IEnumerable<(string, string, string)> kinds)
    {
        writer.WriteStartObject();
        WriteDescription(type.Description);
        if (!type.IsUnion)
            writer.WriteString("type"u8, "object"u8);
        var required = type.Fields.Where(field => field.IsRequired).Select(field => field.JsonName).ToArray();
        if (required.Length > 0)
            WriteStrings("required", required);
        if (!type.Fields.IsEmpty)
        {
            writer.WriteStartObject("properties"u8);
            foreach (var field in type.Fields)
            {
                writer.WritePropertyName(field.JsonName);
                WriteField(type, field);
            }
            writer.WriteEndObject();
        }
        WriteKinds(kinds);
        if (type.IsAtomic)
            writer.WriteString("x-kubernetes-map-type"u8, "atomic"u8);
        writer.WriteEndObject();
    }

    private void WriteField(TypeSchema owner, FieldSchema field)
    {
        writer.WriteStartObject();
        WriteDescription(field.Description);
        if (WellKnownSchemas.NameOf(owner, field.Shape) is { } name)
            WriteNamed(name, field);
        else
            WriteShape(owner, field.Shape);
        if (FieldDefaults.Of(owner, field) is { } value)
        {
            writer.WritePropertyName("default"u8);
            writer.WriteRawValue(value);
        }
        WriteMerging(field);
        writer.WriteEndObject();
    }

    // In OpenAPI 3.0 what stands beside a reference is passed over, so the reference stands inside an allOf.
    private void WriteNamed(string name, FieldSchema field)
    {
        if (form == OpenApiForm.V2)
        {
            writer.WriteString("$ref"u8, _prefix + name);
            return;
        }
        writer.WriteStartArray("allOf"u8);
        WriteReference(name);
        writer.WriteEndArray();
    }

    private void WriteShape(TypeSchema owner, Shape shape)
    {
        switch (shape.Kind)
        {
            case ShapeKind.List:
                writer.WriteString("type"u8, "array"u8);
                writer.WritePropertyName("items"u8);
                WriteElement(owner, shape.Element!);
                break;
            case ShapeKind.Map:
                writer.WriteString("type"u8, "object"u8);
                writer.WritePropertyName("additionalProperties"u8);
                WriteElement(owner, shape.Element!);
                break;
            default:
                var (type, format) = Scalar(shape.Kind);
                writer.WriteString("type"u8, type);
                if (format.Length > 0)
                    writer.WriteString("format"u8, format);
                break;
        }
    }

    private void WriteElement(TypeSchema owner, Shape element)
    {
        if (WellKnownSchemas.NameOf(owner, element) is { } name)
        {
            WriteReference(name);
            return;
        }
        writer.WriteStartObject();
        WriteShape(owner, element);
        writer.WriteEndObject();
    }

    private static (string Type, string Format) Scalar(ShapeKind kind) => kind switch
    {
        ShapeKind.String => ("string", ""),
        ShapeKind.Int32 => ("integer", "int32"),
        ShapeKind.Int64 => ("integer", "int64"),
        ShapeKind.Double => ("number", "double"),
        ShapeKind.Boolean => ("boolean", ""),
        ShapeKind.Bytes => ("string", "byte"),
        _ => throw new InvalidOperationException($"{kind} is not a scalar"),
    };

    private void WriteMerging(FieldSchema field)
    {
        if (field.IsAtomic && field.Shape.Kind != ShapeKind.List)
            writer.WriteString("x-kubernetes-map-type"u8, "atomic"u8);
        if (field.ListKind is { } kind)
        {
            writer.WriteString("x-kubernetes-list-type"u8, kind switch
            {
                ListKind.Atomic => "atomic"u8,
                ListKind.Set => "set"u8,
                _ => "map"u8,
            });
        }
        if (!field.MapKeys.IsEmpty)
            WriteStrings("x-kubernetes-list-map-keys", field.MapKeys);
        if (field.MergeKey is { } key)
            writer.WriteString("x-kubernetes-patch-merge-key"u8, key);
        if (!field.PatchStrategies.IsEmpty)
            writer.WriteString("x-kubernetes-patch-strategy"u8, string.Join(',', field.PatchStrategies));
    }

    private void WriteList(string name, string item, ResourceType kind)
    {
        writer.WriteStartObject(name);
        WriteDescription($"Several objects of the kind {kind.Kind}.");
        writer.WriteString("type"u8, "object"u8);
        WriteStrings("required", ["items"]);
        writer.WriteStartObject("properties"u8);
        WriteText("apiVersion", "The group and version of the list.");
        writer.WriteStartObject("items"u8);
        WriteDescription("The objects.");
        writer.WriteString("type"u8, "array"u8);
        writer.WritePropertyName("items"u8);
        WriteReference(item);
        writer.WriteEndObject();
        WriteText("kind", "The kind of the list.");
        writer.WritePropertyName("metadata"u8);
        WriteField(Model.Meta.ListMeta.ModelSchema, new FieldSchema("metadata", Shape.Object(static () => Model.Meta.ListMeta.ModelSchema))
        {
            Description = "The revision of the list, and how to go on when it is a page of several.",
            IsAlwaysWritten = true,
        });
        writer.WriteEndObject();
        WriteKinds([(kind.Group, kind.ListKind, kind.Version)]);
        writer.WriteEndObject();
    }

    private void WriteText(string name, string description)
    {
        writer.WriteStartObject(name);
        WriteDescription(description);
        writer.WriteString("type"u8, "string"u8);
        writer.WriteEndObject();
    }

    private void WriteWellKnown(WellKnownSchema schema)
    {
        writer.WriteStartObject(schema.Name);
        WriteDescription(schema.Description);
        if (form == OpenApiForm.V3 && schema.Alternatives.Length > 0)
        {
            writer.WriteStartArray("oneOf"u8);
            foreach (var type in schema.Alternatives)
            {
                writer.WriteStartObject();
                writer.WriteString("type"u8, type);
                writer.WriteEndObject();
            }
            writer.WriteEndArray();
        }
        else if (schema.Type.Length > 0)
        {
            writer.WriteString("type"u8, schema.Type);
        }
        if (schema.Format.Length > 0)
            writer.WriteString("format"u8, schema.Format);
        writer.WriteEndObject();
    }

    private void WriteWatchEvent(IReadOnlyCollection<(string Group, string Version)> served)
    {
        writer.WriteStartObject(WellKnownSchemas.WatchEvent);
        WriteDescription("What happened to an object, and the object.");
        writer.WriteString("type"u8, "object"u8);
        WriteStrings("required", ["type", "object"]);
        writer.WriteStartObject("properties"u8);
        writer.WritePropertyName("object"u8);
        WriteReference(WellKnownSchemas.RawExtension);
        writer.WriteStartObject("type"u8);
        WriteDescription("ADDED, MODIFIED, DELETED, BOOKMARK or ERROR.");
        writer.WriteString("type"u8, "string"u8);
        writer.WriteString("default"u8, ""u8);
        writer.WriteEndObject();
        writer.WriteEndObject();
        WriteKinds(served.Select(each => (each.Group, "WatchEvent", each.Version)));
        writer.WriteEndObject();
    }

    private void WriteKinds(IEnumerable<(string Group, string Kind, string Version)> kinds)
    {
        var isOpen = false;
        foreach (var (group, kind, version) in kinds)
        {
            if (!isOpen)
                writer.WriteStartArray("x-kubernetes-group-version-kind"u8);
            isOpen = true;
            writer.WriteStartObject();
            writer.WriteString("group"u8, group);
            writer.WriteString("kind"u8, kind);
            writer.WriteString("version"u8, version);
            writer.WriteEndObject();
        }
        if (isOpen)
            writer.WriteEndArray();
    }

    private void WriteDescription(string description)
    {
        if (description.Length > 0)
            writer.WriteString("description"u8, description);
    }

    private void WriteStrings(string name, IEnumerable<string> values)
    {
        writer.WriteStartArray(name);
        foreach (var value in values)
            writer.WriteStringValue(value);
        writer.WriteEndArray();
    }
}
