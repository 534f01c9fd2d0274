using System.Globalization;
using System.Text.Json;
using Holdfast.Model.Resources;

namespace Holdfast.ApiServer.Tables;

/// <summary>Writes the cells of one row after another, straight into the answer.</summary>
/// <param name="writer">Where to.</param>
/// <param name="now">The time from which ages count.</param>
internal sealed class RowWriter(Utf8JsonWriter writer, DateTimeOffset now)
{
    /// <summary>What is said when a time is not known.</summary>
    public const string Unknown = "<unknown>";

    /// <summary>What is said when there is nothing.</summary>
    public const string None = "<none>";

    /// <summary>What is said when something was not set.</summary>
    public const string Unset = "<unset>";

    /// <summary>Writes a text.</summary>
    /// <param name="text">The text.</param>
    public RowWriter Text(string text)
    {
        writer.WriteStringValue(text);
        return this;
    }

    /// <summary>Writes a text, or another when it is empty.</summary>
    /// <param name="text">The text.</param>
    /// <param name="otherwise">What stands for no text.</param>
    public RowWriter TextOr(string? text, string otherwise) => Text(string.IsNullOrEmpty(text) ? otherwise : text);

    /// <summary>Writes a number.</summary>
    /// <param name="number">The number.</param>
    public RowWriter Number(long number)
    {
        writer.WriteNumberValue(number);
        return this;
    }

    /// <summary>Writes a truth.</summary>
    /// <param name="value">Whether it holds.</param>
    public RowWriter Flag(bool value)
    {
        writer.WriteBooleanValue(value);
        return this;
    }

    /// <summary>Writes a JSON value as it is.</summary>
    /// <param name="value">The value.</param>
    public RowWriter Value(JsonElement value)
    {
        value.WriteTo(writer);
        return this;
    }

    /// <summary>Writes that there is no value.</summary>
    public RowWriter Nothing()
    {
        writer.WriteNullValue();
        return this;
    }

    /// <summary>Writes how many of how many.</summary>
    /// <param name="part">How many.</param>
    /// <param name="whole">Of how many.</param>
    public RowWriter Ratio(int part, int whole)
    {
        Span<char> text = stackalloc char[24];
        _ = text.TryWrite(CultureInfo.InvariantCulture, $"{part}/{whole}", out var length);
        writer.WriteStringValue(text[..length]);
        return this;
    }

    /// <summary>Writes how long ago a time was.</summary>
    /// <param name="time">The time; null when it is not known.</param>
    public RowWriter Ago(DateTimeOffset? time) => time is { } known ? Duration(now - known) : Text(Unknown);

    /// <summary>Writes the object's age.</summary>
    /// <param name="resource">The object.</param>
    public RowWriter Age(IResource resource) => Ago(resource.Metadata.CreationTimestamp);

    /// <summary>Writes the object's name.</summary>
    /// <param name="resource">The object.</param>
    public RowWriter Name(IResource resource) => Text(resource.Metadata.Name);

    /// <summary>Writes how long something took, or has taken until now.</summary>
    /// <param name="from">Its beginning.</param>
    /// <param name="until">Its end; null while it goes on.</param>
    public RowWriter Span(DateTimeOffset from, DateTimeOffset? until) => Duration((until ?? now) - from);

    /// <summary>How long ago a time was, as text.</summary>
    /// <param name="time">The time.</param>
    public string AgoText(DateTimeOffset time) => HumanDuration.Of(now - time);

    private RowWriter Duration(TimeSpan duration)
    {
        Span<char> text = stackalloc char[HumanDuration.MaximumLength];
        writer.WriteStringValue(text[..HumanDuration.Write(duration, text)]);
        return this;
    }
}
