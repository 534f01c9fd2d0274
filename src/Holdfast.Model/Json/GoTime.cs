using System.Globalization;
using System.Text;

namespace Holdfast.Model.Json;

/// <summary>
/// Reads points in time as Go's <c>time.Parse</c> does with a layout of RFC 3339: date, clock and zone all have to be there, and a refusal
/// names the part where reading ended.
/// </summary>
/// <param name="text">The time as UTF-8.</param>
/// <param name="fractionDigits">How many digits of a second's fraction there have to be; 0 for any number, or none at all.</param>
internal ref struct GoTime(ReadOnlySpan<byte> text, int fractionDigits)
{
    private const int TicksDigits = 7;
    private readonly ReadOnlySpan<byte> _text = text;
    private readonly int _fractionDigits = fractionDigits;
    private int _at;
    private string? _problem;

    /// <summary>The point in time.</summary>
    /// <exception cref="ModelDecodeException">The text is none.</exception>
    public DateTimeOffset Read()
    {
        var year = Number(4, "2006", "", 0, 9999);
        Literal('-');
        var month = Number(2, "01", "month", 1, 12);
        Literal('-');
        var day = Number(2, "02", "", 0, 99);
        Literal('T');
        var hour = Number(2, "15", "hour", 0, 23, mayBeShort: true);
        Literal(':');
        var minute = Number(2, "04", "minute", 0, 59);
        Literal(':');
        var second = Number(2, "05", "second", 0, 59);
        var fraction = Fraction();
        var offset = Zone();
        if (_problem is null && _at < _text.Length)
            _problem = $": extra text: {Quote(_text[_at..])}";
        if (_problem is null && (year == 0 || day < 1 || day > DateTime.DaysInMonth(year, month)))
            _problem = year == 0 ? ": year out of range" : ": day out of range";
        if (_problem is not null)
            throw new ModelDecodeException($"parsing time {Quote(_text)}{_problem}");
        var ticks = new DateTime(year, month, day, hour, minute, second).Ticks + fraction - offset.Ticks;
        return ticks >= 0 && ticks <= DateTime.MaxValue.Ticks
            ? new DateTimeOffset(ticks, TimeSpan.Zero)
            : throw new ModelDecodeException($"parsing time {Quote(_text)}: year out of range");
    }

    private readonly string Layout => _fractionDigits == 0 ? "2006-01-02T15:04:05Z07:00" : $"2006-01-02T15:04:05.{new string('0', _fractionDigits)}Z07:00";

    private void Fail(string part) => _problem ??= $" as \"{Layout}\": cannot parse {Quote(_text[_at..])} as \"{part}\"";

    private void Literal(char expected)
    {
        if (_problem is not null)
            return;
        if (_at < _text.Length && _text[_at] == expected)
            _at++;
        else
            Fail(expected.ToString());
    }

    private int Number(int digits, string part, string name, int least, int most, bool mayBeShort = false)
    {
        if (_problem is not null)
            return 0;
        var (value, read) = (0, 0);
        while (read < digits && _at + read < _text.Length && char.IsAsciiDigit((char)_text[_at + read]))
            value = (value * 10) + _text[_at + read++] - '0';
        if (read < digits && !(mayBeShort && read > 0))
        {
            Fail(part);
            return 0;
        }
        _at += read;
        if (name.Length > 0 && (value < least || value > most))
            _problem = $": {name} out of range";
        return value;
    }

    // In ticks; what is finer is dropped.
    private long Fraction()
    {
        var isThere = _at + 1 < _text.Length && _text[_at] is (byte)'.' or (byte)',' && char.IsAsciiDigit((char)_text[_at + 1]);
        if (_problem is not null || (!isThere && _fractionDigits == 0))
            return 0;
        var end = _at + 1;
        while (isThere && end < _text.Length && (_fractionDigits == 0 || end <= _at + _fractionDigits) && char.IsAsciiDigit((char)_text[end]))
            end++;
        if (!isThere || (_fractionDigits > 0 && end - _at - 1 < _fractionDigits))
        {
            Fail($".{new string('0', _fractionDigits)}");
            return 0;
        }
        long ticks = 0;
        for (var digit = 0; digit < TicksDigits; digit++)
            ticks = (ticks * 10) + (_at + 1 + digit < end ? _text[_at + 1 + digit] - '0' : 0);
        _at = end;
        return ticks;
    }

    private TimeSpan Zone()
    {
        if (_problem is not null)
            return default;
        if (_at < _text.Length && _text[_at] == 'Z')
        {
            _at++;
            return default;
        }
        var isZone = _text.Length - _at >= 6 && _text[_at] is (byte)'+' or (byte)'-' && _text[_at + 3] == ':'
            && int.TryParse(_text.Slice(_at + 1, 2), NumberStyles.None, CultureInfo.InvariantCulture, out _)
            && int.TryParse(_text.Slice(_at + 4, 2), NumberStyles.None, CultureInfo.InvariantCulture, out _);
        if (!isZone)
        {
            Fail("Z07:00");
            return default;
        }
        var hours = int.Parse(_text.Slice(_at + 1, 2), NumberStyles.None, CultureInfo.InvariantCulture);
        var minutes = int.Parse(_text.Slice(_at + 4, 2), NumberStyles.None, CultureInfo.InvariantCulture);
        // Go takes 24 and 60 for offsets, as some write them.
        if (hours > 24 || minutes > 60)
            _problem = $": time zone offset {(hours > 24 ? "hour" : "minute")} out of range";
        var offset = new TimeSpan(hours, minutes, 0);
        var isWest = _text[_at] == '-';
        _at += 6;
        return isWest ? -offset : offset;
    }

    private static string Quote(ReadOnlySpan<byte> text)
    {
        var quoted = new StringBuilder(text.Length + 2).Append('"');
        foreach (var letter in text)
        {
            _ = letter switch
            {
                (byte)'"' or (byte)'\\' => quoted.Append('\\').Append((char)letter),
                < 0x20 or >= 0x80 => quoted.Append(CultureInfo.InvariantCulture, $@"\x{letter:x2}"),
                _ => quoted.Append((char)letter),
            };
        }
        return quoted.Append('"').ToString();
    }
}
