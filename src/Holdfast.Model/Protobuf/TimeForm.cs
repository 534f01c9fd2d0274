using System.Globalization;
using System.Text.Json;

namespace Holdfast.Model.Protobuf;

/// <summary>Points in time on the wire: seconds since 1970 in field 1, and nanoseconds in field 2.</summary>
internal static class TimeForm
{
    private static readonly long Earliest = DateTimeOffset.MinValue.ToUnixTimeSeconds();
    private static readonly long Latest = DateTimeOffset.MaxValue.ToUnixTimeSeconds();

    /// <summary>Whether it is Go's zero time, which stands for none.</summary>
    public static bool IsZero(WireMessage message, string name) =>
        message.IsEmpty || ((long)message.Number(1, name) == Earliest && message.Number(2, name) == 0);

    /// <summary>The message of a time that JSON has as text.</summary>
    public static ReadOnlyMemory<byte> Of(JsonElement value)
    {
        var time = value.GetDateTimeOffset();
        var message = new WireWriter();
        message.Number(1, unchecked((ulong)time.ToUnixTimeSeconds()));
        message.Number(2, (ulong)(time.UtcTicks % TimeSpan.TicksPerSecond) * 100);
        return message.Written;
    }

    /// <summary>Writes a time as JSON has it.</summary>
    public static void Write(Utf8JsonWriter writer, WireMessage message, bool isMicro, string name)
    {
        if (IsZero(message, name))
        {
            writer.WriteNullValue();
            return;
        }
        var (seconds, nanoseconds) = ((long)message.Number(1, name), message.Number(2, name));
        if (seconds < Earliest || seconds > Latest || nanoseconds >= 1_000_000_000)
        {
            throw new ProtobufException($"{name}: {seconds} seconds and {nanoseconds} nanoseconds are no time between the years 1 and 9999");
        }
        var time = DateTimeOffset.FromUnixTimeSeconds(seconds).AddTicks((long)nanoseconds / 100);
        writer.WriteStringValue(time.UtcDateTime.ToString(isMicro ? "yyyy-MM-ddTHH:mm:ss.ffffffZ" : "yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture));
    }
}
