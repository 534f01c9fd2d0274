using System.Diagnostics;
using System.Text;
using System.Text.Json.Nodes;
using Holdfast.ApiServer.Http;
using Holdfast.Client;

namespace Holdfast.ApiServer.Tests.Verbs;

/// <summary>What documents in YAML mean, and that none takes long to be refused.</summary>
public sealed class YamlTests
{
    [Theory]
    [InlineData("{<<: {a: 1}, b: 2}", """{"a":1,"b":2}""")]
    [InlineData("{x: &x {p: 1, q: 1}, y: {<<: *x, q: 2}}", """{"x":{"p":1,"q":1},"y":{"p":1,"q":2}}""")]
    [InlineData("{x: &x {p: 1}, y: &y {p: 2, r: 3}, z: {<<: [*x, *y], s: 4}}", """{"x":{"p":1},"y":{"p":2,"r":3},"z":{"p":1,"r":3,"s":4}}""")]
    [InlineData("{x: &x {p: 1}, y: &y {<<: *x, q: 2}, z: {<<: *y}}", """{"x":{"p":1},"y":{"p":1,"q":2},"z":{"p":1,"q":2}}""")]
    [InlineData("{x: {<<: &x {p: [1, 2]}}, z: *x}", """{"x":{"p":[1,2]},"z":{"p":[1,2]}}""")]
    [InlineData("{\"<<\": {a: 1}}", """{"<<":{"a":1}}""")]
    public void Maps_are_merged(string yaml, string json) => Assert.Equal(JsonNode.Parse(json)!.ToJsonString(), Converted(yaml));

    [Theory]
    [InlineData("{<<: 1}")]
    [InlineData("{<<: [1]}")]
    [InlineData("{x: &x [1], y: {<<: *x}}")]
    public void What_is_no_map_is_not_merged(string yaml) =>
        Assert.EndsWith("map merge requires map or sequence of maps as the value", Refusal(yaml), StringComparison.Ordinal);

    [Theory]
    [InlineData("{a: !!str 5, b: ! 5, c: \"5\", d: !!binary aGk=}", """{"a":"5","b":"5","c":"5","d":"hi"}""")]
    [InlineData("{a: 0x1F, b: 0b11, c: 0o17, d: 017, e: 1_000, f: -0x10, g: +3, h: 08}", """{"a":31,"b":3,"c":15,"d":15,"e":1000,"f":-16,"g":3,"h":8}""")]
    [InlineData("{a: 18446744073709551615, b: -9223372036854775808, c: 1.50, d: 1e400}", """{"a":18446744073709551615,"b":-9223372036854775808,"c":1.5,"d":"1e400"}""")]
    [InlineData("{on: 1, no: 2, 0x10: 3, 1.5: 4}", """{"true":1,"false":2,"16":3,"1.5":4}""")]
    public void Scalars_are_what_their_tags_and_texts_say(string yaml, string json) => Assert.Equal(json, Converted(yaml));

    [Theory]
    [InlineData("a: .inf", ".inf is no value that JSON has")]
    [InlineData("a: -.INF", "-.INF is no value that JSON has")]
    [InlineData("a: .nan", ".nan is no value that JSON has")]
    [InlineData("a: !!binary x", "!!binary value contains invalid base64 data")]
    [InlineData("{~: 1}", "a key is null, which is not a name")]
    public void What_JSON_does_not_have_is_refused(string yaml, string words) => Assert.EndsWith(words, Refusal(yaml), StringComparison.Ordinal);

    [Theory]
    [InlineData("[")]
    [InlineData("{a: ")]
    [InlineData("[{a: ")]
    [InlineData("- ")]
    public void What_nests_without_end_is_refused_at_once(string open)
    {
        var watch = Stopwatch.StartNew();
        var refusal = Refusal(string.Concat(Enumerable.Repeat(open, 60_000)));
        Assert.EndsWith("nests deeper than 256 levels", refusal, StringComparison.Ordinal);
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(5), $"it took {watch.Elapsed}");
    }

    [Fact]
    public void What_merges_without_end_is_refused_at_once()
    {
        var text = new StringBuilder("m0: &m0 {k: v}\n");
        for (var level = 1; level <= 30; level++)
            text.Append($"m{level}: &m{level} {{<<: [{string.Join(',', Enumerable.Repeat($"*m{level - 1}", 9))}]}}\n");
        Assert.EndsWith("too large once its aliases are expanded", Refusal(text.ToString()), StringComparison.Ordinal);
        Assert.EndsWith("nests deeper than 256 levels", Refusal("a: &a {<<: *a}"), StringComparison.Ordinal);
    }

    private static string Converted(string yaml) => JsonNode.Parse(YamlJson.Convert(Encoding.UTF8.GetBytes(yaml)))!.ToJsonString();

    private static string Refusal(string yaml) =>
        Assert.Throws<ApiException>(() => YamlJson.Convert(Encoding.UTF8.GetBytes(yaml))).Message;
}
