using System.Globalization;
using System.Text.Json.Nodes;

namespace Holdfast.Model.Patching;

/// <summary>A place in a JSON tree (RFC 6901).</summary>
internal readonly struct JsonPointer
{
    private readonly string _text;
    private readonly string[] _steps;

    private JsonPointer(string text, string[] steps) => (_text, _steps) = (text, steps);

    /// <summary>Whether the place is the whole tree.</summary>
    internal bool IsRoot => _steps.Length == 0;

    /// <summary>The last step: a member's name, a position or <c>-</c>.</summary>
    internal string Last => _steps[^1];

    /// <summary>Reads a pointer.</summary>
    /// <param name="text">The text: empty, or steps that each begin with a slash.</param>
    internal static JsonPointer Parse(string text)
    {
        if (text.Length == 0)
        {
            return new(text, []);
        }
        if (text[0] != '/')
        {
            throw new PatchException(PatchFailure.Unprocessable, $"the path \"{text}\" does not begin with '/'");
        }
        return new(text, [.. text[1..].Split('/').Select(step => step
            .Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal))]);
    }

    /// <summary>What holds the place: an object or a list; null when there is none.</summary>
    /// <param name="root">The tree.</param>
    internal JsonNode? FindParent(JsonNode? root)
    {
        var node = root;
        foreach (var step in _steps.AsSpan(0, _steps.Length - 1))
        {
            node = node switch
            {
                JsonObject members => members[step],
                JsonArray items when TryIndex(step, items.Count, out var index) => items[index],
                _ => null,
            };
        }
        return node as JsonObject ?? node as JsonArray as JsonNode;
    }

    /// <summary>Whether there is a value at the place.</summary>
    /// <param name="root">The tree.</param>
    /// <param name="value">The value.</param>
    internal bool TryFind(JsonNode? root, out JsonNode? value)
    {
        if (IsRoot)
        {
            value = root;
            return true;
        }
        switch (FindParent(root))
        {
            case JsonObject members:
                return members.TryGetPropertyValue(Last, out value);
            case JsonArray items when TryIndex(Last, items.Count, out var index):
                value = items[index];
                return true;
            default:
                value = null;
                return false;
        }
    }

    /// <summary>Reads a position in a list; one below zero counts from the end, as Kubernetes has it and RFC 6902 has not.</summary>
    /// <param name="step">The step.</param>
    /// <param name="count">How many positions there are.</param>
    /// <param name="index">The position.</param>
    internal static bool TryIndex(string step, int count, out int index)
    {
        if (!int.TryParse(step, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out index) || index >= count || index < -count)
        {
            return false;
        }
        index += index < 0 ? count : 0;
        return true;
    }

    /// <summary>The text as it was given.</summary>
    public override string ToString() => _text;
}
