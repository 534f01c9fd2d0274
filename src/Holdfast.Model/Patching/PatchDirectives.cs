using System.Text.Json.Nodes;

namespace Holdfast.Model.Patching;

/// <summary>The members of a strategic merge patch that say how to merge.</summary>
internal static class PatchDirectives
{
    internal const string Patch = "$patch";
    internal const string RetainKeys = "$retainKeys";
    internal const string ElementOrder = "$setElementOrder/";
    internal const string DeleteFromList = "$deleteFromPrimitiveList/";

    internal const string BadPrimitiveList = "invalid patch format of primitive list";
    internal const string BadRetainKeys = "invalid patch format of retainKeys";
    internal const string BadElementOrder = "invalid patch format of setElementOrder list";

    /// <summary>Whether a member is a directive.</summary>
    /// <param name="name">Its name.</param>
    internal static bool IsDirective(string name) => name is Patch or RetainKeys || IsForList(name);

    /// <summary>Whether a member is a directive for a list beside it.</summary>
    /// <param name="name">Its name.</param>
    internal static bool IsForList(string name) =>
        name.StartsWith(ElementOrder, StringComparison.Ordinal) || name.StartsWith(DeleteFromList, StringComparison.Ordinal);

    /// <summary>The text of <c>$patch</c>, or null.</summary>
    /// <param name="node">An object of a patch.</param>
    internal static string? PatchOf(JsonNode? node) =>
        node is JsonObject members && members.TryGetPropertyValue(Patch, out var directive) ? directive?.ToString() ?? "" : null;

    /// <summary>What stays of a patch's value that has nothing to merge with: no directives, no nulls, no deleted elements.</summary>
    /// <param name="node">The value; it is changed.</param>
    internal static JsonNode? Strip(JsonNode? node)
    {
        switch (node)
        {
            case JsonObject members:
                foreach (var (name, value) in members.ToList())
                {
                    if (value is null || IsDirective(name))
                    {
                        members.Remove(name);
                    }
                    else
                    {
                        Strip(value);
                    }
                }
                break;
            case JsonArray items:
                for (var i = items.Count - 1; i >= 0; i--)
                {
                    if (PatchOf(items[i]) is "delete" || items[i] is JsonObject { Count: 1 } && PatchOf(items[i]) is not null)
                    {
                        items.RemoveAt(i);
                    }
                    else
                    {
                        Strip(items[i]);
                    }
                }
                break;
            default:
                break;
        }
        return node;
    }

    /// <summary>The error for a directive that is not known.</summary>
    /// <param name="directive">The directive.</param>
    internal static PatchException Unknown(string directive) =>
        new(PatchFailure.Unprocessable, $"unknown patch type: {directive}");

    /// <summary>The error for a directive of the wrong form.</summary>
    /// <param name="message">What is wrong.</param>
    internal static PatchException Malformed(string message) => new(PatchFailure.BadRequest, message);
}
