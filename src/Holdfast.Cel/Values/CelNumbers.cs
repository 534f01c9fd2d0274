using System.Globalization;

namespace Holdfast.Cel.Values;

/// <summary>Numbers across their types, compared without losing any digit.</summary>
internal static class CelNumbers
{
    private const double TwoTo63 = 9223372036854775808d;
    private const double TwoTo64 = 18446744073709551616d;
    private const int ExponentFrom = 6;

    /// <summary>-1, 0 or 1; null when one is no number, or not a number at all (NaN).</summary>
    public static int? Compare(CelValue left, CelValue right) => (left, right) switch
    {
        (CelInt a, CelInt b) => a.Value.CompareTo(b.Value),
        (CelUint a, CelUint b) => a.Value.CompareTo(b.Value),
        (CelDouble a, CelDouble b) => Order(a.Value, b.Value),
        (CelInt a, CelUint b) => a.Value < 0 ? -1 : ((ulong)a.Value).CompareTo(b.Value),
        (CelUint a, CelInt b) => b.Value < 0 ? 1 : a.Value.CompareTo((ulong)b.Value),
        (CelDouble a, CelInt b) => Order(a.Value, b.Value),
        (CelInt a, CelDouble b) => -Order(b.Value, a.Value),
        (CelDouble a, CelUint b) => Order(a.Value, b.Value),
        (CelUint a, CelDouble b) => -Order(b.Value, a.Value),
        _ => null,
    };

    public static double? ToDouble(CelValue value) => value switch
    {
        CelInt number => number.Value,
        CelUint number => number.Value,
        CelDouble number => number.Value,
        _ => null,
    };

    /// <summary>A floating-point number as Go writes it in its shortest form.</summary>
    public static string ToText(double value)
    {
        if (double.IsNaN(value))
            return "NaN";
        if (double.IsInfinity(value))
            return value > 0 ? "+Inf" : "-Inf";
        if (value == 0)
            return double.IsNegative(value) ? "-0" : "0";
        var scientific = value.ToString("E16", CultureInfo.InvariantCulture);
        var shortest = value.ToString("R", CultureInfo.InvariantCulture);
        var exponent = int.Parse(scientific[(scientific.IndexOf('E', StringComparison.Ordinal) + 1)..], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        var digits = Digits(shortest);
        var sign = value < 0 ? "-" : "";
        if (exponent is < -4 or >= ExponentFrom)
            return $"{sign}{digits[..1]}{(digits.Length > 1 ? "." + digits[1..] : "")}e{(exponent < 0 ? '-' : '+')}{Math.Abs(exponent):00}";
        return sign + (exponent < 0 ? "0." + new string('0', -exponent - 1) + digits
            : digits.Length <= exponent + 1 ? digits.PadRight(exponent + 1, '0')
            : digits[..(exponent + 1)] + "." + digits[(exponent + 1)..]);
    }

    private static string Digits(string shortest)
    {
        var mantissa = shortest.Split('E')[0];
        var digits = string.Concat(mantissa.Where(char.IsAsciiDigit)).TrimStart('0').TrimEnd('0');
        return digits.Length == 0 ? "0" : digits;
    }

    private static int? Order(double left, double right) => double.IsNaN(left) || double.IsNaN(right) ? null : left.CompareTo(right);

    // Between -2^63 and 2^63 the whole part is exact, so the fraction alone decides a tie.
    private static int? Order(double left, long right) =>
        double.IsNaN(left) ? null
        : left >= TwoTo63 ? 1
        : left < -TwoTo63 ? -1
        : ((long)left).CompareTo(right) is var order and not 0 ? order : left.CompareTo(Math.Truncate(left));

    private static int? Order(double left, ulong right) =>
        double.IsNaN(left) ? null
        : left >= TwoTo64 ? 1
        : left < 0 ? -1
        : ((ulong)left).CompareTo(right) is var order and not 0 ? order : left.CompareTo(Math.Truncate(left));
}
