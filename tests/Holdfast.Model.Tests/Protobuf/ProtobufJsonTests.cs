using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Holdfast.Model.Core;
using Holdfast.Model.Json;
using Holdfast.Model.Protobuf;
using Holdfast.Model.Resources;
using Holdfast.Model.Schema;
using Holdfast.Model.Tests.Json;

namespace Holdfast.Model.Tests.Protobuf;

public sealed class ProtobufJsonTests
{
    private const int Seeds = 10;
    private const int Megabyte = 1 << 20;

    public static TheoryData<string, string> Kinds => [.. ResourceCatalog.Codecs.Select(codec => (codec.Type.ApiVersion, codec.Type.Kind))];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void An_object_of_any_kind_is_the_same_from_protocol_buffers_as_from_JSON(string apiVersion, string kind)
    {
        var codec = ResourceCatalog.Find(apiVersion, kind)!;
        for (var seed = 1; seed <= Seeds; seed++)
        {
            var json = Numbered(new RandomJson(seed).Object(codec.Schema), codec.Schema);
            (json["apiVersion"], json["kind"]) = (apiVersion, kind);
            var body = ProtobufText.Body(apiVersion, kind, ProtobufText.Message(json, codec.Schema));

            var converted = ProtobufJson.Convert(body, kind, codec.Schema, 16 * Megabyte);

            var issues = new DecodeIssues();
            var (expected, read) = (codec.Read(Encoding.UTF8.GetBytes(json.ToJsonString()), issues), codec.Read(converted.Span, issues));
            Assert.True(expected.Equals(read), $"seed {seed}: {json.ToJsonString()}\nis read as\n{Encoding.UTF8.GetString(converted.Span)}");
            Assert.True(issues.IsClean);
        }
    }

    [Fact]
    public void Every_cut_and_every_changed_byte_is_read_or_refused_with_a_message()
    {
        var codec = ResourceCatalog.Find("v1", "Pod")!;
        var body = ProtobufText.Body("v1", "Pod", ProtobufText.Message(new RandomJson(3).Object(codec.Schema), codec.Schema));
        Assert.InRange(body.Length, 500, 200_000);
        var step = Math.Max(1, body.Length / 2000);
        for (var place = 0; place < body.Length; place += step)
        {
            ReadOrRefuse(codec, body.AsMemory(0, place));
            foreach (var change in new byte[] { 0x01, 0x07, 0x80, 0xff })
            {
                var changed = body.ToArray();
                changed[place] ^= change;
                ReadOrRefuse(codec, changed);
            }
        }
    }

    [Fact]
    public void Objects_nested_without_end_are_refused()
    {
        byte[] message = [];
        for (var depth = 0; depth < 300; depth++)
        {
            message = ProtobufText.Bytes(28, message);
        }
        var body = ProtobufText.Body("", "", message);
        var refusal = Assert.Throws<ProtobufException>(() => ProtobufJson.Convert(body, "", ApiExtensions.JSONSchemaProps.ModelSchema, Megabyte));
        Assert.Contains("deeper", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_object_that_grows_beyond_the_bound_is_refused()
    {
        var spec = ProtobufText.Joined([.. Enumerable.Range(0, 100_000).Select(_ => ProtobufText.Bytes(2, ProtobufText.Number(16, 1)))]);
        var body = ProtobufText.Body("v1", "Pod", ProtobufText.Bytes(2, spec));
        var refusal = Assert.Throws<ProtobufException>(() => ProtobufJson.Convert(body, "Pod", Pod.ModelSchema, Megabyte / 2));
        Assert.Contains("larger than", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Numbers_are_read_packed_and_singly_and_a_later_value_replaces_an_earlier_one()
    {
        var security = ProtobufText.Joined(
            ProtobufText.Number(2, 5), ProtobufText.Bytes(4, [1, 2, 0xac, 0x02]), ProtobufText.Number(4, 7), ProtobufText.Number(2, 6));
        var json = Converted("Pod", Pod.ModelSchema, ProtobufText.Bytes(2, ProtobufText.Bytes(14, security)));
        Assert.Equal("""{"runAsUser":6,"supplementalGroups":[1,2,300,7]}""", json["spec"]!["securityContext"]!.ToJsonString());
    }

    [Fact]
    public void Times_that_Go_has_not_set_are_left_out()
    {
        var metadata = ProtobufText.Joined(ProtobufText.Bytes(1, "a"u8.ToArray()), ProtobufText.Bytes(8, []));
        Assert.Equal("""{"name":"a"}""", Converted("Pod", Pod.ModelSchema, ProtobufText.Bytes(1, metadata))["metadata"]!.ToJsonString());
    }

    [Fact]
    public void The_places_of_JSON_schemas_that_hold_one_of_two_things_are_read_as_what_they_hold()
    {
        var text = ProtobufText.Bytes(5, "string"u8.ToArray());
        var entry = ProtobufText.Joined(ProtobufText.Bytes(1, "a"u8.ToArray()), ProtobufText.Bytes(2, ProtobufText.Bytes(2, "b"u8.ToArray())));
        var schema = ProtobufText.Joined(
            ProtobufText.Bytes(24, ProtobufText.Joined(ProtobufText.Bytes(2, text), ProtobufText.Bytes(2, []))),
            ProtobufText.Bytes(30, ProtobufText.Joined(ProtobufText.Number(1, 1), ProtobufText.Bytes(2, text))),
            ProtobufText.Bytes(32, entry),
            ProtobufText.Bytes(33, ProtobufText.Number(1, 1)),
            ProtobufText.Bytes(28, ProtobufText.Bytes(24, ProtobufText.Bytes(1, text))));
        var json = JsonNode.Parse(ProtobufJson.Convert(ProtobufText.Body("", "", schema), "", ApiExtensions.JSONSchemaProps.ModelSchema, Megabyte).Span)!;
        Assert.Equal("""{"additionalItems":true,"additionalProperties":{"type":"string"},"dependencies":{"a":["b"]},"items":[{"type":"string"},{}],"not":{"items":{"type":"string"}}}""",
            json.ToJsonString());
    }

    [Fact]
    public void Of_an_object_of_another_kind_only_its_type_is_written()
    {
        var body = ProtobufText.Body("v1", "Secret", ProtobufText.Bytes(2, [0xff]));
        var json = ProtobufJson.Convert(body, "Pod", Pod.ModelSchema, Megabyte);
        Assert.Equal("""{"apiVersion":"v1","kind":"Secret"}""", Encoding.UTF8.GetString(json.Span));
    }

    private static JsonNode Converted(string kind, TypeSchema schema, byte[] message) =>
        JsonNode.Parse(ProtobufJson.Convert(ProtobufText.Body("v1", kind, message), kind, schema, Megabyte).Span)!;

    private static void ReadOrRefuse(ResourceCodec codec, ReadOnlyMemory<byte> body)
    {
        try
        {
            _ = codec.Read(ProtobufJson.Convert(body, codec.Type.Kind, codec.Schema, 16 * Megabyte).Span, new DecodeIssues());
        }
        catch (Exception refusal) when (refusal is ProtobufException or ModelDecodeException or JsonException)
        {
            Assert.NotEmpty(refusal.Message);
        }
    }

    // What has no number cannot be sent.
    private static JsonObject Numbered(JsonObject json, TypeSchema type)
    {
        foreach (var field in type.Fields.Where(field => json.ContainsKey(field.JsonName)))
        {
            if (field.ProtobufPath.IsEmpty)
            {
                json.Remove(field.JsonName);
            }
            else
            {
                Number(json[field.JsonName], field.Shape);
            }
        }
        return json;
    }

    private static void Number(JsonNode? value, Shape shape)
    {
        switch (value)
        {
            case JsonObject member when shape.Type is { Fields.IsEmpty: false } type:
                Numbered(member, type);
                break;
            case JsonObject entries when shape.Kind == ShapeKind.Map:
                entries.ToList().ForEach(entry => Number(entry.Value, shape.Element!));
                break;
            case JsonArray elements when shape.Kind == ShapeKind.List:
                elements.ToList().ForEach(element => Number(element, shape.Element!));
                break;
            default:
                break;
        }
    }
}
