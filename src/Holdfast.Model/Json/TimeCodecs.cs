using System.Globalization;
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
        var time = Rfc3339.Read(ref input);
        return new DateTimeOffset(time.Ticks - (time.Ticks % TimeSpan.TicksPerSecond), TimeSpan.Zero);
    }

    /// <inheritdoc/>
    public static void Write(Utf8JsonWriter writer, DateTimeOffset value) =>
        Rfc3339.Write(writer, value, "yyyy-MM-ddTHH:mm:ssZ");
}

/// <summary>Points in time to the microsecond, in RFC 3339 and UTC.</summary>
public readonly struct MicroTimeCodec : ICodec<DateTimeOffset>
{
    /// <inheritdoc/>
    public static string TypeName => "v1.MicroTime";

    /// <inheritdoc/>
    public static DateTimeOffset Read(ref JsonInput input, string field)
    {
        var time = Rfc3339.Read(ref input);
        return new DateTimeOffset(time.Ticks - (time.Ticks % TimeSpan.TicksPerMicrosecond), TimeSpan.Zero);
    }

    /// <inheritdoc/>
    public static void Write(Utf8JsonWriter writer, DateTimeOffset value) =>
        Rfc3339.Write(writer, value, "yyyy-MM-ddTHH:mm:ss.ffffffZ");
}

internal static class Rfc3339
{
    internal static DateTimeOffset Read(ref JsonInput input)
    {
        if (input.Token != JsonTokenType.String)
        {
            throw input.MismatchOfValue("string");
        }
        if (input.Reader.TryGetDateTimeOffset(out var time))
        {
            return time.ToUniversalTime();
        }
        var text = input.Reader.GetString();
        throw new ModelDecodeException($"parsing time \"{text}\" as \"2006-01-02T15:04:05Z07:00\": cannot parse \"{text}\" as \"2006\"");
    }

    internal static void Write(Utf8JsonWriter writer, DateTimeOffset value, string format)
    {
        Span<char> buffer = stackalloc char[40];
        _ = value.UtcDateTime.TryFormat(buffer, out var length, format, CultureInfo.InvariantCulture);
        writer.WriteStringValue(buffer[..length]);
    }
}
