using System.Text.Json;
using Holdfast.Model.Json;
using Holdfast.Model.Schema;

namespace Holdfast.Model.Protobuf;

/// <summary>How values that are not objects lie on the wire, and how JSON has them.</summary>
internal static class ScalarForm
{
    /// <summary>Whether the value is a message on the wire.</summary>
    public static bool IsMessage(ShapeKind kind) => kind is ShapeKind.Object or ShapeKind.Quantity or ShapeKind.IntOrString
        or ShapeKind.Time or ShapeKind.MicroTime or ShapeKind.Json;

    /// <summary>Whether the value is a number on the wire that lists may have packed.</summary>
    public static bool IsVarint(ShapeKind kind) => kind is ShapeKind.Int32 or ShapeKind.Int64 or ShapeKind.Boolean;

    /// <summary>What a map's entry without a value has.</summary>
    public static WireValue Zero(ShapeKind kind) =>
        new(IsVarint(kind) ? WireType.Varint : kind == ShapeKind.Double ? WireType.Fixed64 : WireType.Bytes, 0, default);

    /// <summary>Writes a value that is no message.</summary>
    public static void Write(Utf8JsonWriter writer, WireValue value, ShapeKind kind, string name)
    {
        switch (kind)
        {
            case ShapeKind.String:
                writer.WriteStringValue(WireMessage.RequireText(WireMessage.Require(value, WireType.Bytes, name).Bytes, name).Span);
                break;
            case ShapeKind.Bytes:
                writer.WriteBase64StringValue(WireMessage.Require(value, WireType.Bytes, name).Bytes.Span);
                break;
            case ShapeKind.Int32:
                writer.WriteNumberValue(unchecked((int)WireMessage.Require(value, WireType.Varint, name).Number));
                break;
            case ShapeKind.Int64:
                writer.WriteNumberValue(unchecked((long)WireMessage.Require(value, WireType.Varint, name).Number));
                break;
            case ShapeKind.Boolean:
                writer.WriteBooleanValue(WireMessage.Require(value, WireType.Varint, name).Number != 0);
                break;
            default:
                WriteDouble(writer, WireMessage.Require(value, WireType.Fixed64, name).Number, name);
                break;
        }
    }

    /// <summary>Writes a value that is a message, though JSON has a string, a number or anything.</summary>
    public static void WriteMessage(Utf8JsonWriter writer, WireMessage message, ShapeKind kind, string name)
    {
        switch (kind)
        {
            case ShapeKind.Quantity:
                writer.WriteStringValue(message.Text(1, name) is { Length: > 0 } amount ? amount : "0");
                break;
            case ShapeKind.IntOrString when message.Number(1, name) == 1:
                writer.WriteStringValue(message.Text(3, name));
                break;
            case ShapeKind.IntOrString:
                writer.WriteNumberValue(unchecked((int)message.Number(2, name)));
                break;
            case ShapeKind.Json:
                WriteJson(writer, message.Bytes(1, name) ?? default, name);
                break;
            default:
                TimeForm.Write(writer, message, kind == ShapeKind.MicroTime, name);
                break;
        }
    }

    private static void WriteDouble(Utf8JsonWriter writer, ulong bits, string name)
    {
        var value = BitConverter.UInt64BitsToDouble(bits);
        if (!double.IsFinite(value))
        {
            throw new ProtobufException($"{name}: a finite number was expected");
        }
        writer.WriteNumberValue(value);
    }

    private static void WriteJson(Utf8JsonWriter writer, ReadOnlyMemory<byte> raw, string name)
    {
        if (raw.IsEmpty)
        {
            writer.WriteNullValue();
            return;
        }
        try
        {
            var reader = new Utf8JsonReader(raw.Span, new JsonReaderOptions { MaxDepth = JsonInput.MaximumDepth });
            while (reader.Read())
            {
            }
        }
        catch (JsonException problem)
        {
            throw new ProtobufException($"{name}: JSON was expected: {problem.Message}");
        }
        writer.WriteRawValue(raw.Span, skipInputValidation: true);
    }
}
