using System.Collections.Immutable;
using System.Globalization;
using System.Numerics;
using System.Text;

namespace Holdfast.Cel.Functions;

/// <summary><c>format</c> of the strings extension: <c>%s %d %f %e %b %o %x %X %%</c>.</summary>
internal static class TextFormat
{
    private const int MaximumPrecision = 1000;

    public static CelValue Format(CelCall call, string format, ImmutableArray<CelValue> arguments)
    {
        call.Cost.SpendWalk(format.Length);
        var text = new StringBuilder();
        var next = 0;
        for (var at = 0; at < format.Length; at++)
        {
            if (format[at] != '%')
            {
                text.Append(format[at]);
                continue;
            }
            at++;
            if (at < format.Length && format[at] == '%')
            {
                text.Append('%');
                continue;
            }
            if (ReadPrecision(format, ref at) is not { } precision || at >= format.Length)
                return CelError.Of("could not parse formatting clause: unexpected end of format string");
            if (next >= arguments.Length)
                return CelError.Of($"index {next} out of range");
            if (Clause(call, format[at], precision, arguments[next++]) is not { } clause)
                return CelError.Of($"error during formatting: unrecognized formatting clause \"{format[at]}\" for the type {arguments[next - 1].Type.Kind.ToString().ToLowerInvariant()}");
            if (Operators.Sized(call, clause.Length) is { } tooLarge || text.Length + clause.Length > CelCost.MaximumSize)
                return Operators.TooLarge;
            text.Append(clause);
        }
        return new CelString(text.ToString());
    }

    /// <summary>Text between quotes, with escapes.</summary>
    public static string Quote(string text)
    {
        var quoted = new StringBuilder("\"");
        foreach (var character in text)
        {
            _ = character switch
            {
                '\a' => quoted.Append("\\a"),
                '\b' => quoted.Append("\\b"),
                '\f' => quoted.Append("\\f"),
                '\n' => quoted.Append("\\n"),
                '\r' => quoted.Append("\\r"),
                '\t' => quoted.Append("\\t"),
                '\v' => quoted.Append("\\v"),
                '\\' or '"' => quoted.Append('\\').Append(character),
                _ => quoted.Append(character),
            };
        }
        return quoted.Append('"').ToString();
    }

    // -1 when none is given; null when it does not end, or is too large.
    private static int? ReadPrecision(string format, ref int at)
    {
        if (at >= format.Length || format[at] != '.')
            return -1;
        var start = ++at;
        while (at < format.Length && char.IsAsciiDigit(format[at]))
            at++;
        return int.TryParse(format.AsSpan(start, at - start), NumberStyles.None, CultureInfo.InvariantCulture, out var precision) && precision <= MaximumPrecision
            ? precision : null;
    }

    private static string? Clause(CelCall call, char letter, int precision, CelValue value) => (letter, value) switch
    {
        ('s', _) => Shown(call, value),
        ('d', CelInt or CelUint) => Conversions.ToText(value),
        ('d', CelDouble { Value: var number }) when !double.IsFinite(number) => NonFinite(number),
        ('f', CelInt or CelUint or CelDouble) => Real(value, number => number.ToString("F" + (precision < 0 ? 6 : precision), CultureInfo.InvariantCulture)),
        ('e', CelInt or CelUint or CelDouble) => Real(value, number => Scientific(number, precision < 0 ? 6 : precision)),
        ('b', CelBool flag) => flag.Value ? "1" : "0",
        ('b', _) => Whole(value, 2),
        ('o', _) => Whole(value, 8),
        ('x', CelString text) => Hexadecimal(Encoding.UTF8.GetBytes(text.Value)),
        ('x', CelBytes bytes) => Hexadecimal(bytes.Value.AsSpan()),
        ('x', _) => Whole(value, 16),
        ('X', _) => Clause(call, 'x', precision, value)?.ToUpperInvariant(),
        _ => null,
    };

    // The same value may stand in a list many times over, so what is written is paid for as it is written.
    private static string Shown(CelCall call, CelValue value)
    {
        var shown = value switch
        {
            CelList list => "[" + string.Join(", ", list.Items.Select(item => Shown(call, item))) + "]",
            CelMap map => "{" + string.Join(", ", map.Entries.Select(entry => (Key: Shown(call, entry.Key), Value: Shown(call, entry.Value)))
                .OrderBy(entry => entry.Key, StringComparer.Ordinal).Select(entry => $"{entry.Key}: {entry.Value}")) + "}",
            CelBytes bytes => Encoding.UTF8.GetString(bytes.Value.AsSpan()),
            CelDouble { Value: var number } when !double.IsFinite(number) => NonFinite(number),
            _ => Conversions.ToText(value),
        };
        call.Cost.Spend(shown.Length);
        return shown;
    }

    private static string NonFinite(double number) => double.IsNaN(number) ? "NaN" : number > 0 ? "Infinity" : "-Infinity";

    private static string Real(CelValue value, Func<double, string> write) =>
        Values.CelNumbers.ToDouble(value) is { } number && double.IsFinite(number) ? write(number) : NonFinite(Values.CelNumbers.ToDouble(value) ?? double.NaN);

    // Go writes at least two digits of the exponent, .NET three.
    private static string Scientific(double number, int precision)
    {
        var written = number.ToString("e" + precision, CultureInfo.InvariantCulture);
        var exponent = written.IndexOf('e', StringComparison.Ordinal);
        return $"{written[..(exponent + 2)]}{written[(exponent + 2)..].TrimStart('0').PadLeft(2, '0')}";
    }

    private static string Hexadecimal(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(bytes);

    private static string? Whole(CelValue value, int radix)
    {
        BigInteger? number = value switch { CelInt whole => whole.Value, CelUint whole => whole.Value, _ => null };
        if (number is not { } left)
            return null;
        if (left.IsZero)
            return "0";
        var digits = new StringBuilder();
        for (var rest = BigInteger.Abs(left); !rest.IsZero; rest /= radix)
            digits.Insert(0, "0123456789abcdef"[(int)(rest % radix)]);
        return left.Sign < 0 ? "-" + digits : digits.ToString();
    }
}
