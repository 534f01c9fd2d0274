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

    /// <summary>The element of one item of a list; null when the item has none of the list's keys and none has a default.</summary>
    internal static string? OfItem(JsonElement item, FieldSchema list)
    {
        if (list.ListKind == ListKind.Set)
        {
            return "v:" + Canonical(item);
        }
        if (list.MapKeys.Length == 1)
        {
            var only = list.MapKeys[0];
            return Given(Value(item, only), list, only) is { } text ? $"k:{{\"{only}\":{text}}}" : null;
        }
        return OfKeys(list, [.. list.MapKeys.Select(key => Value(item, key))]);
    }

    /// <summary>The element of an item of a list with keys; null when it has none of them and none has a default.</summary>
    /// <param name="list">The list.</param>
    /// <param name="values">The JSON of the keys' values, in the order of the schema; null for one that is missing.</param>
    internal static string? OfKeys(FieldSchema list, ReadOnlySpan<string?> values)
    {
        if (values.Length == 1)
        {
            return Given(values[0], list, list.MapKeys[0]) is { } only ? $"k:{{\"{list.MapKeys[0]}\":{only}}}" : null;
        }
        var found = new StringBuilder("k:{");
        foreach (var key in list.MapKeys.Sort(StringComparer.Ordinal))
        {
            if (Given(values[list.MapKeys.IndexOf(key)], list, key) is { } value)
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

    /// <summary>A scalar as canonical JSON.</summary>
    /// <param name="value">The scalar.</param>
    internal static string Canonical(JsonElement value)
    {
        var raw = value.GetRawText();
        return value.ValueKind == JsonValueKind.String && raw.Contains('\\')
            ? Quoted(value.GetString()!)
            : raw;
    }

    private static string? Value(JsonElement item, string key) =>
        item.ValueKind == JsonValueKind.Object && item.TryGetProperty(key, out var value) ? Canonical(value) : null;

    // A custom resource keeps an empty text; of the other kinds it is never written, so that it is as good as missing.
    private static string? Given(string? value, FieldSchema list, string key)
    {
        if (value is not (null or "null" or "\"\""))
        {
            return value;
        }
        var type = list.Shape.Element?.Type;
        var field = type?.Find(key);
        var other = field is null ? null : FieldDefaults.Of(type!, field);
        return value == "\"\"" && (other is null || field!.Default is not null) ? value : other;
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
