using System.Text.Json;
using System.Text.Json.Nodes;
using Holdfast.Model.CustomResources;
using Holdfast.Model.Json;
using Holdfast.Model.Schema;

namespace Holdfast.Model.Patching;

/// <summary>
/// Kubernetes' strategic merge patches: like merge patches, but lists merge as the type's schema says, by their key, and
/// directives (<c>$patch</c>, <c>$retainKeys</c>, <c>$setElementOrder/…</c>, <c>$deleteFromPrimitiveList/…</c>) say more.
/// Fields that the schema does not have merge as in a merge patch.
/// </summary>
public static class StrategicMergePatch
{
    // What an object is, a patch of this form neither changes nor takes away, even where it replaces all of it.
    private static readonly string[] TypeNames = ["apiVersion", "kind"];

    /// <summary>Applies a patch.</summary>
    /// <param name="current">The object as JSON.</param>
    /// <param name="patch">The patch as JSON.</param>
    /// <param name="schema">The object's type.</param>
    /// <returns>The new object as JSON.</returns>
    /// <exception cref="PatchException">The patch is malformed or does not fit the object.</exception>
    public static byte[] Apply(ReadOnlyMemory<byte> current, ReadOnlyMemory<byte> patch, TypeSchema schema)
    {
        var changes = MergePatch.ReadPatch(patch);
        var shape = Shape.Object(() => schema);
        var target = JsonTree.ReadObject(current);
        var type = TypeNames.Select(name => (Name: name, Text: target[name]?.DeepClone())).ToArray();
        var merged = MergeObject(target, changes, shape);
        foreach (var (name, text) in type.Where(each => each.Text is not null))
        {
            merged[name] = text;
        }
        return JsonTree.Write(merged);
    }

    /// <summary>The patch as Kubernetes shows it where it refuses what the patch has made of an object: as Go shows a map.</summary>
    /// <param name="patch">The patch as JSON.</param>
    /// <exception cref="PatchException">The patch is malformed.</exception>
    public static string Show(ReadOnlyMemory<byte> patch)
    {
        using var document = JsonDocument.Parse(JsonTree.Write(MergePatch.ReadPatch(patch)), JsonInput.DocumentOptions);
        return GoText.Of(document.RootElement);
    }

    /// <summary>Merges a patch's object into an object; both are used up.</summary>
    /// <param name="target">The object.</param>
    /// <param name="patch">The patch.</param>
    /// <param name="shape">The object's shape, or null when the schema does not have it.</param>
    /// <returns>The new object, which stands nowhere yet or where the target stood.</returns>
    internal static JsonObject MergeObject(JsonObject target, JsonObject patch, Shape? shape)
    {
        if (PatchDirectives.PatchOf(patch) is { } directive)
        {
            return directive switch
            {
                "replace" => (JsonObject)PatchDirectives.Strip(Detached(patch))!,
                "delete" => [],
                "merge" => MergeMembers(target, Without(patch, PatchDirectives.Patch), shape),
                _ => throw PatchDirectives.Unknown(directive),
            };
        }
        return MergeMembers(target, patch, shape);
    }

    private static JsonObject MergeMembers(JsonObject target, JsonObject patch, Shape? shape)
    {
        RetainKeys(target, patch);
        foreach (var (name, order) in patch.Where(member => member.Key.StartsWith(PatchDirectives.ElementOrder, StringComparison.Ordinal)).ToList())
        {
            patch.Remove(name);
            MergeOrdered(target, patch, name[PatchDirectives.ElementOrder.Length..], order, shape);
        }
        foreach (var (name, value) in patch.ToList())
        {
            patch.Remove(name);
            if (name.StartsWith(PatchDirectives.DeleteFromList, StringComparison.Ordinal))
            {
                StrategicList.DeleteFrom(target[name[PatchDirectives.DeleteFromList.Length..]], value);
            }
            else if (value is null)
            {
                target.Remove(name);
            }
            else
            {
                MergeMember(target, name, value, shape);
            }
        }
        return target;
    }

    private static void MergeMember(JsonObject target, string name, JsonNode value, Shape? shape)
    {
        var (fieldShape, field) = Descend(shape, name);
        switch (target[name], value)
        {
            case (JsonObject existing, JsonObject changes) when !IsReplaced(field):
                var merged = MergeObject(existing, changes, fieldShape);
                if (!ReferenceEquals(merged, existing))
                {
                    target[name] = merged;
                }
                break;
            case (JsonArray existing, JsonArray changes) when IsMerged(field):
                target[name] = new StrategicList(field!).Merge(JsonTree.TakeAll(existing), JsonTree.TakeAll(changes));
                break;
            default:
                target[name] = PatchDirectives.Strip(value);
                break;
        }
    }

    private static void MergeOrdered(JsonObject target, JsonObject patch, string name, JsonNode? order, Shape? shape)
    {
        var field = Descend(shape, name).Field;
        if (order is not JsonArray wanted || patch[name] is not (null or JsonArray))
        {
            throw PatchDirectives.Malformed(PatchDirectives.BadElementOrder);
        }
        var changes = patch[name] as JsonArray;
        var existing = target[name] as JsonArray;
        if (field is null || (changes is null && (patch.ContainsKey(name) || existing is null)))
        {
            return;
        }
        patch.Remove(name);
        target[name] = new StrategicList(field).MergeInOrder(
            existing is null ? [] : JsonTree.TakeAll(existing), changes is null ? [] : JsonTree.TakeAll(changes), [.. wanted], IsMerged(field));
    }

    private static void RetainKeys(JsonObject target, JsonObject patch)
    {
        if (!patch.Remove(PatchDirectives.RetainKeys, out var node))
        {
            return;
        }
        if (node is not JsonArray keys)
        {
            throw PatchDirectives.Malformed(PatchDirectives.BadRetainKeys);
        }
        var retained = keys.Select(key => key?.GetValueKind() == JsonValueKind.String ? key.GetValue<string>() : "").ToHashSet(StringComparer.Ordinal);
        if (patch.Any(member => member.Value is not null && !PatchDirectives.IsForList(member.Key) && !retained.Contains(member.Key)))
        {
            throw PatchDirectives.Malformed(PatchDirectives.BadRetainKeys);
        }
        foreach (var name in target.Select(member => member.Key).Where(name => !retained.Contains(name)).ToList())
        {
            target.Remove(name);
        }
    }

    private static (Shape? Shape, FieldSchema? Field) Descend(Shape? shape, string name)
    {
        if (shape?.Kind == ShapeKind.Map)
        {
            return (shape.Element, null);
        }
        var field = shape?.Type?.Find(name);
        return (field?.Shape, field);
    }

    private static bool IsMerged(FieldSchema? field) => field is not null && field.PatchStrategies.Contains("merge");

    private static bool IsReplaced(FieldSchema? field) => field is not null && field.PatchStrategies.Contains("replace");

    private static JsonObject Detached(JsonObject patch) => (JsonObject)patch.DeepClone();

    private static JsonObject Without(JsonObject patch, string name)
    {
        patch.Remove(name);
        return patch;
    }
}
