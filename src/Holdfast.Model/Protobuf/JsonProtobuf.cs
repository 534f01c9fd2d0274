using System.Text;
using System.Text.Json;
using Holdfast.Model.ApiExtensions;
using Holdfast.Model.Schema;

namespace Holdfast.Model.Protobuf;

/// <summary>
/// Turns objects that were written as JSON into Kubernetes' protocol buffers, by the schemas of their types: what
/// <see cref="ProtobufJson"/> reads. Fields whose place on the wire the Model does not know are left out.
/// </summary>
public static class JsonProtobuf
{
    /// <summary>The message of an object.</summary>
    /// <param name="value">The object as JSON that the Model has written.</param>
    /// <param name="schema">Its fields.</param>
    public static ReadOnlyMemory<byte> Convert(JsonElement value, TypeSchema schema)
    {
        ArgumentNullException.ThrowIfNull(schema);
        return Message(value, schema).Written;
    }

    private static WireWriter Message(JsonElement value, TypeSchema type)
    {
        var output = new WireWriter();
        if (IsUnion(type))
        {
            WriteUnion(output, value, type);
            return output;
        }
        foreach (var field in type.Fields)
        {
            if (!field.ProtobufPath.IsEmpty && value.TryGetProperty(field.JsonName, out var given) && given.ValueKind != JsonValueKind.Null)
            {
                WriteField(output, field.ProtobufPath.AsSpan(), field.Shape, given);
            }
        }
        return output;
    }

    // Two fields of one embedded message come in two parts of it, which every reader merges.
    private static void WriteField(WireWriter output, ReadOnlySpan<int> path, Shape shape, JsonElement value)
    {
        if (path.Length == 1)
        {
            Write(output, path[0], shape, value);
            return;
        }
        var owner = new WireWriter();
        WriteField(owner, path[1..], shape, value);
        output.Bytes(path[0], owner.Written.Span);
    }

    private static void Write(WireWriter output, int field, Shape shape, JsonElement value)
    {
        switch (shape.Kind)
        {
            case ShapeKind.List:
                foreach (var element in value.EnumerateArray())
                {
                    WriteElement(output, field, shape.Element!, element);
                }
                break;
            case ShapeKind.Map:
                foreach (var member in value.EnumerateObject())
                {
                    var entry = new WireWriter();
                    entry.Bytes(1, Encoding.UTF8.GetBytes(member.Name));
                    WriteElement(entry, 2, shape.Element!, member.Value);
                    output.Bytes(field, entry.Written.Span);
                }
                break;
            case ShapeKind.Object:
                output.Bytes(field, Message(value, shape.Type!).Written.Span);
                break;
            default:
                ScalarForm.Write(output, field, shape.Kind, value);
                break;
        }
    }

    private static void WriteElement(WireWriter output, int field, Shape shape, JsonElement value)
    {
        if (shape.Kind is not (ShapeKind.List or ShapeKind.Map))
        {
            Write(output, field, shape, value);
            return;
        }
        // A list cannot be an element on the wire, so it stands in a message of its own, in field 1.
        var list = new WireWriter();
        Write(list, 1, shape, value);
        output.Bytes(field, list.Written.Span);
    }

    private static bool IsUnion(TypeSchema type) =>
        type == JsonSchemaOrArray.ModelSchema || type == JsonSchemaOrBool.ModelSchema || type == JsonSchemaOrStrings.ModelSchema;

    // JSON schemas have places for one of two things, and on the wire a field for each.
    private static void WriteUnion(WireWriter output, JsonElement value, TypeSchema type)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.True or JsonValueKind.False:
                output.Number(1, value.GetBoolean() ? 1u : 0u);
                break;
            case JsonValueKind.Array:
                var element = type == JsonSchemaOrStrings.ModelSchema ? Shape.Of(ShapeKind.String) : Shape.Object(static () => JSONSchemaProps.ModelSchema);
                Write(output, 2, Shape.List(element), value);
                break;
            default:
                // What is a schema is not false: Go keeps both.
                if (type == JsonSchemaOrBool.ModelSchema)
                {
                    output.Number(1, 1);
                }
                output.Bytes(type == JsonSchemaOrBool.ModelSchema ? 2 : 1, Message(value, JSONSchemaProps.ModelSchema).Written.Span);
                break;
        }
    }
}
