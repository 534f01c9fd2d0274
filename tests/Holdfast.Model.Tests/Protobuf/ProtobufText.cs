using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Holdfast.Model.Protobuf;
using Holdfast.Model.Schema;

namespace Holdfast.Model.Tests.Protobuf;

/// <summary>Writes JSON as Kubernetes' protocol buffers, by a schema; the other way round from what is tested.</summary>
internal static class ProtobufText
{
    internal static byte[] Body(string apiVersion, string kind, byte[] message)
    {
        var type = Joined(Bytes(1, Encoding.UTF8.GetBytes(apiVersion)), Bytes(2, Encoding.UTF8.GetBytes(kind)));
        return Joined(ProtobufEnvelope.Magic.ToArray(), Bytes(1, type), Bytes(2, message), Bytes(3, []), Bytes(4, []));
    }

    internal static byte[] Message(JsonObject json, TypeSchema type)
    {
        var parts = new List<byte[]>();
        foreach (var field in type.Fields.Where(field => !field.ProtobufPath.IsEmpty && json.ContainsKey(field.JsonName)))
        {
            // Every value stands in parts of its own, so that embedded messages are read merged.
            var written = Field(field.ProtobufPath[^1], json[field.JsonName], field.Shape);
            parts.Add(field.ProtobufPath[..^1].Reverse().Aggregate(written, (inner, number) => Bytes(number, inner)));
        }
        return Joined([.. parts]);
    }

    internal static byte[] Bytes(int number, byte[] content) => Joined(Varint(((ulong)number << 3) | 2), Varint((ulong)content.Length), content);

    internal static byte[] Number(int number, ulong value) => Joined(Varint((ulong)number << 3), Varint(value));

    internal static byte[] Joined(params byte[][] parts) => [.. parts.SelectMany(part => part)];

    private static byte[] Field(int number, JsonNode? value, Shape shape) => shape.Kind switch
    {
        ShapeKind.List => Joined([.. value!.AsArray().Select(element => Field(number, element, shape.Element!))]),
        ShapeKind.Map => Joined([.. value!.AsObject().Select(entry =>
            Bytes(number, Joined(Bytes(1, Encoding.UTF8.GetBytes(entry.Key)), MapValue(entry.Value, shape.Element!))))]),
        ShapeKind.Int32 or ShapeKind.Int64 => Number(number, unchecked((ulong)long.Parse(value!.ToJsonString(), CultureInfo.InvariantCulture))),
        ShapeKind.Boolean => Number(number, value!.GetValue<bool>() ? 1ul : 0),
        ShapeKind.Double => Joined(Varint(((ulong)number << 3) | 1), Double(double.Parse(value!.ToJsonString(), CultureInfo.InvariantCulture))),
        _ => Bytes(number, Content(value, shape)),
    };

    private static byte[] MapValue(JsonNode? value, Shape shape) => shape.Kind == ShapeKind.List
        ? Bytes(2, Field(1, value, shape))
        : Field(2, value, shape);

    private static byte[] Content(JsonNode? value, Shape shape) => shape.Kind switch
    {
        ShapeKind.String => Encoding.UTF8.GetBytes(value!.GetValue<string>()),
        ShapeKind.Bytes => Convert.FromBase64String(value!.GetValue<string>()),
        ShapeKind.Quantity => Bytes(1, Encoding.UTF8.GetBytes(value!.GetValue<string>())),
        ShapeKind.Json => Bytes(1, Encoding.UTF8.GetBytes(value!.ToJsonString())),
        ShapeKind.IntOrString when value!.GetValueKind() == System.Text.Json.JsonValueKind.String =>
            Joined(Number(1, 1), Number(2, 0), Bytes(3, Encoding.UTF8.GetBytes(value.GetValue<string>()))),
        ShapeKind.IntOrString => Joined(Number(1, 0), Number(2, (ulong)value!.GetValue<int>()), Bytes(3, [])),
        ShapeKind.Time or ShapeKind.MicroTime => Time(DateTimeOffset.Parse(value!.GetValue<string>(), CultureInfo.InvariantCulture)),
        _ when shape.Type!.Name.EndsWith("JSONSchemaPropsOrBool", StringComparison.Ordinal) => Joined(Number(1, 1), Bytes(2, Schema(value))),
        _ when shape.Type!.Name.Contains("JSONSchemaPropsOr", StringComparison.Ordinal) => Bytes(1, Schema(value)),
        _ => Message(value!.AsObject(), shape.Type!),
    };

    private static byte[] Schema(JsonNode? value) => Message(value!.AsObject(), ApiExtensions.JSONSchemaProps.ModelSchema);

    private static byte[] Time(DateTimeOffset time) => Joined(
        Number(1, unchecked((ulong)time.ToUnixTimeSeconds())), Number(2, (ulong)(time.Ticks % TimeSpan.TicksPerSecond) * 100));

    private static byte[] Double(double value)
    {
        var bytes = new byte[8];
        BinaryPrimitives.WriteDoubleLittleEndian(bytes, value);
        return bytes;
    }

    private static byte[] Varint(ulong value)
    {
        var bytes = new List<byte>();
        for (; value >= 0x80; value >>= 7)
        {
            bytes.Add((byte)(value | 0x80));
        }
        bytes.Add((byte)value);
        return [.. bytes];
    }
}
