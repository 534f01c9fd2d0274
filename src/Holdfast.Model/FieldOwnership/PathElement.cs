using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Holdfast.Model.Json;
using Holdfast.Model.Schema;

namespace Holdfast.Model.FieldOwnership;

/// <summary>
/// The elements of paths, in the text that <c>fieldsV1</c> writes: <c>f:name</c> for a field or a key of a map,
/// <c>k:{"name":"c"}</c> for the element of a list with keys, <c>v:"x"</c> for an element of a set.
/// </summary>
public static class PathElement
{
    // The only key with a default: ports of containers and of services need not name their protocol.
    private const string DefaultedKey = "protocol";
    private const string DefaultOfKey = "\"TCP\"";

    /// <summary>The element of a field or a key of a map.</summary>
    /// <param name="name">The name.</param>
    public static string Field(string name) => "f:" + name;

    /// <summary>Orders elements: by kind, then by text, numbers by their value.</summary>
    /// <param name="left">One element.</param>
    /// <param name="right">The other.</param>
    public static int Compare(string left, string right)
    {
        var order = string.CompareOrdinal(left, right);
        return order == 0 || left[0] == 'f' || left[0] != right[0] ? order : CompareKeys(left, right, order);
    }

    /// <summary>An element as a person reads it, such as <c>.name</c> or <c>[name="c"]</c>.</summary>
    /// <param name="element">The element.</param>
    public static string Show(string element) => element[0] switch
    {
        'f' => "." + element[2..],
        'v' => $"[={element[2..]}]",
        'k' => ShowKey(element),
        _ => $"[{element[2..]}]",
    };

    /// <summary>The element of one item of a list; null when the item has none of the list's keys.</summary>
    internal static string? OfItem(JsonElement item, FieldSchema list)
    {
        if (list.ListKind == ListKind.Set)
        {
            return "v:" + Canonical(item);
        }
        if (list.MapKeys.Length == 1)
        {
            var only = list.MapKeys[0];
            return Key(item, only) is { } text ? $"k:{{\"{only}\":{text}}}" : null;
        }
        return OfKeys(list, [.. list.MapKeys.Select(key => Key(item, key))]);
    }

    /// <summary>The element of an item of a list with keys; null when it has none of them.</summary>
    /// <param name="list">The list.</param>
    /// <param name="values">The JSON of the keys' values, in the order of the schema; null for one that is missing.</param>
    internal static string? OfKeys(FieldSchema list, ReadOnlySpan<string?> values)
    {
        if (values.Length == 1)
        {
            return values[0] is { } only ? $"k:{{\"{list.MapKeys[0]}\":{only}}}" : null;
        }
        var found = new StringBuilder("k:{");
        foreach (var key in list.MapKeys.Sort(StringComparer.Ordinal))
        {
            var value = values[list.MapKeys.IndexOf(key)];
            if ((value is null or "\"\"" or "null") && key == DefaultedKey)
            {
                value = DefaultOfKey;
            }
            if (value is not (null or "null"))
            {
                _ = found.Append(found.Length > 3 ? "," : "").Append('"').Append(key).Append("\":").Append(value);
            }
        }
        return found.Length > 3 ? found.Append('}').ToString() : null;
    }

    /// <summary>The element of a scalar in a set.</summary>
    /// <param name="json">Its JSON.</param>
    internal static string OfScalar(string json) => "v:" + json;

    /// <summary>A string as canonical JSON.</summary>
    /// <param name="text">The string.</param>
    internal static string Quoted(string text) => $"\"{JavaScriptEncoder.UnsafeRelaxedJsonEscaping.Encode(text)}\"";

    private static string? Key(JsonElement item, string key) =>
        item.ValueKind == JsonValueKind.Object && item.TryGetProperty(key, out var value) && value.ValueKind != JsonValueKind.Null
            ? value.ValueKind == JsonValueKind.String && key == DefaultedKey && value.ValueEquals(""u8) ? DefaultOfKey : Canonical(value)
            : key == DefaultedKey ? DefaultOfKey : null;

    private static string Canonical(JsonElement value)
    {
        var raw = value.GetRawText();
        return value.ValueKind == JsonValueKind.String && raw.Contains('\\')
            ? Quoted(value.GetString()!)
            : raw;
    }

    private static string ShowKey(string element)
    {
        using var document = JsonDocument.Parse(element.AsMemory(2), JsonInput.DocumentOptions);
        return $"[{string.Join(',', document.RootElement.EnumerateObject().Select(key => $"{key.Name}={key.Value.GetRawText()}"))}]";
    }

    // Numbers stand outside of quotes: of two that begin alike the longer one is the larger.
    private static int CompareKeys(string left, string right, int order)
    {
        var isQuoted = false;
        var at = 0;
        while (at < left.Length && at < right.Length && left[at] == right[at])
        {
            isQuoted ^= left[at] == '"' && (at == 0 || left[at - 1] != '\\');
            at++;
        }
        var (digitsLeft, digitsRight) = (Digits(left, at), Digits(right, at));
        return isQuoted || digitsLeft == digitsRight ? order : digitsLeft - digitsRight;
    }

    private static int Digits(string text, int start)
    {
        var at = start;
        while (at < text.Length && char.IsAsciiDigit(text[at]))
        {
            at++;
        }
        return at - start;
    }
}
