using System.Collections.Frozen;
using System.Globalization;
using System.Numerics;

namespace Holdfast.Cel.Functions;

/// <summary>Reads quantities as Kubernetes' <c>resource.Quantity</c> does.</summary>
internal static class QuantityText
{
    /// <summary>Decimal places that a quantity keeps.</summary>
    public const int Places = 9;

    // Beyond this no exponent changes what an expression can tell; it bounds the numbers that are made.
    private const int MaximumExponent = 1000;
    private const int SmallDigits = 18;
    private const int MaximumLength = 4096;

    private static readonly BigInteger Largest = new BigInteger(long.MaxValue) * BigInteger.Pow(10, Places);

    private static readonly FrozenDictionary<string, int> DecimalSuffixes = new Dictionary<string, int>(StringComparer.Ordinal)
    {
        ["n"] = -9,
        ["u"] = -6,
        ["m"] = -3,
        [""] = 0,
        ["k"] = 3,
        ["M"] = 6,
        ["G"] = 9,
        ["T"] = 12,
        ["P"] = 15,
        ["E"] = 18,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private static readonly FrozenDictionary<string, int> BinarySuffixes = new Dictionary<string, int>(StringComparer.Ordinal)
    {
        ["Ki"] = 10,
        ["Mi"] = 20,
        ["Gi"] = 30,
        ["Ti"] = 40,
        ["Pi"] = 50,
        ["Ei"] = 60,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    public static CelValue Read(string text)
    {
        if (text.Length == 0)
            return CelError.Of("quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'");
        if (text == "0")
            return new CelQuantity(BigInteger.Zero, 0);
        return TryRead(text) is { } quantity ? quantity : CelError.Of(
            SuffixOf(text) is null
                ? "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"
                : "unable to parse quantity's suffix");
    }

    private static CelQuantity? TryRead(string text)
    {
        if (text.Length > MaximumLength || SuffixOf(text) is not { } suffix)
            return null;
        var isNegative = text[0] == '-';
        var number = text[(text[0] is '-' or '+' ? 1 : 0)..(text.Length - suffix.Length)];
        var dot = number.IndexOf('.', StringComparison.Ordinal);
        var (whole, fraction) = dot < 0 ? (number, "") : (number[..dot], number[(dot + 1)..]);
        whole = whole.TrimStart('0');
        var digits = BigInteger.Parse("0" + whole + fraction, NumberStyles.None, CultureInfo.InvariantCulture);
        digits = isNegative ? -digits : digits;
        if (BinarySuffixes.TryGetValue(suffix, out var power))
            return Binary(digits, whole.Length, fraction.Length, power);
        return Exponent(suffix) is { } exponent ? Decimal(digits, whole.Length, fraction.Length, exponent) : null;
    }

    private static CelQuantity Binary(BigInteger digits, int wholeLength, int fractionLength, int power)
    {
        var scaled = digits << power;
        var isSmall = fractionLength == 0 && 15 - wholeLength - (power * 3 / 10) - 1 >= 0;
        return isSmall ? new(scaled * BigInteger.Pow(10, Places), 0) : Large(scaled, -fractionLength);
    }

    private static CelQuantity Decimal(BigInteger digits, int wholeLength, int fractionLength, int exponent)
    {
        var scale = exponent - fractionLength;
        if (wholeLength + fractionLength > SmallDigits || scale < -Places)
            return Large(digits, scale);
        return new(digits * BigInteger.Pow(10, scale + Places), scale);
    }

    // What is smaller than a billionth is rounded away from zero, and what is larger than 63 bits is cut to them.
    private static CelQuantity Large(BigInteger digits, int scale)
    {
        var shift = scale + Places;
        var magnitude = BigInteger.Abs(digits);
        if (shift >= 0)
            magnitude *= BigInteger.Pow(10, shift);
        else if (BigInteger.DivRem(magnitude, BigInteger.Pow(10, -shift), out var rest) is var rounded)
            magnitude = rest.IsZero ? rounded : rounded + 1;
        magnitude = BigInteger.Min(magnitude, Largest);
        return new(digits.Sign < 0 ? -magnitude : magnitude, null);
    }

    // The suffix begins behind the number; null when no number stands before it.
    private static string? SuffixOf(string text)
    {
        var at = text[0] is '-' or '+' ? 1 : 0;
        var start = at;
        while (at < text.Length && char.IsAsciiDigit(text[at]))
            at++;
        var count = at - start;
        if (at < text.Length && text[at] == '.')
        {
            at++;
            while (at < text.Length && char.IsAsciiDigit(text[at]))
                (at, count) = (at + 1, count + 1);
        }
        return count == 0 ? null : text[at..];
    }

    private static int? Exponent(string suffix)
    {
        if (DecimalSuffixes.TryGetValue(suffix, out var exponent))
            return exponent;
        return suffix.Length > 1 && suffix[0] is 'e' or 'E'
            && long.TryParse(suffix.AsSpan(1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var power)
            ? (int)Math.Clamp(power, -MaximumExponent, MaximumExponent) : null;
    }
}
