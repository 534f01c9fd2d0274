using System.Text.Json;

namespace Holdfast.Model.CustomResources;

/// <summary>Finds the items of a list as they were before an update: only lists of the type map say which items are the same.</summary>
/// <param name="old">The list before; undefined when there was none.</param>
/// <param name="schema">The list's schema.</param>
public sealed class ListCorrelation(JsonElement old, StructuralSchema schema)
{
    private readonly Dictionary<string, JsonElement>? _items = Index(old, schema);

    /// <summary>The same item before; undefined when there was none, or when that cannot be known.</summary>
    /// <param name="item">The item.</param>
    public JsonElement Find(JsonElement item) =>
        _items is not null && ListKeys.Of(item, schema) is { } key ? _items.GetValueOrDefault(key) : default;

    private static Dictionary<string, JsonElement>? Index(JsonElement list, StructuralSchema schema)
    {
        if (schema.ListType != "map" || list.ValueKind != JsonValueKind.Array)
        {
            return null;
        }
        var items = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        foreach (var item in list.EnumerateArray())
        {
            if (ListKeys.Of(item, schema) is { } key)
            {
                items[key] = item;
            }
        }
        return items;
    }
}

/// <summary>The keys of items in lists of the type map, as JSON.</summary>
internal static class ListKeys
{
    /// <summary>An item's keys as a JSON object; null when it is no object.</summary>
    internal static string? Of(JsonElement item, StructuralSchema schema)
    {
        if (item.ValueKind != JsonValueKind.Object)
        {
            return null;
        }
        var parts = new List<string>();
        foreach (var key in schema.ListMapKeys.Order(StringComparer.Ordinal))
        {
            if (item.TryGetProperty(key, out var value))
            {
                parts.Add($"{Rules.ShownValue.Text(key)}:{value.GetRawText()}");
            }
        }
        return $"{{{string.Join(',', parts)}}}";
    }
}
