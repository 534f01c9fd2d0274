using System.Globalization;
using System.Text;
using System.Text.Json;
using Holdfast.Model.Json;

namespace Holdfast.Cli.Screens;

/// <summary>What a command shows to programs: one object, as JSON or as YAML.</summary>
internal static class StructuredText
{
    /// <summary>As JSON, indented.</summary>
    internal static string Json(Action<Utf8JsonWriter> write)
    {
        using var document = JsonDocument.Parse(ModelJson.ToBytes(write), JsonInput.DocumentOptions);
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            document.WriteTo(writer);
        }
        return Encoding.UTF8.GetString(buffer.ToArray()) + "\n";
    }

    /// <summary>As YAML: blocks of mappings and lists, every text that could be read as something else in quotes.</summary>
    internal static string Yaml(Action<Utf8JsonWriter> write)
    {
        using var document = JsonDocument.Parse(ModelJson.ToBytes(write), JsonInput.DocumentOptions);
        var text = new StringBuilder();
        Write(text, document.RootElement, 0);
        return text.ToString();
    }

    private static void Write(StringBuilder text, JsonElement value, int depth)
    {
        var indent = new string(' ', depth * 2);
        foreach (var property in value.EnumerateObject())
        {
            text.Append(indent).Append(Quoted(property.Name)).Append(':');
            WriteValue(text, property.Value, depth);
        }
    }

    private static void WriteValue(StringBuilder text, JsonElement value, int depth)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object when value.EnumerateObject().Any():
                text.Append('\n');
                Write(text, value, depth + 1);
                break;
            case JsonValueKind.Array when value.GetArrayLength() > 0:
                text.Append('\n');
                foreach (var item in value.EnumerateArray())
                {
                    WriteItem(text, item, depth);
                }
                break;
            default:
                text.Append(' ').Append(Scalar(value)).Append('\n');
                break;
        }
    }

    private static void WriteItem(StringBuilder text, JsonElement item, int depth)
    {
        var indent = new string(' ', depth * 2);
        if (item.ValueKind != JsonValueKind.Object || !item.EnumerateObject().Any())
        {
            text.Append(indent).Append("- ").Append(Scalar(item)).Append('\n');
            return;
        }
        var lines = new StringBuilder();
        Write(lines, item, depth + 1);
        // The first field stands behind the dash.
        lines[depth * 2] = '-';
        text.Append(lines);
    }

    private static string Scalar(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => Quoted(value.GetString()!),
        JsonValueKind.Object => "{}",
        JsonValueKind.Array => "[]",
        JsonValueKind.Number => value.GetRawText(),
        _ => value.ValueKind.ToString().ToLower(CultureInfo.InvariantCulture),
    };

    private static string Quoted(string text) => text.Length > 0 && char.IsAsciiLetter(text[0]) && text.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '.' or '/' or '_')
        && text is not ("true" or "false" or "null" or "yes" or "no" or "on" or "off" or "True" or "False")
        ? text
        : $"\"{JsonEncodedText.Encode(text, System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping)}\"";
}
