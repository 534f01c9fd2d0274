namespace Holdfast.Model.Tests.CustomResources;

/// <summary>What is said of values that a schema does not take.</summary>
public sealed class ValueValidationTests
{
    [Theory]
    [InlineData("""{"type":"integer"}""", "\"x\"", "spec: Invalid value: \"string\": spec in body must be of type integer: \"string\"")]
    [InlineData("""{"type":"integer"}""", "1.5", "spec: Invalid value: \"number\": spec in body must be of type integer: \"number\"")]
    [InlineData("""{"type":"integer"}""", "2.0", "")]
    [InlineData("""{"type":"number"}""", "2", "")]
    [InlineData("""{"type":"string"}""", "null", "spec: Invalid value: \"null\": spec in body must be of type string: \"null\"")]
    [InlineData("""{"type":"string","nullable":true}""", "null", "")]
    [InlineData("""{"type":"boolean"}""", "[]", "spec: Invalid value: \"array\": spec in body must be of type boolean: \"array\"")]
    [InlineData("""{"x-kubernetes-int-or-string":true}""", "\"50%\"", "")]
    [InlineData("""{"x-kubernetes-int-or-string":true}""", "true", "spec: Invalid value: \"boolean\": spec in body must be of type integer,string: \"boolean\"")]
    [InlineData("""{"type":"integer","maximum":9}""", "30", "spec: Invalid value: 30: spec in body should be less than or equal to 9")]
    [InlineData("""{"type":"integer","maximum":9,"exclusiveMaximum":true}""", "9", "spec: Invalid value: 9: spec in body should be less than 9")]
    [InlineData("""{"type":"integer","minimum":1}""", "0", "spec: Invalid value: 0: spec in body should be greater than or equal to 1")]
    [InlineData("""{"type":"number","minimum":0.5,"exclusiveMinimum":true}""", "0.5", "spec: Invalid value: 0.5: spec in body should be greater than 0.5")]
    [InlineData("""{"type":"number","multipleOf":0.1}""", "0.3", "")]
    [InlineData("""{"type":"integer","multipleOf":5}""", "7", "spec: Invalid value: 7: spec in body should be a multiple of 5")]
    [InlineData("""{"type":"string","maxLength":5,"pattern":"^[a-z]+$"}""", "\"TOOLONG\"", "spec: Too long: may not be more than 5 bytes")]
    [InlineData("""{"type":"string","minLength":3}""", "\"ab\"", "spec: Invalid value: \"ab\": spec in body should be at least 3 chars long")]
    [InlineData("""{"type":"string","maxLength":2}""", "\"äö\"", "")]
    [InlineData("""{"type":"string","pattern":"^[a-z]+$"}""", "\"A\"", "spec: Invalid value: \"A\": spec in body should match '^[a-z]+$'")]
    [InlineData("""{"type":"string","pattern":"^a$"}""", "\"a\\n\"", "spec: Invalid value: \"a\\n\": spec in body should match '^a$'")]
    [InlineData("""{"type":"string","enum":["red","blue"]}""", "\"green\"", "spec: Unsupported value: \"green\": supported values: \"red\", \"blue\"")]
    [InlineData("""{"type":"integer","enum":[1,2]}""", "3", "spec: Unsupported value: 3: supported values: \"1\", \"2\"")]
    [InlineData("""{"type":"string","format":"date-time"}""", "\"soon\"", "spec: Invalid value: \"soon\": spec in body must be of type date-time: \"soon\"")]
    [InlineData("""{"type":"string","format":"ipv4"}""", "\"10.0.0.1\"", "")]
    [InlineData("""{"type":"string","format":"not-known"}""", "\"x\"", "")]
    [InlineData("""{"type":"array","minItems":1,"items":{"type":"string"}}""", "[]", "spec: Invalid value: []: spec in body should have at least 1 items")]
    [InlineData("""{"type":"array","maxItems":1,"items":{"type":"string"}}""", "[\"a\",\"b\"]", "spec: Too many: 2: must have at most 1 item")]
    [InlineData("""{"type":"array","items":{"type":"string"}}""", "[\"a\",1]", "spec[1]: Invalid value: \"integer\": spec[1] in body must be of type string: \"integer\"")]
    [InlineData("""{"type":"object","required":["a"],"properties":{"a":{"type":"string"}}}""", "{}", "spec.a: Required value")]
    [InlineData("""{"type":"object","minProperties":1,"additionalProperties":{"type":"string"}}""", "{}", "spec: Invalid value: {}: spec in body should have at least 1 properties")]
    [InlineData("""{"type":"object","additionalProperties":{"type":"integer"}}""", """{"k":"v"}""", "spec.k: Invalid value: \"string\": spec.k in body must be of type integer: \"string\"")]
    [InlineData("""{"type":"array","x-kubernetes-list-type":"set","items":{"type":"string"}}""", "[\"a\",\"a\"]", "spec[1]: Duplicate value: \"a\"")]
    [InlineData("""{"type":"array","x-kubernetes-list-type":"map","x-kubernetes-list-map-keys":["n"],"items":{"type":"object","properties":{"n":{"type":"string"}}}}""", """[{"n":"a"},{"n":"a"}]""", "spec[1]: Duplicate value: {\"n\":\"a\"}")]
    public void A_value_is_refused_in_the_words_of_Kubernetes(string schema, string value, string expected) =>
        Assert.Equal(expected.Length == 0 ? [] : [expected], Schemas.Problems(schema, value));

    [Theory]
    [InlineData("""{"type":"object","properties":{"a":{"type":"string"},"b":{"type":"string"}},"oneOf":[{"required":["a"]},{"required":["b"]}]}""", """{"a":"1","b":"2"}""", "<nil>: Invalid value: \"\": \"spec\" must validate one and only one schema (oneOf). Found 2 valid alternatives")]
    [InlineData("""{"type":"object","properties":{"a":{"type":"string"}},"not":{"required":["a"]}}""", """{"a":"1"}""", "<nil>: Invalid value: \"\": \"spec\" must not validate the schema (not)")]
    public void Combinations_are_told_as_a_whole(string schema, string value, string expected) =>
        Assert.Equal([expected], Schemas.Problems(schema, value));

    [Fact]
    public void When_no_alternative_holds_the_nearest_one_says_why() =>
        Assert.Equal(
            ["<nil>: Invalid value: \"\": \"spec\" must validate at least one schema (anyOf)", "spec: Invalid value: 5: spec in body should be less than or equal to 3"],
            Schemas.Problems("""{"type":"integer","anyOf":[{"maximum":3},{"minimum":10}]}""", "5"));

    [Fact]
    public void All_problems_are_told_at_once() =>
        Assert.Equal(3, Schemas.Problems("""{"type":"object","required":["c"],"properties":{"a":{"type":"string"},"b":{"type":"integer","maximum":1}}}""", """{"a":1,"b":2}""").Length);

    [Fact]
    public void What_an_update_leaves_as_it_was_may_stay_wrong()
    {
        const string Schema = """{"type":"object","properties":{"a":{"type":"integer","maximum":1},"b":{"type":"string"},"l":{"type":"array","x-kubernetes-list-type":"map","x-kubernetes-list-map-keys":["n"],"items":{"type":"object","properties":{"n":{"type":"string"},"v":{"type":"integer","maximum":1}}}}}}""";
        const string Old = """{"a":5,"b":"x","l":[{"n":"p","v":9},{"n":"q","v":1}]}""";
        Assert.Empty(Schemas.Problems(Schema, """{"a":5,"b":"y","l":[{"n":"new","v":0},{"n":"p","v":9}]}""", Old));
        Assert.Single(Schemas.Problems(Schema, """{"a":6,"b":"y"}""", Old));
        Assert.Single(Schemas.Problems(Schema, """{"a":5,"l":[{"n":"p","v":8}]}""", Old));
    }
}
