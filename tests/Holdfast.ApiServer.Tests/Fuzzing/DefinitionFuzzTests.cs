using System.Collections.Immutable;
using System.Diagnostics;
using System.Text;
using System.Text.Json.Nodes;
using Holdfast.ApiServer.Tests.CustomResources;
using Holdfast.Platform;

namespace Holdfast.ApiServer.Tests.Fuzzing;

/// <summary>
/// Wrong definitions of custom resources with wrong rules, and objects of what was accepted of them: each is answered at once, and never by
/// a fault of the server.
/// </summary>
public sealed class DefinitionFuzzTests
{
    private const int Cases = 6_000;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private static readonly string[] Rules =
    [
        "self.size <= 5 || (has(self.colour) && self.colour == 'blue')", "self.tags.all(t, self.tags.exists_one(o, o == t))", "oldSelf.orValue(self) == self",
        "self.tags.map(t, size(t)).sum() < 40", "quantity(self.colour).isLessThan(quantity('1Gi').add(3))", "self.free.all(k, v, k != v)",
        "url(self.colour).getHost() in ['a', 'b']", "isIP(self.colour) && ip(self.colour).family() == 4", "cidr(self.colour).containsIP('10.0.0.1')",
        "format.dns1123Label().validate(self.colour).hasValue()", "semver(self.colour).major() > semver('1.0.0').minor()", "self.colour.findAll('[a-z]+', 3).isSorted()",
        "self.tags.transformMap(i, v, i > 0, v + v).size() == 2", "self.list.sortBy(e, e.value)[0].name == 'x'", "[1, 2, [3]].flatten().distinct().reverse().slice(0, 2) == [2, 3]",
        "self.?colour.optMap(c, c.matches('^(a+)+$')).orValue(true)", "timestamp(self.colour) - duration('1h') < timestamp('2026-01-01T00:00:00Z')",
        "'%s %d %.2f %x'.format([self.colour, self.size, 1.5, 255]).replace('a', 'b').split(' ').join('-') != ''", "self.size / 0 == 1 || self.size % -1 == 0 || -self.size > 9223372036854775807",
        "self.colour.substring(1, 2).charAt(0).upperAscii() == 'A'", "sets.contains(self.tags, ['a']) && sets.equivalent(self.tags, self.tags)", "type(self) == self.type()", "dyn(self.free).a.b.c == 1u",
    ];

    private static readonly string[] Odd = ["", "(((((((((", "self", "oldSelf", "self.", "[", "{", "'", "r'\\'", "b'\\xff'", "1e999", "-9223372036854775809", "0x", "self.all(x, y, z, true)", "self.map(self, self)", "?", "a?b:c?d:e", "!", "--1", "\u0000", "\ud83d\ude00", "self[?0]", "{?1: optional.none()}"];

    [Fact]
    public async Task Definitions_and_their_objects_are_taken_or_refused_in_words()
    {
        await using var server = await RunningServer.StartAsync(Cluster.Token);
        await server.MakeAsync(Widgets.Definitions, Definition(new SeededChance(1), ["true"]).ToJsonString());
        await using var connection = new RawConnection(server.Host.Address, server.Host.AdminCredentials().Token);
        var (begun, number, codes) = (Stopwatch.StartNew(), 1, new SortedDictionary<int, int>());
        for (; FuzzSettings.Wants(number, Cases, begun); number++)
        {
            var request = Draw(new SeededChance(((ulong)FuzzSettings.Seed << 32) ^ (ulong)number));
            var started = begun.Elapsed;
            var (code, body) = await connection.SendAsync(request, Cluster.Token);
            Assert.True(code is > 0 and < 500, $"{code} {body}\n{number} of seed {FuzzSettings.Seed}: {request.ToCurl()}\n{string.Join('\n', server.Faults)}");
            Assert.True(begun.Elapsed - started < Patience, $"took {begun.Elapsed - started}\n{number} of seed {FuzzSettings.Seed}: {request.ToCurl()}");
            codes[code] = codes.GetValueOrDefault(code) + 1;
        }
        var told = string.Join(", ", codes.Select(each => $"{each.Value} x {each.Key}"));
        TestContext.Current.TestOutputHelper?.WriteLine($"{number} requests from seed {FuzzSettings.Seed}: {told}");
        Assert.True(codes.Where(each => each.Key < 300).Sum(each => each.Value) > number / 20, told);
        Assert.Empty(server.Faults.Select(fault => fault.ToString()));
    }

    [Theory]
    [InlineData("(", ")", 5000)]
    [InlineData("!", "", 5000)]
    [InlineData("[", "]", 5000)]
    [InlineData("{1:", "}", 5000)]
    [InlineData("self.tags.all(x, ", ")", 300)]
    [InlineData("true ? true : ", "", 3000)]
    [InlineData("self.size + ", "", 5000)]
    [InlineData("true && ", "", 5000)]
    public async Task Rules_of_any_depth_are_answered(string open, string close, int depth)
    {
        await using var server = await RunningServer.StartAsync(Cluster.Token);
        var rule = string.Concat(Enumerable.Repeat(open, depth)) + "true" + string.Concat(Enumerable.Repeat(close, depth));
        var definition = Definition(new SeededChance(1), [rule]).ToJsonString();
        var begun = Stopwatch.StartNew();
        var (code, body) = await server.SendAsync("POST", Widgets.Definitions, definition);
        Assert.True(code is 201 or 422, $"{code} {body}");
        Assert.True(begun.Elapsed < Patience, $"took {begun.Elapsed}");
        Assert.Empty(server.Faults);
    }

    private static FuzzRequest Draw(SeededChance chance)
    {
        var spec = """{"size":3,"colour":"red","tags":["a","b"],"free":{"x":"y"},"list":[{"name":"a","value":1}]}""";
        return chance.Next(8) switch
        {
            // What is accepted holds for the objects after it.
            0 => Request("PATCH", Widgets.Definitions + "/widgets.example.com", "application/merge-patch+json",
                Encoding.UTF8.GetBytes(new JsonObject { ["spec"] = new JsonObject { ["versions"] = Definition(chance)["spec"]!["versions"]!.DeepClone() } }.ToJsonString())),
            1 or 2 => Request("POST", Widgets.Definitions + "?dryRun=All", "application/json", Mutations.Json(Renamed(Definition(chance)), chance)),
            3 => Request("POST", Widgets.Definitions + "?dryRun=All", "application/json", Renamed(Definition(chance, [Wrong(chance), Wrong(chance)]))),
            4 => Request("PATCH", Widgets.Collection + "/w?fieldManager=f&force=true", "application/apply-patch+yaml", Mutations.Json(Encoding.UTF8.GetBytes(Widgets.Widget("w", spec)), chance)),
            5 => Request("GET", Widgets.Collection + "?fieldSelector=spec.colour%3Dred", "application/json", []),
            _ => Request("POST", Widgets.Collection + "?dryRun=All", "application/json", Mutations.Json(Encoding.UTF8.GetBytes(Widgets.Widget("x", spec)), chance)),
        };
    }

    private static FuzzRequest Request(string method, string path, string type, byte[] body) => new(method, path, body) { Headers = [("Content-Type", type)] };

    // Of another name, so that a dry run gets as far as a creation goes.
    private static byte[] Renamed(JsonObject definition) => Encoding.UTF8.GetBytes(
        definition.ToJsonString().Replace("widgets", "gadgets", StringComparison.Ordinal).Replace("Widget", "Gadget", StringComparison.Ordinal).Replace("\"wd\"", "\"gd\"", StringComparison.Ordinal));

    private static string Wrong(SeededChance chance)
    {
        var rule = Rules[chance.Next(Rules.Length)];
        for (var count = 1 + chance.Next(4); count > 0; count--)
        {
            var (at, other) = (chance.Next(rule.Length + 1), Rules[chance.Next(Rules.Length)]);
            rule = chance.Next(4) switch
            {
                0 => rule.Insert(at, Odd[chance.Next(Odd.Length)]),
                1 => rule.Remove(at, Math.Min(chance.Next(9), rule.Length - at)),
                2 => rule[..at] + other[chance.Next(other.Length)..],
                _ => $"({rule}) {(chance.Next(2) == 0 ? "&&" : "==")} ({other})",
            };
        }
        return rule;
    }

    private static JsonObject Definition(SeededChance chance) =>
        Definition(chance, [.. Enumerable.Range(0, chance.Next(3)).Select(_ => Rules[chance.Next(Rules.Length)]), chance.Next(3) == 0 ? Wrong(chance) : "true"]);

    private static JsonObject Definition(SeededChance chance, ImmutableArray<string> rules)
    {
        var told = new JsonArray([.. rules.Select(rule => new JsonObject
        {
            ["rule"] = rule,
            ["optionalOldSelf"] = rule.Contains("oldSelf", StringComparison.Ordinal) ? true : null,
            ["messageExpression"] = chance.Next(4) == 0 ? "'size %d'.format([self.size])" : null,
            ["fieldPath"] = chance.Next(4) == 0 ? ".tags" : null,
        })]);
        const string Schema = """
            {"type":"object","properties":{"spec":{"type":"object","x-kubernetes-validations":[],"properties":{
              "size":{"type":"integer","default":1},"colour":{"type":"string","maxLength":64},
              "tags":{"type":"array","maxItems":8,"x-kubernetes-list-type":"set","items":{"type":"string","maxLength":16,"pattern":"^[a-z]*$"}},
              "free":{"type":"object","maxProperties":8,"additionalProperties":{"type":"string","maxLength":8}},
              "any":{"x-kubernetes-preserve-unknown-fields":true},"both":{"x-kubernetes-int-or-string":true},
              "list":{"type":"array","maxItems":8,"x-kubernetes-list-type":"map","x-kubernetes-list-map-keys":["name"],
                "items":{"type":"object","required":["name"],"properties":{"name":{"type":"string","maxLength":8},"value":{"type":"integer","format":"int32"}}}}}}}}
            """;
        var definition = JsonNode.Parse(Widgets.Definition(Schema))!.AsObject();
        definition["spec"]!["versions"]![0]!["schema"]!["openAPIV3Schema"]!["properties"]!["spec"]!["x-kubernetes-validations"] = told;
        return definition;
    }
}
