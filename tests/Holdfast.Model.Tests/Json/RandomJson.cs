using System.Globalization;
using System.Text.Json.Nodes;
using Holdfast.Model.Schema;

namespace Holdfast.Model.Tests.Json;

/// <summary>Draws objects that have the shape of a type; the same seed draws the same ones.</summary>
internal sealed class RandomJson(int seed)
{
    private const int MaximumDepth = 7;

    // A small generator of its own keeps drawn objects the same over releases of the platform.
    private ulong _state = unchecked(((ulong)seed * 0x9E3779B97F4A7C15) + 1);

    internal JsonObject Object(TypeSchema type, int depth = 0)
    {
        var members = new JsonObject();
        foreach (var field in type.Fields)
        {
            if (field.IsRequired || Below(depth < 2 ? 2 : 4) == 0)
            {
                members[field.JsonName] = Value(field.Shape, depth + 1);
            }
        }
        return members;
    }

    private JsonNode? Value(Shape shape, int depth) => shape.Kind switch
    {
        ShapeKind.String => Text(),
        ShapeKind.Int32 => (int)Next(),
        ShapeKind.Int64 => (long)Next(),
        ShapeKind.Double => Below(1000) / 8.0,
        ShapeKind.Boolean => Below(2) == 0,
        ShapeKind.Quantity => Below(10_000).ToString(CultureInfo.InvariantCulture) + Pick("", "m", "k", "Mi", "Gi", "e3", ".5"),
        ShapeKind.IntOrString => Below(2) == 0 ? Below(70_000) : Pick("25%", "http", ""),
        ShapeKind.Time => Moment().ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture),
        ShapeKind.MicroTime => Moment().ToString("yyyy-MM-ddTHH:mm:ss.ffffffZ", CultureInfo.InvariantCulture),
        ShapeKind.Bytes => Convert.ToBase64String(BitConverter.GetBytes(Next())[..Below(8)]),
        ShapeKind.Json => new JsonObject { ["any"] = new JsonArray(Below(5), null, Text()) },
        ShapeKind.Object => depth > MaximumDepth ? new JsonObject() : Object(shape.Type!, depth),
        ShapeKind.List => new JsonArray([.. Enumerable.Range(0, depth > MaximumDepth ? 0 : Below(4)).Select(_ => Value(shape.Element!, depth + 1))]),
        _ => new JsonObject(Enumerable.Range(0, depth > MaximumDepth ? 0 : Below(6))
            .Select(_ => Text()).Distinct().Select(key => KeyValuePair.Create(key, Value(shape.Element!, depth + 1)))),
    };

    private string Text() => Pick("", "a", "web-0", "example.com/x", "line\nbreak", "quote\"\\", "größe", "😀", "<&>", "\u2028") + Below(100).ToString(CultureInfo.InvariantCulture);

    private DateTime Moment() => DateTime.UnixEpoch.AddMicroseconds(Next() % 4_000_000_000_000_000);

    private string Pick(params string[] choices) => choices[Below(choices.Length)];

    private int Below(int bound) => (int)(Next() % (ulong)bound);

    private ulong Next()
    {
        _state ^= _state << 13;
        _state ^= _state >> 7;
        _state ^= _state << 17;
        return _state;
    }
}
