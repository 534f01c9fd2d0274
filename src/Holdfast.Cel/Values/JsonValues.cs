using System.Text.Json;

namespace Holdfast.Cel.Values;

/// <summary>Reads JSON as values of a type.</summary>
internal static class JsonValues
{
    public static CelValue Read(JsonElement json, CelType type) => json.ValueKind switch
    {
        JsonValueKind.True => CelBool.True,
        JsonValueKind.False => CelBool.False,
        JsonValueKind.Number => Number(json, type),
        JsonValueKind.String => Text(ReadText(json), type),
        JsonValueKind.Array => new CelList([.. json.EnumerateArray().Select(item => Read(item, type.Element))]) { Rule = type.ListRule },
        JsonValueKind.Object => type.Kind == CelKind.Object ? Fields(json, type) : Entries(json, type.Element),
        _ => CelNull.Instance,
    };

    private static CelValue Number(JsonElement json, CelType type) =>
        type.Kind == CelKind.Double ? new CelDouble(json.GetDouble())
        : json.TryGetInt64(out var whole) ? new CelInt(whole)
        : new CelDouble(json.GetDouble());

    private static CelValue Text(string text, CelType type) => type.Kind switch
    {
        CelKind.Timestamp => (CelValue?)CelTimes.ParseDateOrTime(text) ?? new CelString(text),
        CelKind.Duration => (CelValue?)CelTimes.ParseDuration(text) ?? new CelString(text),
        CelKind.Bytes => Base64(text),
        _ => new CelString(text),
    };

    private static CelValue Base64(string text)
    {
        var bytes = new byte[text.Length];
        return Convert.TryFromBase64String(text, bytes, out var length) ? new CelBytes([.. bytes.AsSpan(0, length)]) : new CelString(text);
    }

    // Half of a surrogate pair is JSON, but not text.
    private static string ReadText(JsonElement json)
    {
        try
        {
            return json.GetString()!;
        }
        catch (InvalidOperationException)
        {
            return "\uFFFD";
        }
    }

    private static CelMap Entries(JsonElement json, CelType element)
    {
        var entries = new Dictionary<CelValue, CelValue>(CelKeyComparer.Instance);
        foreach (var property in json.EnumerateObject())
            entries[new CelString(NameOf(property))] = Read(property.Value, element);
        return new(entries);
    }

    private static CelMap Fields(JsonElement json, CelType type)
    {
        var entries = new Dictionary<CelValue, CelValue>(CelKeyComparer.Instance);
        var properties = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        foreach (var property in json.EnumerateObject())
            properties[NameOf(property)] = property.Value;
        foreach (var field in type.Fields)
        {
            if (properties.TryGetValue(field.JsonName, out var value))
                entries[new CelString(field.Name)] = Read(value, field.Type);
        }
        return new(entries);
    }

    private static string NameOf(JsonProperty property)
    {
        try
        {
            return property.Name;
        }
        catch (InvalidOperationException)
        {
            return "\uFFFD";
        }
    }
}
