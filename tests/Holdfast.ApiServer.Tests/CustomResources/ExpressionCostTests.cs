using static Holdfast.ApiServer.Tests.CustomResources.Widgets;

namespace Holdfast.ApiServer.Tests.CustomResources;

/// <summary>What rules may cost, found when a definition is written and while objects are checked.</summary>
public sealed class ExpressionCostTests
{
    private const string Advice = "(try simplifying the rule, or adding maxItems, maxProperties, and maxLength where arrays, maps, and strings are declared)";
    private const string Merge = "application/merge-patch+json";

    private static string SchemaOf(string spec) => $$$"""{"type":"object","properties":{"spec":{{{spec}}}}}""";

    [Theory]
    // A rule below a list without a bound is counted as often as the smallest item fits into a request.
    [InlineData("""{"type":"array","items":{"type":"string","maxLength":1000,"x-kubernetes-validations":[{"rule":"self.contains('x')"}]}}""",
        "spec.validation.openAPIV3Schema.properties[spec].items.x-kubernetes-validations[0].rule: Forbidden: estimated rule cost exceeds budget by factor of 42.0x")]
    [InlineData("""{"type":"object","properties":{"a":{"type":"array","items":{"type":"string"}}},"x-kubernetes-validations":[{"rule":"self.a.all(x, self.a.exists(y, x == y))"}]}""",
        "spec.validation.openAPIV3Schema.properties[spec].x-kubernetes-validations[0].rule: Forbidden: estimated rule cost exceeds budget by factor of more than 100x")]
    // A number as text has no length that is known, so that text made of one by + may be of any length; format is the way that passes.
    [InlineData("""{"type":"object","properties":{"n":{"type":"integer"}},"x-kubernetes-validations":[{"rule":"self.n > 1","messageExpression":"'too low: ' + string(self.n)"}]}""",
        "x-kubernetes-validations[0].messageExpression: Forbidden: estimated messageExpression cost exceeds budget by factor of more than 100x")]
    [InlineData("""{"type":"object","properties":{"m":{"type":"object","maxProperties":5000,"additionalProperties":{"type":"string","maxLength":5000}}},"x-kubernetes-validations":[{"rule":"self.m.all(k, self.m[k].contains('x'))"}]}""",
        "rule: Forbidden: estimated rule cost exceeds budget by factor of 1.003500x")]
    [InlineData("""{"type":"object","properties":{"a":{"type":"array","items":{"type":"string"}}},"x-kubernetes-validations":[{"rule":"self.a.size() < 9","messageExpression":"self.a.map(x, x + x).join()"}]}""",
        "x-kubernetes-validations[0].messageExpression: Forbidden: estimated messageExpression cost exceeds budget by factor of more than 100x")]
    public async Task A_rule_that_may_cost_too_much_is_refused_when_it_is_written(string spec, string expected)
    {
        await using var server = await RunningServer.StartAsync(Cluster.Token);
        var message = await server.RefusedAsync(422, "POST", Definitions, Definition(SchemaOf(spec), ""));
        Assert.Contains($"{expected} {Advice}", message, StringComparison.Ordinal);
        Assert.Equal(404, (await server.SendAsync("GET", Collection)).Code);
    }

    [Fact]
    public async Task Rules_that_may_cost_too_much_together_are_refused_and_the_dearest_named()
    {
        var properties = string.Join(',', Enumerable.Range(0, 15).Select(index =>
            $$$"""
            "a{{{index}}}":{"type":"array","maxItems":{{{1400 + (index * 10)}}},"items":{"type":"string","maxLength":12000,"x-kubernetes-validations":[{"rule":"self.contains('x')"}]}}
            """.Trim()));
        await using var server = await RunningServer.StartAsync(Cluster.Token);
        var message = await server.RefusedAsync(422, "POST", Definitions, Definition(SchemaOf($$$"""{"type":"object","properties":{{{{properties}}}}}"""), ""));
        foreach (var index in new[] { 14, 13, 12, 11 })
        {
            Assert.Contains($"properties[a{index}].items.x-kubernetes-validations[0].rule: Forbidden: contributed to estimated rule cost total exceeding cost limit for entire OpenAPIv3 schema",
                message, StringComparison.Ordinal);
        }
        Assert.DoesNotContain("properties[a10].items.x-kubernetes-validations", message, StringComparison.Ordinal);
        Assert.Contains("spec.validation.openAPIV3Schema: Forbidden: x-kubernetes-validations estimated rule cost total for entire OpenAPIv3 schema exceeds budget by factor of 1.0",
            message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"type":"array","maxItems":100,"items":{"type":"string","maxLength":1000,"x-kubernetes-validations":[{"rule":"self.contains('x')"}]}}""")]
    [InlineData("""{"type":"object","properties":{"n":{"type":"integer"}},"x-kubernetes-validations":[{"rule":"self.n > 1","messageExpression":"'too low: %d'.format([self.n])"}]}""")]
    [InlineData("""{"type":"object","properties":{"s":{"type":"string"}},"x-kubernetes-validations":[{"rule":"self.s.startsWith('x') && self.s.size() < 40 && self.s.matches('^[a-z]+$')"}]}""")]
    [InlineData("""{"type":"object","properties":{"e":{"type":"array","maxItems":50,"items":{"type":"string","enum":["a","b"]}}},"x-kubernetes-validations":[{"rule":"self.e.all(x, self.e.exists_one(y, x == y))"}]}""")]
    [InlineData("""{"type":"object","properties":{"q":{"type":"string","maxLength":20},"ip":{"type":"string","maxLength":39},"v":{"type":"string","maxLength":20}},"x-kubernetes-validations":[{"rule":"quantity(self.q).isGreaterThan(quantity('1Gi')) && isIP(self.ip) && semver(self.v).major() > 0"}]}""")]
    public async Task A_rule_over_data_with_bounds_is_taken(string spec)
    {
        await using var server = await RunningServer.StartAsync(Cluster.Token);
        await server.MakeAsync(Definitions, Definition(SchemaOf(spec), ""));
    }

    [Fact]
    public async Task A_default_has_to_hold_to_the_rules_of_its_own_schema()
    {
        const string spec = """{"type":"object","properties":{"size":{"type":"integer","default":3,"x-kubernetes-validations":[{"rule":"self % 2 == 0","message":"must be even"}]}}}""";
        await using var server = await RunningServer.StartAsync(Cluster.Token);
        Assert.Contains("spec.validation.openAPIV3Schema.properties[spec].properties[size].default: Invalid value: 3: must be even",
            await server.RefusedAsync(422, "POST", Definitions, Definition(SchemaOf(spec), "")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_check_that_costs_too_much_ends_and_says_so()
    {
        // Estimates count two numbers' comparison as nothing, so this is taken and stopped while it runs.
        const string spec = """{"type":"object","properties":{"n":{"type":"array","maxItems":1000,"items":{"type":"integer"}}},"x-kubernetes-validations":[{"rule":"self.n.all(x, self.n.all(y, x + y >= 0))","message":"no sum is negative"}]}""";
        await using var server = await ServeAsync(Definition(SchemaOf(spec), ""));
        await server.MakeAsync(Collection, Widget("few", """{"n":[1,2,3]}"""));
        var many = string.Join(',', Enumerable.Repeat("1", 1000));
        Assert.Contains("spec: Invalid value: \"object\": 'operation cancelled: actual cost limit exceeded': no further validation rules will be run due to call cost exceeds limit for rule: no sum is negative",
            await server.RefusedAsync(422, "POST", Collection, Widget("many", $"{{\"n\":[{many}]}}")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task All_rules_of_an_object_share_one_budget()
    {
        var rules = string.Join(',', Enumerable.Repeat("""{"rule":"self.n.all(x, self.n.all(y, x + y >= 0))"}""", 15));
        var spec = """{"type":"object","properties":{"n":{"type":"array","maxItems":370,"items":{"type":"integer"}}},"x-kubernetes-validations":[RULES]}"""
            .Replace("RULES", rules, StringComparison.Ordinal);
        await using var server = await ServeAsync(Definition(SchemaOf(spec), ""));
        var many = string.Join(',', Enumerable.Repeat("1", 370));
        Assert.Contains("spec: Invalid value: \"object\": validation failed due to running out of cost budget, no further validation rules will be run",
            await server.RefusedAsync(422, "POST", Collection, Widget("many", $"{{\"n\":[{many}]}}")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_did_not_change_is_not_checked_again_also_in_lists_without_keys()
    {
        const string before = """{"type":"object","properties":{"tags":{"type":"array","maxItems":9,"items":{"type":"string","maxLength":9}},"other":{"type":"string"}}}""";
        var after = before.Replace("\"maxLength\":9", "\"maxLength\":9,\"x-kubernetes-validations\":[{\"rule\":\"self != 'bad'\"}]", StringComparison.Ordinal);
        await using var server = await ServeAsync(Definition(SchemaOf(before), ""));
        await server.MakeAsync(Collection, Widget("w", """{"tags":["bad"]}"""));
        await server.RedefineAsync(Definition(SchemaOf(after), ""));
        Assert.Equal(200, (await server.SendAsync("PATCH", $"{Collection}/w", """{"spec":{"other":"x"}}""", Merge)).Code);
        Assert.Contains("spec.tags[1]: Invalid value: \"bad\": failed rule: self != 'bad'",
            await server.RefusedAsync(422, "PATCH", $"{Collection}/w", """{"spec":{"tags":["good","bad"]}}""", Merge), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_schema_that_is_stored_may_keep_rules_that_a_new_one_may_not_have()
    {
        const string spec = """{"type":"object","properties":{"a":{"type":"string"}},"x-kubernetes-validations":[{"rule":"self.a.matches('^[a-z]+$')"}]}""";
        await using var server = await ServeAsync(Definition(SchemaOf(spec), ""));
        var stored = await server.ReadAsync($"{Definitions}/widgets.example.com");
        stored["spec"]!["names"]!["shortNames"] = new System.Text.Json.Nodes.JsonArray("wdg");
        Assert.Equal(200, (await server.SendAsync("PUT", $"{Definitions}/widgets.example.com", stored.ToJsonString())).Code);
    }

    [Fact]
    public async Task Rules_see_sets_and_maps_as_Kubernetes_does_and_keys_stand_in_brackets()
    {
        const string spec = """
            {"type":"object","properties":{
              "set":{"type":"array","maxItems":9,"x-kubernetes-list-type":"set","items":{"type":"string","maxLength":9}},
              "labels":{"type":"object","maxProperties":9,"additionalProperties":{"type":"string","maxLength":9,"x-kubernetes-validations":[{"rule":"self != 'bad'","reason":"FieldValueDuplicate"}]}},
              "limits":{"type":"object","maxProperties":9,"additionalProperties":{"type":"string","maxLength":9}}},
             "x-kubernetes-validations":[
              {"rule":"!has(self.set) || self.set == ['b','a']","fieldPath":".set"},
              {"rule":"!has(self.limits) || !('cpu' in self.limits) || isQuantity(self.limits['cpu'])","fieldPath":".limits['cpu']","reason":"FieldValueInvalid","message":"must be a quantity"}]}
            """;
        await using var server = await ServeAsync(Definition(SchemaOf(spec), ""));
        await server.MakeAsync(Collection, Widget("w", """{"set":["a","b"],"limits":{"cpu":"100m"}}"""));
        Assert.Contains("spec.labels[x]: Duplicate value: \"bad\"", await server.RefusedAsync(422, "POST", Collection, Widget("x", """{"labels":{"x":"bad"}}""")), StringComparison.Ordinal);
        Assert.Contains("spec.set: Invalid value: failed rule: !has(self.set)", await server.RefusedAsync(422, "POST", Collection, Widget("x", """{"set":["a"]}""")), StringComparison.Ordinal);
        Assert.Contains("spec.limits[cpu]: Invalid value: must be a quantity", await server.RefusedAsync(422, "POST", Collection, Widget("x", """{"limits":{"cpu":"many"}}""")), StringComparison.Ordinal);
    }
}
