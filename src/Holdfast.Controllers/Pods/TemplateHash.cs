using System.Globalization;
using System.Text;
using System.Text.Json;
using Holdfast.Model.Core;
using Holdfast.Model.Json;
using Holdfast.Model.Values;

namespace Holdfast.Controllers.Pods;

/// <summary>
/// Short names for templates: FNV-1 over the data as Go writes it and over the collision count in digits, spelled in an alphabet
/// that never spells a word. Kubernetes gives a StatefulSet's template the same hash.
/// </summary>
public static class TemplateHash
{
    private const string SafeAlphabet = "bcdfghjklmnpqrstvwxz2456789";

    /// <summary>The hash of a template.</summary>
    /// <param name="template">The template.</param>
    /// <param name="collisionCount">How often the name was found taken by another template.</param>
    public static string Of(PodTemplateSpec template, int collisionCount) =>
        Of(JsonValue.Build(writer => WriteOrdered(writer, template)), collisionCount);

    /// <summary>The hash of data.</summary>
    /// <param name="data">The data, its members in the order of their names.</param>
    /// <param name="collisionCount">How often the name was found taken by other data.</param>
    public static string Of(JsonValue data, int collisionCount)
    {
        var text = data.ToString()
            .Replace("<", "\\u003c", StringComparison.Ordinal)
            .Replace(">", "\\u003e", StringComparison.Ordinal)
            .Replace("&", "\\u0026", StringComparison.Ordinal);
        var hash = 2166136261u;
        foreach (var value in Encoding.UTF8.GetBytes(text + collisionCount.ToString(CultureInfo.InvariantCulture)))
        {
            hash = unchecked(hash * 16777619u) ^ value;
        }
        return string.Concat(hash.ToString(CultureInfo.InvariantCulture).Select(digit => SafeAlphabet[digit % SafeAlphabet.Length]));
    }

    /// <summary>Writes a template with its members in the order of their names.</summary>
    /// <param name="writer">Where to.</param>
    /// <param name="template">The template.</param>
    public static void WriteOrdered(Utf8JsonWriter writer, PodTemplateSpec template)
    {
        writer.WriteStartObject();
        WriteMembers(writer, template);
        writer.WriteEndObject();
    }

    /// <summary>Writes a template's members, in the order of their names, into an object that was begun.</summary>
    /// <param name="writer">Where to.</param>
    /// <param name="template">The template.</param>
    public static void WriteMembers(Utf8JsonWriter writer, PodTemplateSpec template)
    {
        using var document = JsonDocument.Parse(ModelJson.ToBytes(template), JsonInput.DocumentOptions);
        WriteMembers(writer, document.RootElement);
    }

    private static void WriteMembers(Utf8JsonWriter writer, JsonElement value)
    {
        foreach (var member in value.EnumerateObject().OrderBy(member => member.Name, StringComparer.Ordinal))
        {
            writer.WritePropertyName(member.Name);
            WriteOrdered(writer, member.Value);
        }
    }

    private static void WriteOrdered(Utf8JsonWriter writer, JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                writer.WriteStartObject();
                WriteMembers(writer, value);
                writer.WriteEndObject();
                break;
            case JsonValueKind.Array:
                writer.WriteStartArray();
                foreach (var item in value.EnumerateArray())
                {
                    WriteOrdered(writer, item);
                }
                writer.WriteEndArray();
                break;
            default:
                value.WriteTo(writer);
                break;
        }
    }
}
