using System.Text;
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

    /// <summary>Writes a value that JSON has as a scalar, or as anything, onto the wire.</summary>
    public static void Write(WireWriter output, int field, ShapeKind kind, JsonElement value)
    {
        switch (kind)
        {
            case ShapeKind.String:
                output.Bytes(field, Encoding.UTF8.GetBytes(value.GetString()!));
                break;
            case ShapeKind.Bytes:
                output.Bytes(field, value.GetBytesFromBase64());
                break;
            case ShapeKind.Int32 or ShapeKind.Int64:
                output.Number(field, unchecked((ulong)value.GetInt64()));
                break;
            case ShapeKind.Boolean:
                output.Number(field, value.GetBoolean() ? 1u : 0u);
                break;
            case ShapeKind.Double:
                output.Fixed64(field, BitConverter.DoubleToUInt64Bits(value.GetDouble()));
                break;
            case ShapeKind.Time or ShapeKind.MicroTime:
                output.Bytes(field, TimeForm.Of(value).Span);
                break;
            default:
                output.Bytes(field, Embedded(kind, value).Span);
                break;
        }
    }

    private static ReadOnlyMemory<byte> Embedded(ShapeKind kind, JsonElement value)
    {
        var message = new WireWriter();
        switch (kind)
        {
            case ShapeKind.Quantity:
                message.Bytes(1, Encoding.UTF8.GetBytes(value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText()));
                break;
            case ShapeKind.IntOrString when value.ValueKind == JsonValueKind.String:
                message.Number(1, 1);
                message.Number(2, 0);
                message.Bytes(3, Encoding.UTF8.GetBytes(value.GetString()!));
                break;
            case ShapeKind.IntOrString:
                message.Number(1, 0);
                message.Number(2, unchecked((ulong)value.GetInt64()));
                message.Bytes(3, []);
                break;
            default:
                message.Bytes(1, Encoding.UTF8.GetBytes(value.GetRawText()));
                break;
        }
        return message.Written;
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
            var reader = new Utf8JsonReader(raw.Span, JsonInput.ReaderOptions);
            while (reader.Read())
            {
            }
        }
        catch (JsonException)
        {
            throw new ProtobufException($"{name}: JSON was expected: {JsonSyntax.Describe(raw.Span)}");
        }
        writer.WriteRawValue(raw.Span, skipInputValidation: true);
    }
}
