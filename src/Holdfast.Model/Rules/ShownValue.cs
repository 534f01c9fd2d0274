using System.Globalization;
using System.Text;
using System.Text.Json;
using Holdfast.Model.Json;
using Holdfast.Model.Values;

namespace Holdfast.Model.Rules;

/// <summary>Values as problems show them, as JSON.</summary>
public static class ShownValue
{
    /// <summary>A record.</summary>
    /// <typeparam name="T">Its type.</typeparam>
    /// <param name="record">The record, or null.</param>
    public static string Record<T>(T? record) where T : class, IModelType<T> => record is null ? "null" : ModelJson.ToText(record);

    /// <summary>A list of records.</summary>
    /// <typeparam name="T">Their type.</typeparam>
    /// <param name="records">The records.</param>
    public static string List<T>(ValueList<T> records) where T : class, IModelType<T> =>
        records.IsEmpty ? "null" : $"[{string.Join(',', records.Select(ModelJson.ToText))}]";

    /// <summary>A list of texts.</summary>
    /// <param name="texts">The texts.</param>
    public static string Texts(ValueList<string> texts) => texts.IsEmpty ? "null" : $"[{string.Join(',', texts.Select(Text))}]";

    /// <summary>A map of texts.</summary>
    /// <param name="map">The map.</param>
    public static string Map(ValueMap<string> map) =>
        map.IsEmpty ? "null" : $"{{{string.Join(',', map.Select(entry => $"{Text(entry.Key)}:{Text(entry.Value)}"))}}}";

    /// <summary>A text, or null.</summary>
    /// <param name="text">The text.</param>
    public static string Text(string? text) =>
        text is null ? "null" : $"\"{Encoding.UTF8.GetString(JsonEncodedText.Encode(text, ModelJson.WriterOptions.Encoder).EncodedUtf8Bytes)}\"";

    /// <summary>A number, or null.</summary>
    /// <param name="number">The number.</param>
    public static string Number(long? number) => number?.ToString(CultureInfo.InvariantCulture) ?? "null";

    /// <summary>A number, or null.</summary>
    /// <param name="number">The number.</param>
    public static string Number(int? number) => Number((long?)number);

    /// <summary>A truth value, or null.</summary>
    /// <param name="value">The value.</param>
    public static string Boolean(bool? value) => value switch { null => "null", true => "true", false => "false" };

    /// <summary>A number or a text, or null.</summary>
    /// <param name="value">The value.</param>
    public static string IntOrString(IntOrString? value) =>
        value is not { } given ? "null" : given.IsNumber ? Number(given.Number) : Text(given.Text);

    /// <summary>A time to the second, or null.</summary>
    /// <param name="time">The time.</param>
    public static string Time(DateTimeOffset? time) =>
        time is not { } given ? "null" : $"\"{given.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture)}\"";
}
