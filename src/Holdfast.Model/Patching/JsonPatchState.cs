using System.Text.Json.Nodes;

namespace Holdfast.Model.Patching;

/// <summary>A tree while a JSON patch is applied to it.</summary>
/// <param name="root">The tree.</param>
internal sealed class JsonPatchState(JsonNode? root)
{
    private long _copiedBytes;

    /// <summary>The tree as it is now.</summary>
    internal JsonNode? Root { get; private set; } = root;

    /// <summary>Applies one operation.</summary>
    /// <param name="operation">The operation.</param>
    /// <exception cref="PatchException">It does not fit the tree.</exception>
    internal void Apply(JsonPatchOperation operation)
    {
        var path = JsonPointer.Parse(operation.Path ?? throw Failed($"{operation.Op} operation has no path"));
        switch (operation.Op)
        {
            case "add":
                Add(path, operation.Value?.DeepClone(), "add");
                break;
            case "remove":
                _ = Remove(path, "remove");
                break;
            case "replace":
                Replace(path, operation.Value?.DeepClone());
                break;
            case "move":
                Move(From(operation), path);
                break;
            case "copy":
                Copy(From(operation), path);
                break;
            case "test":
                Test(path, operation.Value);
                break;
            default:
                throw Failed($"Unexpected kind: {operation.Op}");
        }
    }

    private void Add(JsonPointer path, JsonNode? value, string operation)
    {
        if (path.IsRoot)
        {
            Root = value;
            return;
        }
        switch (path.FindParent(Root))
        {
            case JsonObject members:
                members[path.Last] = value;
                break;
            case JsonArray items when path.Last == "-":
                items.Add(value);
                break;
            case JsonArray items when JsonPointer.TryIndex(path.Last, items.Count + 1, out var index):
                items.Insert(index, value);
                break;
            case JsonArray:
                throw Failed($"{operation} operation does not apply: Unable to access invalid index: {path.Last}: invalid index referenced");
            default:
                throw Failed($"{operation} operation does not apply: doc is missing path: \"{path}\": missing value");
        }
    }

    private JsonNode? Remove(JsonPointer path, string operation)
    {
        if (path.IsRoot)
        {
            throw Failed($"{operation} operation does not apply: the whole object cannot be removed");
        }
        if (!path.TryFind(Root, out var value))
        {
            throw Failed($"error in {operation} for path: '{path}': Unable to remove nonexistent key: {path.Last}: missing value");
        }
        switch (path.FindParent(Root))
        {
            case JsonObject members:
                members.Remove(path.Last);
                break;
            case JsonArray items when JsonPointer.TryIndex(path.Last, items.Count, out var index):
                items.RemoveAt(index);
                break;
            default:
                break;
        }
        return value;
    }

    private void Replace(JsonPointer path, JsonNode? value)
    {
        if (path.IsRoot)
        {
            Root = value;
            return;
        }
        if (!path.TryFind(Root, out _))
        {
            throw Failed($"replace operation does not apply: doc is missing key: {path}: missing value");
        }
        switch (path.FindParent(Root))
        {
            case JsonObject members:
                members[path.Last] = value;
                break;
            case JsonArray items when JsonPointer.TryIndex(path.Last, items.Count, out var index):
                items[index] = value;
                break;
            default:
                break;
        }
    }

    private void Move(JsonPointer from, JsonPointer path)
    {
        if (path.ToString().StartsWith(from + "/", StringComparison.Ordinal))
        {
            throw Failed($"move operation does not apply: '{path}' is inside of '{from}'");
        }
        Add(path, Remove(from, "move"), "move");
    }

    private void Copy(JsonPointer from, JsonPointer path)
    {
        if (!from.TryFind(Root, out var value))
        {
            throw Failed($"copy operation does not apply: doc is missing from path: \"{from}\": missing value");
        }
        _copiedBytes += JsonTree.Write(value).Length;
        if (_copiedBytes > JsonPatch.MaximumCopiedBytes)
        {
            throw new PatchException(
                PatchFailure.TooLarge,
                $"Unable to complete the copy, the accumulated size increase of copy is {_copiedBytes}, exceeding the limit {JsonPatch.MaximumCopiedBytes}");
        }
        Add(path, value?.DeepClone(), "copy");
    }

    private void Test(JsonPointer path, JsonNode? value)
    {
        // A place without a value counts as null.
        _ = path.TryFind(Root, out var found);
        if (!JsonNode.DeepEquals(found, value))
        {
            throw Failed($"testing value {path} failed: test failed");
        }
    }

    private static JsonPointer From(JsonPatchOperation operation) =>
        JsonPointer.Parse(operation.From ?? throw Failed($"{operation.Op} operation has no from"));

    private static PatchException Failed(string message) => new(PatchFailure.Unprocessable, message);
}
