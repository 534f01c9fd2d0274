namespace Holdfast.Model.Tests.CustomResources;

/// <summary>Pruning and defaults.</summary>
public sealed class SchemaFilterTests
{
    private const string Object = """{"type":"object","properties":{"a":{"type":"string"},"b":{"type":"integer","default":7},"c":{"type":"object","properties":{"d":{"type":"string","default":"x"}}}}}""";

    [Theory]
    [InlineData(Object, """{"a":"1"}""", """{"a":"1","b":7}""", "")]
    [InlineData(Object, """{"b":1,"z":{"y":1}}""", """{"b":1}""", "z")]
    [InlineData(Object, """{"c":{}}""", """{"b":7,"c":{"d":"x"}}""", "")]
    [InlineData(Object, """{"c":{"e":1}}""", """{"b":7,"c":{"d":"x"}}""", "c.e")]
    [InlineData(Object, """{"b":null,"a":null}""", """{"b":7}""", "")]
    [InlineData(Object, """{"b":1,"b":2}""", """{"b":2}""", "twice b")]
    [InlineData("""{"type":"object","properties":{"a":{"type":"string","nullable":true,"default":"x"}}}""", """{"a":null}""", """{"a":null}""", "")]
    [InlineData("""{"type":"object","x-kubernetes-preserve-unknown-fields":true,"properties":{"a":{"type":"object","properties":{}}}}""", """{"z":{"y":1},"a":{"q":1}}""", """{"a":{},"z":{"y":1}}""", "a.q")]
    [InlineData("""{"type":"object","additionalProperties":{"type":"object","properties":{"a":{"type":"integer","default":1}}}}""", """{"k":{"b":1}}""", """{"k":{"a":1}}""", "k.b")]
    [InlineData("""{"type":"array","items":{"type":"object","properties":{"a":{"type":"string"}}}}""", """[{"a":"1","b":2},{"c":3}]""", """[{"a":"1"},{}]""", "[0].b, [1].c")]
    [InlineData("""{"type":"object","properties":{"c":{"type":"object","default":{},"properties":{"d":{"type":"string","default":"x"}}}}}""", "{}", """{"c":{"d":"x"}}""", "")]
    [InlineData("""{"type":"object","properties":{"e":{"type":"object","x-kubernetes-embedded-resource":true,"x-kubernetes-preserve-unknown-fields":true}}}""", """{"e":{"apiVersion":"v1","kind":"K","metadata":{"name":"n","odd":1},"data":{"k":1}}}""", """{"e":{"apiVersion":"v1","data":{"k":1},"kind":"K","metadata":{"name":"n"}}}""", "e.metadata.odd")]
    public void Unknown_members_go_and_defaults_come(string schema, string value, string expected, string issues)
    {
        var (json, found) = Schemas.Filter(schema, value);
        Assert.Equal(expected, json);
        Assert.Equal(issues, found);
    }

    [Fact]
    public void Without_defaults_members_only_go() =>
        Assert.Equal("""{"a":"1"}""", Schemas.Filter(Object, """{"a":"1","z":2}""", fillsDefaults: false).Json);

    [Fact]
    public void What_was_filtered_once_stays_as_it_is()
    {
        var once = Schemas.Filter(Object, """{"c":{"e":1},"z":1}""").Json;
        Assert.Equal((once, ""), Schemas.Filter(Object, once));
    }
}
