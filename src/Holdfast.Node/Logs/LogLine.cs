using System.Globalization;
using System.Text;

namespace Holdfast.Node.Logs;

/// <summary>One line of a log in CRI format: time, stream, <c>F</c> or <c>P</c> (goes on in the next line), text.</summary>
/// <param name="Time">The time as it was written.</param>
/// <param name="Stream">The stream it was written to.</param>
/// <param name="IsPartial">Whether the text goes on in the next line.</param>
/// <param name="Text">The text, without its line feed.</param>
internal readonly record struct LogLine(string Time, string Stream, bool IsPartial, ReadOnlyMemory<byte> Text)
{
    /// <summary>Takes a line apart; what is not in CRI format counts as text without a time.</summary>
    public static LogLine Parse(ReadOnlyMemory<byte> line)
    {
        var span = line.Span;
        var first = span.IndexOf((byte)' ');
        var second = first < 0 ? -1 : first + 1 + span[(first + 1)..].IndexOf((byte)' ');
        if (second <= first || second + 2 > span.Length || span[second + 1] is not ((byte)'F' or (byte)'P'))
            return new("", "", false, line);
        var text = second + 3 <= span.Length ? line[(second + 3)..] : default;
        return new(Encoding.ASCII.GetString(span[..first]), Encoding.ASCII.GetString(span[(first + 1)..second]), span[second + 1] == (byte)'P', text);
    }

    /// <summary>Whether the line was written at a time or later; one without a time counts as later.</summary>
    public bool IsSince(DateTimeOffset time) =>
        !DateTimeOffset.TryParse(Time, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at) || at >= time;

    /// <summary>The line as a reader gets it.</summary>
    public byte[] Render(bool withTime)
    {
        using var output = new MemoryStream(Text.Length + Time.Length + 2);
        if (withTime)
            output.Write(Encoding.ASCII.GetBytes(Time + " "));
        output.Write(Text.Span);
        if (!IsPartial)
            output.WriteByte((byte)'\n');
        return output.ToArray();
    }
}
