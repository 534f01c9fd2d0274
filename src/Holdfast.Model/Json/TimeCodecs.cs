using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Holdfast.Model.Json;

/// <summary>Points in time to the second, in RFC 3339 and UTC.</summary>
public readonly struct TimeCodec : ICodec<DateTimeOffset>
{
    /// <inheritdoc/>
    public static string TypeName => "v1.Time";

    /// <inheritdoc/>
    public static DateTimeOffset Read(ref JsonInput input, string field)
    {
        var time = Rfc3339.Read(ref input, field, fractionDigits: 0);
        return new DateTimeOffset(time.Ticks - (time.Ticks % TimeSpan.TicksPerSecond), TimeSpan.Zero);
    }

    /// <inheritdoc/>
    public static void Write(Utf8JsonWriter writer, DateTimeOffset value) =>
        Rfc3339.Write(writer, value, "yyyy-MM-ddTHH:mm:ssZ");
}

/// <summary>Points in time to the microsecond, in RFC 3339 with all six digits, and UTC.</summary>
public readonly struct MicroTimeCodec : ICodec<DateTimeOffset>
{
    private const int MicrosecondDigits = 6;

    /// <inheritdoc/>
    public static string TypeName => "v1.MicroTime";

    /// <inheritdoc/>
    public static DateTimeOffset Read(ref JsonInput input, string field)
    {
        var time = Rfc3339.Read(ref input, field, MicrosecondDigits);
        return new DateTimeOffset(time.Ticks - (time.Ticks % TimeSpan.TicksPerMicrosecond), TimeSpan.Zero);
    }

    /// <inheritdoc/>
    public static void Write(Utf8JsonWriter writer, DateTimeOffset value) =>
        Rfc3339.Write(writer, value, "yyyy-MM-ddTHH:mm:ss.ffffffZ");
}

/// <summary>Points in time as text, outside of JSON.</summary>
public static class TimeText
{
    /// <summary>Reads a time in RFC 3339, with clock and zone.</summary>
    /// <param name="text">The text.</param>
    /// <exception cref="ModelDecodeException">It is none; the message says where it ends to be one.</exception>
    public static DateTimeOffset Parse(string text) => new GoTime(Encoding.UTF8.GetBytes(text), fractionDigits: 0).Read();
}

internal static class Rfc3339
{
    internal static DateTimeOffset Read(ref JsonInput input, string field, int fractionDigits)
    {
        if (input.Token != JsonTokenType.String)
        {
            throw input.MismatchOfValue("string");
        }
        var isPlain = !input.Reader.HasValueSequence && !input.Reader.ValueIsEscaped;
        return new GoTime(isPlain ? input.Reader.ValueSpan : Encoding.UTF8.GetBytes(input.ReadString(field)), fractionDigits).Read();
    }

    internal static void Write(Utf8JsonWriter writer, DateTimeOffset value, string format)
    {
        Span<char> buffer = stackalloc char[40];
        _ = value.UtcDateTime.TryFormat(buffer, out var length, format, CultureInfo.InvariantCulture);
        writer.WriteStringValue(buffer[..length]);
    }
}
