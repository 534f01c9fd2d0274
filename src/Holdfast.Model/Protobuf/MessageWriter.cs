using System.Text.Json;
using Holdfast.Model.ApiExtensions;
using Holdfast.Model.Schema;

namespace Holdfast.Model.Protobuf;

/// <summary>Writes messages as JSON, by the schemas of their types.</summary>
/// <param name="writer">Where to.</param>
/// <param name="maximumBytes">How much may be written.</param>
internal sealed class MessageWriter(Utf8JsonWriter writer, int maximumBytes)
{
    private const int MaximumDepth = 100;

    /// <summary>Writes what a message has of a type's fields, without the braces.</summary>
    /// <param name="message">The message.</param>
    /// <param name="type">The type.</param>
    /// <param name="depth">How deep it lies.</param>
    public void WriteFields(WireMessage message, TypeSchema type, int depth)
    {
        foreach (var field in type.Fields)
        {
            if (!field.ProtobufPath.IsEmpty && Owner(message, field) is { } owner)
            {
                WriteField(owner, field, depth);
            }
        }
    }

    private static WireMessage? Owner(WireMessage message, FieldSchema field)
    {
        var owner = message;
        foreach (var number in field.ProtobufPath.AsSpan()[..^1])
        {
            owner = owner?.Message(number, field.JsonName);
        }
        return owner;
    }

    private void WriteField(WireMessage owner, FieldSchema field, int depth)
    {
        var number = field.ProtobufPath[^1];
        var values = owner.All(number);
        if (values.IsEmpty || IsAbsent(owner, number, field))
        {
            return;
        }
        writer.WritePropertyName(field.JsonName);
        if (field.Shape.Kind == ShapeKind.List)
        {
            WriteList(values, field.Shape.Element!, field.JsonName, depth);
        }
        else if (field.Shape.Kind == ShapeKind.Map)
        {
            WriteMap(values, field.Shape.Element!, field.JsonName, depth);
        }
        else if (ScalarForm.IsMessage(field.Shape.Kind))
        {
            WriteMessage(owner.Message(number, field.JsonName)!, field.Shape, field.JsonName, depth);
        }
        else
        {
            ScalarForm.Write(writer, values[^1], field.Shape.Kind, field.JsonName);
        }
    }

    // Go writes times and free-form values that are not set as messages with nothing in them.
    private static bool IsAbsent(WireMessage owner, int number, FieldSchema field) => field.Shape.Kind switch
    {
        ShapeKind.Time or ShapeKind.MicroTime => TimeForm.IsZero(owner.Message(number, field.JsonName)!, field.JsonName),
        ShapeKind.Json => owner.Message(number, field.JsonName)!.Bytes(1, field.JsonName) is not { IsEmpty: false },
        _ => false,
    };

    private void WriteList(ReadOnlySpan<WireValue> values, Shape element, string name, int depth)
    {
        writer.WriteStartArray();
        foreach (var value in values)
        {
            if (value.Type == WireType.Bytes && ScalarForm.IsVarint(element.Kind))
            {
                for (var packed = new WireReader(value.Bytes); !packed.IsAtEnd;)
                {
                    ScalarForm.Write(writer, new(WireType.Varint, packed.Varint(), default), element.Kind, name);
                }
            }
            else
            {
                WriteElement(value, element, name, depth);
            }
        }
        writer.WriteEndArray();
    }

    private void WriteMap(ReadOnlySpan<WireValue> entries, Shape element, string name, int depth)
    {
        var byKey = new Dictionary<string, WireMessage>(StringComparer.Ordinal);
        foreach (var entry in entries)
        {
            var message = new WireMessage(WireMessage.Require(entry, WireType.Bytes, name).Bytes);
            byKey[message.Text(1, name)] = message;
        }
        writer.WriteStartObject();
        foreach (var (key, entry) in byKey)
        {
            writer.WritePropertyName(key);
            var value = entry.All(2) is [.., var last] ? last : ScalarForm.Zero(element.Kind);
            WriteElement(value, element, name, depth);
        }
        writer.WriteEndObject();
    }

    private void WriteElement(WireValue value, Shape shape, string name, int depth)
    {
        CheckSize();
        if (shape.Kind == ShapeKind.List)
        {
            // A list cannot be an element on the wire, so it stands in a message of its own, in field 1.
            WriteList(new WireMessage(WireMessage.Require(value, WireType.Bytes, name).Bytes).All(1), shape.Element!, name, depth);
        }
        else if (ScalarForm.IsMessage(shape.Kind))
        {
            WriteMessage(new WireMessage(WireMessage.Require(value, WireType.Bytes, name).Bytes), shape, name, depth);
        }
        else
        {
            ScalarForm.Write(writer, value, shape.Kind, name);
        }
    }

    private void WriteMessage(WireMessage message, Shape shape, string name, int depth)
    {
        if (shape.Kind != ShapeKind.Object)
        {
            ScalarForm.WriteMessage(writer, message, shape.Kind, name);
            return;
        }
        if (depth >= MaximumDepth)
        {
            throw new ProtobufException($"{name}: objects are nested deeper than {MaximumDepth} levels");
        }
        CheckSize();
        if (!WriteUnion(message, shape.Type!, name, depth))
        {
            writer.WriteStartObject();
            WriteFields(message, shape.Type!, depth + 1);
            writer.WriteEndObject();
        }
    }

    // JSON schemas have places for one of two things, and on the wire a field for each.
    private bool WriteUnion(WireMessage message, TypeSchema type, string name, int depth)
    {
        if (type != JsonSchemaOrArray.ModelSchema && type != JsonSchemaOrBool.ModelSchema && type != JsonSchemaOrStrings.ModelSchema)
        {
            return false;
        }
        var isBool = type == JsonSchemaOrBool.ModelSchema;
        var schema = Shape.Object(static () => JSONSchemaProps.ModelSchema);
        if (message.Message(isBool ? 2 : 1, name) is { } one)
        {
            WriteMessage(one, schema, name, depth + 1);
        }
        else if (isBool)
        {
            writer.WriteBooleanValue(message.Number(1, name) != 0);
        }
        else
        {
            WriteList(message.All(2), type == JsonSchemaOrArray.ModelSchema ? schema : Shape.Of(ShapeKind.String), name, depth + 1);
        }
        return true;
    }

    private void CheckSize()
    {
        if (writer.BytesCommitted + writer.BytesPending > maximumBytes)
        {
            throw new ProtobufException($"the object is larger than {maximumBytes} bytes when it is written as JSON");
        }
    }
}
