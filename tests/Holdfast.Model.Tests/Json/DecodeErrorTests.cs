using System.Text;
using Holdfast.Model.Apps;
using Holdfast.Model.Core;
using Holdfast.Model.Json;

namespace Holdfast.Model.Tests.Json;

public sealed class DecodeErrorTests
{
    [Theory]
    [InlineData("""{"spec":{"foo":1}}""", "spec.foo")]
    [InlineData("""{"foo":{"deep":[1,{"x":2}]}}""", "foo")]
    [InlineData("""{"spec":{"template":{"spec":{"containers":[{"name":"c"},{"imag":"x"}]}}}}""", "spec.template.spec.containers[1].imag")]
    [InlineData("""{"spec":{"volumeClaimTemplates":[{"spec":{"resources":{"request":{}}}}]}}""", "spec.volumeClaimTemplates[0].spec.resources.request")]
    [InlineData("""{"Spec":{}}""", "Spec")]
    public void Unknown_fields_are_named_with_their_path(string json, string path)
    {
        var issues = new DecodeIssues();
        _ = ModelJson.Read<StatefulSet>(Encoding.UTF8.GetBytes(json), issues);
        Assert.Equal([path], issues.UnknownFields);
        Assert.Empty(issues.DuplicateFields);
    }

    [Theory]
    [InlineData("""{"spec":{"replicas":1,"replicas":2}}""", "spec.replicas")]
    [InlineData("""{"metadata":{"labels":{"a":"1","b":"2","a":"3"}}}""", "metadata.labels.a")]
    [InlineData("""{"kind":"StatefulSet","kind":"StatefulSet"}""", "kind")]
    public void Fields_given_twice_are_named_with_their_path(string json, string path)
    {
        var issues = new DecodeIssues();
        _ = ModelJson.Read<StatefulSet>(Encoding.UTF8.GetBytes(json), issues);
        Assert.Equal([path], issues.DuplicateFields);
        Assert.Empty(issues.UnknownFields);
    }

    [Theory]
    [InlineData("""{"metadata":{"name":"\ud800"}}""")]
    [InlineData("""{"metadata":{"creationTimestamp":"\ud800"}}""")]
    [InlineData("""{"spec":{"template":{"spec":{"containers":[{"resources":{"limits":{"cpu":"\ud800"}}}]}}}}""")]
    [InlineData("""{"spec":{"template":{"spec":{"containers":[{"readinessProbe":{"httpGet":{"port":"\ud800"}}}]}}}}""")]
    public void Half_of_a_character_is_no_text_in_any_scalar(string json)
    {
        var error = Assert.Throws<ModelDecodeException>(() => ModelJson.Read<StatefulSet>(json));
        Assert.Contains("the string is not valid Unicode", error.Message, StringComparison.Ordinal);
        var secret = Assert.Throws<ModelDecodeException>(() => ModelJson.Read<Secret>("""{"data":{"a":"\ud800"}}"""));
        Assert.Contains("the string is not valid Unicode", secret.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_a_field_given_twice_the_last_one_counts()
    {
        var set = ModelJson.Read<StatefulSet>("""{"spec":{"replicas":1,"replicas":2},"metadata":{"labels":{"b":"1","a":"2","b":"3"}}}""");
        Assert.Equal(2, set.Spec.Replicas);
        Assert.Equal("3", set.Metadata.Labels["b"]);
        Assert.Equal(2, set.Metadata.Labels.Count);
    }

    [Theory]
    [InlineData("""{"spec":{"replicas":"x"}}""", "json: cannot unmarshal string into Go struct field StatefulSetSpec.spec.replicas of type int32")]
    [InlineData("""{"spec":{"replicas":1.5}}""", "json: cannot unmarshal number 1.5 into Go struct field StatefulSetSpec.spec.replicas of type int32")]
    [InlineData("""{"spec":{"replicas":3000000000}}""", "json: cannot unmarshal number 3000000000 into Go struct field StatefulSetSpec.spec.replicas of type int32")]
    [InlineData("""{"metadata":{"name":5}}""", "json: cannot unmarshal number into Go struct field ObjectMeta.metadata.name of type string")]
    [InlineData("""{"metadata":"x"}""", "json: cannot unmarshal string into Go struct field StatefulSet.metadata of type v1.ObjectMeta")]
    [InlineData("""{"metadata":{"labels":{"a":true}}}""", "json: cannot unmarshal bool into Go struct field ObjectMeta.metadata.labels of type string")]
    [InlineData("""{"metadata":{"labels":["a"]}}""", "json: cannot unmarshal array into Go struct field ObjectMeta.metadata.labels of type map[string]string")]
    [InlineData("""{"metadata":{},"spec":7}""", "json: cannot unmarshal number into Go struct field StatefulSet.spec of type v1.StatefulSetSpec")]
    [InlineData("""{"spec":{"template":{"spec":{"containers":{}}}}}""", "json: cannot unmarshal object into Go struct field PodSpec.spec.template.spec.containers of type []v1.Container")]
    [InlineData("""{"spec":{"template":{"spec":{"containers":[{"command":"x"}]}}}}""", "json: cannot unmarshal string into Go struct field Container.spec.template.spec.containers.command of type []string")]
    [InlineData("""{"spec":{"template":{"spec":{"containers":[{"command":[1]}]}}}}""", "json: cannot unmarshal number into Go struct field Container.spec.template.spec.containers.command of type string")]
    [InlineData("""{"spec":{"template":{"spec":{"containers":[{"resources":{"limits":{"cpu":"x"}}}]}}}}""", "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'")]
    [InlineData("""{"spec":{"template":{"spec":{"containers":[{"readinessProbe":{"httpGet":{"port":1.5}}}]}}}}""", "json: cannot unmarshal number 1.5 into Go value of type int32")]
    [InlineData("""{"metadata":{"creationTimestamp":1}}""", "json: cannot unmarshal number into Go value of type string")]
    [InlineData("[]", "json: cannot unmarshal array into Go value of type v1.StatefulSet")]
    public void Values_of_the_wrong_type_are_said_as_Kubernetes_says_it(string json, string message)
    {
        var error = Assert.Throws<ModelDecodeException>(() => ModelJson.Read<StatefulSet>(json));
        Assert.Equal(message, error.Message);
    }

    [Fact]
    public void Values_of_maps_are_named_by_the_field_alone()
    {
        var error = Assert.Throws<ModelDecodeException>(() => ModelJson.Read<ConfigMap>("""{"data":{"x":5}}"""));
        Assert.Equal("json: cannot unmarshal number into Go struct field ConfigMap.data of type string", error.Message);
    }

    [Theory]
    [InlineData("{not json", "invalid character 'n' looking for beginning of object key string")]
    [InlineData("", "unexpected end of JSON input")]
    [InlineData("{", "unexpected end of JSON input")]
    [InlineData("{\"a\":", "unexpected end of JSON input")]
    [InlineData("{\"a\" 1}", "invalid character '1' after object key")]
    [InlineData("{\"a\":1 \"b\"", "invalid character '\"' after object key:value pair")]
    [InlineData("{\"a\":1,}", "invalid character '}' looking for beginning of object key string")]
    [InlineData("[1,]", "invalid character ']' looking for beginning of value")]
    [InlineData("[1 2]", "invalid character '2' after array element")]
    [InlineData("{} x", "invalid character 'x' after top-level value")]
    [InlineData("nope", "invalid character 'o' in literal null (expecting 'u')")]
    [InlineData("kind: Pod", "invalid character 'k' looking for beginning of value")]
    [InlineData("\"\\x\"", "invalid character 'x' in string escape code")]
    public void Malformed_text_is_said_as_Kubernetes_says_it(string text, string message) =>
        Assert.Equal(message, JsonSyntax.Describe(Encoding.UTF8.GetBytes(text)));
}
