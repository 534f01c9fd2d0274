using System.Text.Json;
using Holdfast.Model.Json;
using Holdfast.Model.Values;

namespace Holdfast.Model.CustomResources;

/// <summary>
/// Writes whole numbers as such, also where they came with a fraction or an exponent (<c>2.0</c>, <c>1e3</c>), as Kubernetes
/// stores them: readers that expect a whole number refuse the other forms.
/// </summary>
public static class WholeNumbers
{
    private const double ExactBelow = 1L << 53;

    /// <summary>The same value with its whole numbers plain; the value itself where they are already.</summary>
    /// <param name="value">The value.</param>
    public static JsonValue Plain(JsonValue value)
    {
        ArgumentNullException.ThrowIfNull(value);
        var reader = new Utf8JsonReader(value.Utf8.Span, JsonInput.ReaderOptions);
        while (reader.Read())
        {
            if (reader.TokenType == JsonTokenType.Number && WholeOf(ref reader) is not null)
            {
                return JsonValue.Build(writer => Copy(value, writer));
            }
        }
        return value;
    }

    private static void Copy(JsonValue value, Utf8JsonWriter writer)
    {
        var reader = new Utf8JsonReader(value.Utf8.Span, JsonInput.ReaderOptions);
        while (reader.Read())
        {
            switch (reader.TokenType)
            {
                case JsonTokenType.StartObject:
                    writer.WriteStartObject();
                    break;
                case JsonTokenType.EndObject:
                    writer.WriteEndObject();
                    break;
                case JsonTokenType.StartArray:
                    writer.WriteStartArray();
                    break;
                case JsonTokenType.EndArray:
                    writer.WriteEndArray();
                    break;
                case JsonTokenType.PropertyName:
                    writer.WritePropertyName(reader.GetString()!);
                    break;
                case JsonTokenType.String:
                    writer.WriteStringValue(reader.GetString());
                    break;
                case JsonTokenType.Number when WholeOf(ref reader) is { } whole:
                    writer.WriteNumberValue(whole);
                    break;
                default:
                    writer.WriteRawValue(reader.ValueSpan, skipInputValidation: true);
                    break;
            }
        }
    }

    // A number that only comes near to nothing is not nothing.
    private static long? WholeOf(ref Utf8JsonReader reader)
    {
        var text = reader.ValueSpan;
        if (!text.ContainsAny(".eE"u8) || !reader.TryGetDouble(out var number) || Math.Abs(number) > ExactBelow || Math.Truncate(number) != number)
        {
            return null;
        }
        if (number == 0)
        {
            var end = text.IndexOfAny((byte)'e', (byte)'E');
            return text[0] == '-' || text[..(end < 0 ? text.Length : end)].ContainsAnyInRange((byte)'1', (byte)'9') ? null : 0;
        }
        return (long)number;
    }
}
