using System.Buffers;
using System.Globalization;
using System.Numerics;

namespace Holdfast.Model.Values;

/// <summary>
/// Reads and writes the text of quantities. As Kubernetes does, it takes a missing number as zero (<c>Ki</c>, <c>-</c>)
/// and caps amounts with binary suffixes at 2^63 - 1. Other amounts may be as large as 10^28: larger ones, which Kubernetes takes, are refused.
/// </summary>
internal static class QuantityText
{
    // Far longer than any amount within the limit; keeps hostile input from costing time.
    private const int MaximumLength = 128;

    // Exponents beyond this are far outside the limit either way.
    private const int MaximumExponent = 200;

    private const int DecimalPlaces = 9;

    // What 128 bits hold with room for sums.
    private static readonly BigInteger MaximumNanos = BigInteger.Pow(10, 37);

    // Up to so many digits every step stays within 128 bits.
    private const int QuickDigits = 9;

    private const int MaximumBinaryExponent = 60;

    private static readonly SearchValues<char> SuffixLetters = SearchValues.Create("eEinumkKMGTP");

    private static readonly long[] PowersOfTen = [.. Enumerable.Range(0, (2 * DecimalPlaces) + 1).Select(power => (long)BigInteger.Pow(10, power))];

    private static readonly string[] DecimalSuffixes = ["n", "u", "m", "", "k", "M", "G", "T", "P", "E"];

    private static readonly string[] BinarySuffixes = ["", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"];

    /// <summary>Reads text; returns what is wrong with it, or null.</summary>
    /// <param name="text">The text.</param>
    /// <param name="nanos">The amount in billionths.</param>
    /// <param name="format">The family of its suffix.</param>
    internal static string? Read(ReadOnlySpan<char> text, out Int128 nanos, out QuantityFormat format)
    {
        (nanos, format) = (0, QuantityFormat.DecimalSI);
        if (text.IsEmpty)
        {
            return Quantity.MalformedError;
        }
        var isNegative = text[0] == '-';
        var rest = text[0] is '-' or '+' ? text[1..] : text;
        var whole = TakeDigits(rest, out rest);
        var fraction = ReadOnlySpan<char>.Empty;
        if (rest is ['.', ..])
        {
            rest = rest[1..];
            fraction = TakeDigits(rest, out rest);
        }
        if (!HasSuffixShape(rest))
        {
            return Quantity.MalformedError;
        }
        if (!TryReadSuffix(rest, out format, out var exponent))
        {
            return Quantity.SuffixError;
        }
        if (text.Length > MaximumLength)
        {
            return Quantity.NumberError;
        }
        if (Amount(whole, fraction, format, exponent) is not { } amount)
        {
            return Quantity.TooLargeError;
        }
        if (format == QuantityFormat.BinarySI && amount < Quantity.NanosPerUnit)
        {
            format = QuantityFormat.DecimalSI;
        }
        nanos = isNegative ? -amount : amount;
        return null;
    }

    /// <summary>Writes an amount other than zero.</summary>
    /// <param name="nanos">The amount in billionths.</param>
    /// <param name="format">The family of suffixes.</param>
    internal static string Write(Int128 nanos, QuantityFormat format)
    {
        var (units, fraction) = Int128.DivRem(nanos, Quantity.NanosPerUnit);
        if (format == QuantityFormat.BinarySI && fraction == 0 && Int128.Abs(units) >= 1024)
        {
            return WriteBinary(units);
        }
        var step = Reduce(ref nanos, 1000, DecimalSuffixes.Length - 1);
        var number = nanos.ToString(CultureInfo.InvariantCulture);
        var exponent = (step * 3) - DecimalPlaces;
        return format != QuantityFormat.DecimalExponent ? number + DecimalSuffixes[step]
            : exponent == 0 ? number
            : string.Create(CultureInfo.InvariantCulture, $"{number}e{exponent}");
    }

    private static string WriteBinary(Int128 units)
    {
        var step = Reduce(ref units, 1024, BinarySuffixes.Length - 1);
        return units.ToString(CultureInfo.InvariantCulture) + BinarySuffixes[step];
    }

    // Divides as often as nothing is lost; in 64 bits where they do, which is many times faster.
    private static int Reduce(ref Int128 number, int divisor, int maximumSteps)
    {
        var step = 0;
        while (step < maximumSteps && Int128.Abs(number) > long.MaxValue && number % divisor == 0)
        {
            number /= divisor;
            step++;
        }
        if (Int128.Abs(number) <= long.MaxValue)
        {
            var small = (long)number;
            while (step < maximumSteps && small % divisor == 0)
            {
                small /= divisor;
                step++;
            }
            number = small;
        }
        return step;
    }

    private static Int128? Amount(ReadOnlySpan<char> whole, ReadOnlySpan<char> fraction, QuantityFormat format, int exponent)
    {
        if (fraction.IsEmpty && whole.Length is > 0 and <= QuickDigits && exponent is >= -DecimalPlaces and <= MaximumBinaryExponent)
        {
            var quick = (Int128)long.Parse(whole, NumberStyles.None, CultureInfo.InvariantCulture);
            if (format == QuantityFormat.BinarySI)
            {
                return Int128.Min((quick << exponent) * Quantity.NanosPerUnit, (Int128)long.MaxValue * Quantity.NanosPerUnit);
            }
            if (exponent <= DecimalPlaces)
            {
                return quick * (Int128)PowersOfTen[DecimalPlaces + exponent];
            }
        }
        var digits = string.Concat(whole, fraction);
        var number = digits.Length == 0 ? BigInteger.Zero : BigInteger.Parse(digits, NumberStyles.None, CultureInfo.InvariantCulture);
        if (format == QuantityFormat.BinarySI)
        {
            number <<= exponent;
            exponent = 0;
        }
        var places = DecimalPlaces + exponent - fraction.Length;
        if (places >= 0)
        {
            number *= BigInteger.Pow(10, places);
        }
        else
        {
            var divisor = BigInteger.Pow(10, -places);
            number = (number + divisor - 1) / divisor;
        }
        if (format == QuantityFormat.BinarySI)
        {
            return (Int128)BigInteger.Min(number, (BigInteger)long.MaxValue * Quantity.NanosPerUnit);
        }
        return number <= MaximumNanos ? (Int128)number : null;
    }

    private static ReadOnlySpan<char> TakeDigits(ReadOnlySpan<char> text, out ReadOnlySpan<char> rest)
    {
        var end = text.IndexOfAnyExceptInRange('0', '9');
        var digits = end < 0 ? text : text[..end];
        rest = text[digits.Length..];
        return digits;
    }

    private static bool HasSuffixShape(ReadOnlySpan<char> suffix)
    {
        var letters = suffix.IndexOfAnyExcept(SuffixLetters);
        if (letters < 0)
        {
            return true;
        }
        var rest = suffix[letters..];
        return !(rest[0] is '-' or '+' ? rest[1..] : rest).ContainsAnyExceptInRange('0', '9');
    }

    private static bool TryReadSuffix(ReadOnlySpan<char> suffix, out QuantityFormat format, out int exponent)
    {
        (format, exponent) = (QuantityFormat.DecimalSI, 0);
        for (var i = 0; i < DecimalSuffixes.Length; i++)
        {
            if (suffix.SequenceEqual(DecimalSuffixes[i]))
            {
                exponent = (i * 3) - DecimalPlaces;
                return true;
            }
        }
        for (var i = 1; i < BinarySuffixes.Length; i++)
        {
            if (suffix.SequenceEqual(BinarySuffixes[i]))
            {
                (format, exponent) = (QuantityFormat.BinarySI, i * 10);
                return true;
            }
        }
        format = QuantityFormat.DecimalExponent;
        var isExponent = suffix is ['e' or 'E', _, ..]
            & long.TryParse(suffix.IsEmpty ? suffix : suffix[1..], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var parsed);
        exponent = (int)Math.Clamp(parsed, -MaximumExponent, MaximumExponent);
        return isExponent;
    }
}
