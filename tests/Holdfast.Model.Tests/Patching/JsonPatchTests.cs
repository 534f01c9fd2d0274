using System.Text;
using System.Text.Json.Nodes;
using Holdfast.Model.Patching;

namespace Holdfast.Model.Tests.Patching;

public sealed class JsonPatchTests
{
    private const string Current = """{"a":{"b":[1,2,3],"c/d":"x"},"n":null}""";

    [Theory]
    [InlineData("""[{"op":"add","path":"/a/e","value":{"f":1}}]""", """{"a":{"b":[1,2,3],"c/d":"x","e":{"f":1}},"n":null}""")]
    [InlineData("""[{"op":"add","path":"/a/b/1","value":9}]""", """{"a":{"b":[1,9,2,3],"c/d":"x"},"n":null}""")]
    [InlineData("""[{"op":"add","path":"/a/b/-","value":9}]""", """{"a":{"b":[1,2,3,9],"c/d":"x"},"n":null}""")]
    [InlineData("""[{"op":"remove","path":"/a/b/0"},{"op":"remove","path":"/n"}]""", """{"a":{"b":[2,3],"c/d":"x"}}""")]
    [InlineData("""[{"op":"replace","path":"/a/c~1d","value":null}]""", """{"a":{"b":[1,2,3],"c/d":null},"n":null}""")]
    [InlineData("""[{"op":"move","from":"/a/b","path":"/b"}]""", """{"a":{"c/d":"x"},"n":null,"b":[1,2,3]}""")]
    [InlineData("""[{"op":"copy","from":"/a/b/0","path":"/a/b/-"}]""", """{"a":{"b":[1,2,3,1],"c/d":"x"},"n":null}""")]
    [InlineData("""[{"op":"test","path":"/a/b","value":[1,2.0,3]},{"op":"test","path":"/none","value":null},{"op":"remove","path":"/a"}]""", """{"n":null}""")]
    [InlineData("""[{"op":"remove","path":"/a/b/-1"},{"op":"replace","path":"/a/b/-2","value":7}]""", """{"a":{"b":[7,2],"c/d":"x"},"n":null}""")]
    [InlineData("""[{"op":"add","path":"/a/b/-1","value":8},{"op":"add","path":"/a/b/-2","value":9},{"op":"add","path":"/a/b/-6","value":0}]""", """{"a":{"b":[0,1,2,3,9,8],"c/d":"x"},"n":null}""")]
    [InlineData("""[{"op":"test","path":"/a/b/-3","value":1},{"op":"copy","from":"/a/b/-1","path":"/x"},{"op":"move","from":"/a/b/-1","path":"/a/b/0"}]""", """{"a":{"b":[3,1,2],"c/d":"x"},"n":null,"x":3}""")]
    [InlineData("[]", Current)]
    public void Operations_are_applied_in_order(string patch, string expected)
    {
        var patched = Apply(patch);
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(expected), JsonNode.Parse(patched)), patched);
    }

    [Theory]
    [InlineData("""{"op":"x"}""", PatchFailure.BadRequest, "error decoding patch: json: cannot unmarshal object into Go value of type []handlers.jsonPatchOp")]
    [InlineData("[1]", PatchFailure.BadRequest, "error decoding patch: json: cannot unmarshal number into Go value of type handlers.jsonPatchOp")]
    [InlineData("""[{"op":1}]""", PatchFailure.BadRequest, "error decoding patch: json: cannot unmarshal number into Go struct field jsonPatchOp.op of type string")]
    [InlineData("[", PatchFailure.BadRequest, "error decoding patch: unexpected end of JSON input")]
    [InlineData("""[{"op":"jump","path":"/a"}]""", PatchFailure.Unprocessable, "Unexpected kind: jump")]
    [InlineData("""[{"op":"test","path":"/a/c~1d","value":"y"}]""", PatchFailure.Unprocessable, "testing value /a/c~1d failed: test failed")]
    [InlineData("""[{"op":"remove","path":"/x"}]""", PatchFailure.Unprocessable, "error in remove for path: '/x': Unable to remove nonexistent key: x: missing value")]
    [InlineData("""[{"op":"replace","path":"/a/b/3","value":1}]""", PatchFailure.Unprocessable, "replace operation does not apply: doc is missing key: /a/b/3: missing value")]
    [InlineData("""[{"op":"add","path":"/x/y","value":1}]""", PatchFailure.Unprocessable, "add operation does not apply: doc is missing path: \"/x/y\": missing value")]
    [InlineData("""[{"op":"add","path":"/a/b/4","value":1}]""", PatchFailure.Unprocessable, "add operation does not apply: Unable to access invalid index: 4: invalid index referenced")]
    [InlineData("""[{"op":"add","path":"/a/b/-5","value":1}]""", PatchFailure.Unprocessable, "add operation does not apply: Unable to access invalid index: -5: invalid index referenced")]
    [InlineData("""[{"op":"remove","path":"/a/b/-4"}]""", PatchFailure.Unprocessable, "error in remove for path: '/a/b/-4': Unable to remove nonexistent key: -4: missing value")]
    [InlineData("""[{"op":"move","from":"/a","path":"/a/b"}]""", PatchFailure.Unprocessable, "move operation does not apply: '/a/b' is inside of '/a'")]
    [InlineData("""[{"op":"add","path":"a","value":1}]""", PatchFailure.Unprocessable, "the path \"a\" does not begin with '/'")]
    public void What_is_wrong_with_a_patch_is_said(string patch, PatchFailure failure, string message)
    {
        var error = Assert.Throws<PatchException>(() => Apply(patch));
        Assert.Equal((failure, message), (error.Failure, error.Message));
    }

    [Fact]
    public void Too_many_operations_are_refused()
    {
        var patch = "[" + string.Join(',', Enumerable.Repeat("""{"op":"test","path":"/n","value":null}""", 10_001)) + "]";
        var error = Assert.Throws<PatchException>(() => Apply(patch));
        Assert.Equal((PatchFailure.TooLarge, "The allowed maximum operations in a JSON patch is 10000, got 10001"), (error.Failure, error.Message));
    }

    [Fact]
    public void Copies_that_grow_without_bound_are_refused()
    {
        var patch = "[" + string.Join(',', Enumerable.Repeat("""{"op":"copy","from":"/a","path":"/a/b/-"}""", 40)) + "]";
        Assert.Equal(PatchFailure.TooLarge, Assert.Throws<PatchException>(() => Apply(patch)).Failure);
    }

    [Theory]
    [InlineData("""{"a":{"b":null,"z":1},"n":{"x":null,"y":2}}""", """{"a":{"c/d":"x","z":1},"n":{"y":2}}""")]
    [InlineData("""{"a":[1]}""", """{"a":[1],"n":null}""")]
    public void Merge_patches_merge_objects_and_delete_with_null(string patch, string expected)
    {
        var patched = Encoding.UTF8.GetString(MergePatch.Apply(Encoding.UTF8.GetBytes(Current), Encoding.UTF8.GetBytes(patch)));
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(expected), JsonNode.Parse(patched)), patched);
    }

    private static string Apply(string patch) =>
        Encoding.UTF8.GetString(JsonPatch.Apply(Encoding.UTF8.GetBytes(Current), Encoding.UTF8.GetBytes(patch)));
}
