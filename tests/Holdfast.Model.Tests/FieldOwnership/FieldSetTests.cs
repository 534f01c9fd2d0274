using System.Collections.Immutable;
using System.Text.Json;
using Holdfast.Model.Apps;
using Holdfast.Model.Core;
using Holdfast.Model.FieldOwnership;
using Holdfast.Model.Json;
using Holdfast.Model.Resources;
using Holdfast.Model.Tests.References;
using Holdfast.Model.Values;

namespace Holdfast.Model.Tests.FieldOwnership;

/// <summary>Sets of owned fields: their text, and what may be done with them.</summary>
public sealed class FieldSetTests
{
    private const string Text = """
        {"f:data":{".":{},"f:k":{}},"f:spec":{"f:ports":{"k:{\"port\":90,\"protocol\":\"TCP\"}":{".":{},"f:port":{}},"k:{\"port\":800,\"protocol\":\"TCP\"}":{}},"f:set":{"v:\"x\"":{}}}}
        """;

    [Fact]
    public void A_set_is_written_as_it_was_read()
    {
        var set = FieldsV1.Read(JsonValue.Parse(Text));
        Assert.Equal(Text.Trim(), FieldsV1.Write(set).ToString());
        Assert.Equal(
            [".data", ".data.k", """.spec.ports[port=90,protocol="TCP"]""", """.spec.ports[port=90,protocol="TCP"].port""", """.spec.ports[port=800,protocol="TCP"]""", """.spec.set[="x"]"""],
            set.Paths());
    }

    [Fact]
    public void A_field_whose_name_is_empty_can_be_owned()
    {
        var set = FieldsV1.Read(JsonValue.Parse("""{"f:spec":{"f:":{}}}"""));
        Assert.Equal("""{"f:spec":{"f:":{}}}""", FieldsV1.Write(set).ToString());
        Assert.Equal([".spec."], set.Paths());
    }

    [Theory]
    [InlineData("""{"f":{}}""")]
    [InlineData("""{"data":{}}""")]
    [InlineData("""{"f:data":1}""")]
    [InlineData("[]")]
    public void What_is_no_set_is_refused(string text) => Assert.Throws<JsonException>(() => FieldsV1.Read(JsonValue.Parse(text)));

    [Fact]
    public void Sets_follow_the_laws_of_sets()
    {
        var sets = Enumerable.Range(0, 64).Select(Subset).ToList();
        foreach (var (left, right) in sets.SelectMany(left => sets.Select(right => (left, right))))
        {
            var (a, b) = (Members(left), Members(right));
            Assert.Equal(a.Union(b).Order(StringComparer.Ordinal), Members(left.Union(right)));
            Assert.Equal(a.Except(b).Order(StringComparer.Ordinal), Members(left.Difference(right)));
            Assert.Equal(a.Intersect(b).Order(StringComparer.Ordinal), Members(left.Intersection(right)));
        }
        Assert.All(sets, set => Assert.Equal(set, FieldsV1.Read(FieldsV1.Write(set))));
    }

    [Fact]
    public void One_pass_over_a_new_object_finds_what_the_comparison_with_the_empty_one_finds()
    {
        var compared = 0;
        foreach (var file in SharedFolder.Files("conform", "cases", "api"))
        {
            using var recorded = JsonDocument.Parse(File.ReadAllBytes(file));
            foreach (var step in recorded.RootElement.GetProperty("steps").EnumerateArray())
            {
                if (!step.TryGetProperty("expect", out var expected) || expected.ValueKind != JsonValueKind.Object
                    || !expected.TryGetProperty("body", out var body) || body.ValueKind != JsonValueKind.Object
                    || Codec(body) is not { } codec)
                    continue;
                var text = System.Text.RegularExpressions.Regex.Replace(body.GetRawText(), "<time>", "2026-01-01T00:00:00Z");
                var json = ModelJson.ToBytes(codec.Read(System.Text.Encoding.UTF8.GetBytes(text), new DecodeIssues()).Write);
                using var blank = JsonDocument.Parse(ModelJson.ToBytes(codec.Read("{}"u8, new DecodeIssues()).Write));
                using var whole = JsonDocument.Parse(json);
                var found = NewFields.Of(json, codec.Schema).Without(element => element is "f:apiVersion" or "f:kind");
                Assert.Equal(FieldChanges.Between(blank.RootElement, whole.RootElement, codec.Schema).Written.ToString(), found.ToString());
                compared++;
            }
        }
        Assert.True(compared is 0 or > 100);
    }

    [Fact]
    public void A_new_field_is_added_with_all_that_is_below_it_and_a_changed_one_is_modified()
    {
        var changes = Between<StatefulSet>(
            """{"spec":{"replicas":1,"selector":{"matchLabels":{"a":"b"}},"template":{"metadata":{"labels":{"x":"1","y":"1"}}}}}""",
            """{"spec":{"replicas":2,"selector":{"matchLabels":{"a":"c"}},"template":{"metadata":{"labels":{"x":"1"},"annotations":{"z":"1"}}}}}""");
        Assert.Equal(".spec.template.metadata.annotations .spec.template.metadata.annotations.z", changes.Added.ToString());
        Assert.Equal(".spec.replicas .spec.selector", changes.Modified.ToString());
        Assert.Equal(".spec.template.metadata.labels.y", changes.Removed.ToString());
    }

    [Fact]
    public void Items_are_compared_by_their_keys_wherever_they_stand()
    {
        var changes = Between<Pod>(
            """{"spec":{"containers":[{"name":"a","image":"x"},{"name":"b","image":"x"}]}}""",
            """{"spec":{"containers":[{"name":"b","image":"y"},{"name":"a","image":"x"}]}}""");
        Assert.Equal(("", """.spec.containers[name="b"].image""", ""), (changes.Added.ToString(), changes.Modified.ToString(), changes.Removed.ToString()));
    }

    [Fact]
    public void The_same_object_differs_in_nothing() =>
        Assert.True(Between<Pod>("""{"metadata":{"labels":{"a":"1"}}}""", """{"metadata":{"labels":{"a":"\u0031"}}}""").IsEmpty);

    private static FieldChanges Between<T>(string old, string updated) where T : IModelType<T>
    {
        using var before = JsonDocument.Parse(old);
        using var after = JsonDocument.Parse(updated);
        return FieldChanges.Between(before.RootElement, after.RootElement, T.ModelSchema);
    }

    private static string[] Members(FieldSet set) => [.. set.Paths().Order(StringComparer.Ordinal)];

    private static ResourceCodec? Codec(JsonElement body) =>
        body.TryGetProperty("apiVersion", out var version) && body.TryGetProperty("kind", out var kind)
            ? ResourceCatalog.Find(version.GetString()!, kind.GetString()!)
            : null;

    private static FieldSet Subset(int bits)
    {
        ImmutableArray<ImmutableArray<string>> paths =
            [["f:a"], ["f:a", "f:b"], ["f:a", "f:b", "v:2"], ["f:c", """k:{"n":1}"""], ["f:c", """k:{"n":10}""", "f:n"], ["f:d"]];
        return FieldSet.Of([.. paths.Where((_, i) => (bits & (1 << i)) != 0)]);
    }
}
