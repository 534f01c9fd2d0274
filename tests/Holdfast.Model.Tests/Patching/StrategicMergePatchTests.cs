using System.Text;
using System.Text.Json.Nodes;
using Holdfast.Model.Apps;
using Holdfast.Model.Core;
using Holdfast.Model.Patching;
using Holdfast.Model.Schema;

namespace Holdfast.Model.Tests.Patching;

public sealed class StrategicMergePatchTests
{
    private const string TwoContainers = """{"spec":{"containers":[{"name":"a","image":"a:1"},{"name":"b","image":"b:1","env":[{"name":"X","value":"1"}]}]}}""";

    [Theory]
    [InlineData("""{"$patch":"replace","data":{"b":"2"}}""", """{"data":{"b":"2"},"apiVersion":"v1","kind":"ConfigMap"}""")]
    [InlineData("""{"$patch":"replace","kind":"Secret","data":{"b":"2"}}""", """{"kind":"ConfigMap","data":{"b":"2"},"apiVersion":"v1"}""")]
    [InlineData("""{"$patch":"delete"}""", """{"apiVersion":"v1","kind":"ConfigMap"}""")]
    [InlineData("""{"kind":null,"data":null}""", """{"apiVersion":"v1","metadata":{"name":"a"},"kind":"ConfigMap"}""")]
    public void What_an_object_is_stays_whatever_a_patch_replaces(string patch, string expected)
    {
        var current = """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"},"data":{"a":"1"}}"""u8.ToArray();
        Assert.Equal(expected, Encoding.UTF8.GetString(StrategicMergePatch.Apply(current, Encoding.UTF8.GetBytes(patch), ConfigMap.ModelSchema)));
    }

    [Theory]
    // Elements merge by their key, and new ones stand where the patch has them.
    [InlineData("""{"spec":{"containers":[{"name":"b","image":"b:2"}]}}""",
        """{"spec":{"containers":[{"name":"a","image":"a:1"},{"name":"b","image":"b:2","env":[{"name":"X","value":"1"}]}]}}""")]
    [InlineData("""{"spec":{"containers":[{"name":"c","image":"c:1"}]}}""",
        """{"spec":{"containers":[{"name":"c","image":"c:1"},{"name":"a","image":"a:1"},{"name":"b","image":"b:1","env":[{"name":"X","value":"1"}]}]}}""")]
    // Directives on elements.
    [InlineData("""{"spec":{"containers":[{"name":"a","$patch":"delete"}]}}""",
        """{"spec":{"containers":[{"name":"b","image":"b:1","env":[{"name":"X","value":"1"}]}]}}""")]
    [InlineData("""{"spec":{"containers":[{"$patch":"replace"},{"name":"z","image":"z:1"}]}}""",
        """{"spec":{"containers":[{"name":"z","image":"z:1"}]}}""")]
    // The order that the patch asks for.
    [InlineData("""{"spec":{"$setElementOrder/containers":[{"name":"b"},{"name":"c"},{"name":"a"}],"containers":[{"name":"c","image":"c:1"}]}}""",
        """{"spec":{"containers":[{"name":"b","image":"b:1","env":[{"name":"X","value":"1"}]},{"name":"c","image":"c:1"},{"name":"a","image":"a:1"}]}}""")]
    [InlineData("""{"spec":{"$setElementOrder/containers":[{"name":"b"},{"name":"a"}]}}""",
        """{"spec":{"containers":[{"name":"b","image":"b:1","env":[{"name":"X","value":"1"}]},{"name":"a","image":"a:1"}]}}""")]
    [InlineData("""{"spec":{"$setElementOrder/containers":[{"name":"b"}],"containers":[{"$patch":"delete","name":"a"}]}}""",
        """{"spec":{"containers":[{"name":"b","image":"b:1","env":[{"name":"X","value":"1"}]}]}}""")]
    // Null deletes, lists inside of elements merge too.
    [InlineData("""{"spec":{"containers":[{"name":"b","env":[{"name":"Y","value":"2"}],"image":null}]}}""",
        """{"spec":{"containers":[{"name":"a","image":"a:1"},{"name":"b","env":[{"name":"Y","value":"2"},{"name":"X","value":"1"}]}]}}""")]
    [InlineData("""{"spec":{"containers":null}}""", """{"spec":{}}""")]
    // What is new is taken without its directives and nulls; what the schema does not have merges.
    [InlineData("""{"spec":{"containers":[{"name":"b","env":[{"name":"X","$patch":"delete"}]}],"securityContext":{"$retainKeys":["runAsUser"],"runAsUser":1,"fsGroup":null}}}""",
        """{"spec":{"containers":[{"name":"a","image":"a:1"},{"name":"b","image":"b:1","env":[]}],"securityContext":{"runAsUser":1}}}""")]
    [InlineData("""{"spec":{"$patch":"replace","nodeName":"n"}}""", """{"spec":{"nodeName":"n"}}""")]
    [InlineData("""{"spec":{"$patch":"delete"}}""", """{"spec":{}}""")]
    public void Patches_merge_as_the_schema_says(string patch, string expected) =>
        AssertPatched(TwoContainers, patch, expected, Pod.ModelSchema);

    [Fact]
    public void Lists_of_scalars_merge_as_sets_and_lose_what_is_deleted()
    {
        const string Current = """{"metadata":{"finalizers":["a","b","c"]}}""";
        AssertPatched(Current, """{"metadata":{"finalizers":["d","b"]}}""", """{"metadata":{"finalizers":["d","a","b","c"]}}""", Pod.ModelSchema);
        AssertPatched(Current, """{"metadata":{"$deleteFromPrimitiveList/finalizers":["b","x"]}}""", """{"metadata":{"finalizers":["a","c"]}}""", Pod.ModelSchema);
        AssertPatched(
            Current,
            """{"metadata":{"$setElementOrder/finalizers":["c","d","a"],"finalizers":["d"],"$deleteFromPrimitiveList/finalizers":["b"]}}""",
            """{"metadata":{"finalizers":["c","d","a"]}}""",
            Pod.ModelSchema);
    }

    [Fact]
    public void Lists_without_a_strategy_are_replaced() => AssertPatched(
        """{"spec":{"tolerations":[{"key":"a"}],"containers":[{"name":"c","args":["1","2"]}]}}""",
        """{"spec":{"tolerations":[{"key":"b"}],"containers":[{"name":"c","args":["3"]}]}}""",
        """{"spec":{"tolerations":[{"key":"b"}],"containers":[{"name":"c","args":["3"]}]}}""",
        Pod.ModelSchema);

    [Fact]
    public void Keys_that_are_not_retained_go() => AssertPatched(
        """{"spec":{"strategy":{"type":"RollingUpdate","rollingUpdate":{"maxSurge":1}}}}""",
        """{"spec":{"strategy":{"$retainKeys":["type"],"type":"Recreate"}}}""",
        """{"spec":{"strategy":{"type":"Recreate"}}}""",
        Deployment.ModelSchema);

    [Theory]
    [InlineData("[]", PatchFailure.BadRequest, "error decoding patch: json: cannot unmarshal array into Go value of type map[string]interface {}")]
    [InlineData("{", PatchFailure.BadRequest, "error decoding patch: unexpected end of JSON input")]
    [InlineData("""{"spec":{"$patch":"nope"}}""", PatchFailure.Unprocessable, "unknown patch type: nope")]
    [InlineData("""{"spec":{"$retainKeys":"x"}}""", PatchFailure.BadRequest, "invalid patch format of retainKeys")]
    [InlineData("""{"spec":{"$retainKeys":["a"],"b":1}}""", PatchFailure.BadRequest, "invalid patch format of retainKeys")]
    [InlineData("""{"spec":{"$setElementOrder/containers":{}}}""", PatchFailure.BadRequest, "invalid patch format of setElementOrder list")]
    [InlineData("""{"spec":{"$deleteFromPrimitiveList/x":{}}}""", PatchFailure.BadRequest, "invalid patch format of primitive list")]
    [InlineData("""{"spec":{"containers":[{"image":"x"}]}}""", PatchFailure.Unprocessable, """map: {"image":"x"} does not contain declared merge key: name""")]
    [InlineData("""{"spec":{"$setElementOrder/containers":[{"name":"a"}],"containers":[{"name":"q"}]}}""", PatchFailure.Unprocessable, "the order of the elements of containers in the patch doesn't match its $setElementOrder list")]
    public void What_is_wrong_with_a_patch_is_said(string patch, PatchFailure failure, string message)
    {
        var error = Assert.Throws<PatchException>(() => Apply(TwoContainers, patch, Pod.ModelSchema));
        Assert.Equal((failure, message), (error.Failure, error.Message));
    }

    private static void AssertPatched(string current, string patch, string expected, TypeSchema schema)
    {
        var patched = Apply(current, patch, schema);
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(expected), JsonNode.Parse(patched)), $"{patched}\ninstead of\n{expected}");
    }

    private static string Apply(string current, string patch, TypeSchema schema) =>
        Encoding.UTF8.GetString(StrategicMergePatch.Apply(Encoding.UTF8.GetBytes(current), Encoding.UTF8.GetBytes(patch), schema));
}
