using System.Numerics;

namespace Holdfast.Model.Values;

/// <summary>The family of suffixes that a quantity was written with and is written with again.</summary>
public enum QuantityFormat
{
    /// <summary>Powers of a thousand: <c>n u m k M G T P E</c>, or no suffix.</summary>
    DecimalSI,

    /// <summary>Powers of 1024: <c>Ki Mi Gi Ti Pi Ei</c>.</summary>
    BinarySI,

    /// <summary>Powers of ten: <c>e3</c>, <c>E-6</c>.</summary>
    DecimalExponent,
}

/// <summary>
/// An amount of a resource, such as <c>500m</c> or <c>200Gi</c>: an exact decimal number with up to nine decimal places
/// (finer ones are rounded away from zero) and at most 10^28 in magnitude, with the family of suffixes it is written with.
/// Two quantities are equal when they are the same amount, whatever their suffixes. The default value is zero.
/// Follows Kubernetes' <c>resource.Quantity</c>.
/// </summary>
public readonly struct Quantity : IEquatable<Quantity>, IComparable<Quantity>
{
    /// <summary>The error for text that is not a number with a suffix.</summary>
    public const string MalformedError = "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";

    /// <summary>The error for a number that cannot be read.</summary>
    public const string NumberError = "unable to parse numeric part of quantity";

    /// <summary>The error for an amount that is not held.</summary>
    public const string TooLargeError = "quantities may not be larger than 10^28";

    /// <summary>The error for an unknown suffix.</summary>
    public const string SuffixError = "unable to parse quantity's suffix";

    internal const long NanosPerUnit = 1_000_000_000;

    private static readonly Int128 Limit = (Int128)BigInteger.Pow(10, 37);

    private readonly Int128 _nanos;
    private readonly string? _text;

    internal Quantity(Int128 nanos, QuantityFormat format)
    {
        _nanos = Int128.Clamp(nanos, -Limit, Limit);
        Format = format;
        _text = _nanos == 0 ? null : QuantityText.Write(_nanos, format);
    }

    /// <summary>Nothing.</summary>
    public static Quantity Zero => default;

    /// <summary>The family of suffixes.</summary>
    public QuantityFormat Format { get; }

    /// <summary>Whether the amount is zero.</summary>
    public bool IsZero => _nanos == 0;

    /// <summary>-1, 0 or 1.</summary>
    public int Sign => Int128.Sign(_nanos);

    /// <summary>A whole number of units.</summary>
    /// <param name="units">The number.</param>
    /// <param name="format">The family of suffixes.</param>
    public static Quantity FromInt64(long units, QuantityFormat format = QuantityFormat.DecimalSI) => new((Int128)units * NanosPerUnit, format);

    /// <summary>A number of thousandths, such as millicores.</summary>
    /// <param name="thousandths">The number.</param>
    public static Quantity FromMilli(long thousandths) => new((Int128)thousandths * (NanosPerUnit / 1000), QuantityFormat.DecimalSI);

    /// <summary>Reads a quantity.</summary>
    /// <param name="text">The text.</param>
    /// <param name="quantity">The quantity, or zero.</param>
    public static bool TryParse(string text, out Quantity quantity) => TryParse(text, out quantity, out _);

    /// <summary>Reads a quantity or says what is wrong with it.</summary>
    /// <param name="text">The text.</param>
    /// <param name="quantity">The quantity, or zero.</param>
    /// <param name="error">One of the three errors, or null.</param>
    public static bool TryParse(string text, out Quantity quantity, out string? error)
    {
        error = QuantityText.Read(text, out var nanos, out var format);
        quantity = error is null ? new(nanos, format) : default;
        return error is null;
    }

    /// <summary>Reads a quantity that is known to be well formed.</summary>
    /// <param name="text">The text.</param>
    /// <exception cref="FormatException">It is not.</exception>
    public static Quantity Parse(string text) =>
        TryParse(text, out var quantity, out var error) ? quantity : throw new FormatException($"\"{text}\": {error}");

    /// <summary>The number of whole units, rounded away from zero, at most what 64 bits hold.</summary>
    public long ToInt64() => Scaled(NanosPerUnit);

    /// <summary>The number of thousandths, rounded away from zero, at most what 64 bits hold.</summary>
    public long ToMilliInt64() => Scaled(NanosPerUnit / 1000);

    /// <summary>The nearest floating-point number.</summary>
    public double ToDouble() => (double)_nanos / NanosPerUnit;

    /// <inheritdoc/>
    public int CompareTo(Quantity other) => _nanos.CompareTo(other._nanos);

    /// <inheritdoc/>
    public bool Equals(Quantity other) => _nanos == other._nanos;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Quantity other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => _nanos.GetHashCode();

    /// <summary>The canonical text: no fraction, and the largest suffix of its family that loses nothing.</summary>
    public override string ToString() => _text ?? "0";

    /// <summary>The sum, in the first's family of suffixes unless it is zero.</summary>
    /// <param name="left">One amount.</param>
    /// <param name="right">The other.</param>
    public static Quantity operator +(Quantity left, Quantity right) => new(left._nanos + right._nanos, (left.IsZero ? right : left).Format);

    /// <summary>The difference, in the first's family of suffixes unless it is zero.</summary>
    /// <param name="left">One amount.</param>
    /// <param name="right">What is taken away.</param>
    public static Quantity operator -(Quantity left, Quantity right) => new(left._nanos - right._nanos, (left.IsZero ? right : left).Format);

    /// <summary>The amount with the other sign.</summary>
    /// <param name="value">The amount.</param>
    public static Quantity operator -(Quantity value) => new(-value._nanos, value.Format);

    /// <summary>Whether two are the same amount.</summary>
    /// <param name="left">One amount.</param>
    /// <param name="right">The other.</param>
    public static bool operator ==(Quantity left, Quantity right) => left.Equals(right);

    /// <summary>Whether two are different amounts.</summary>
    /// <param name="left">One amount.</param>
    /// <param name="right">The other.</param>
    public static bool operator !=(Quantity left, Quantity right) => !left.Equals(right);

    /// <summary>Whether the first is less.</summary>
    /// <param name="left">One amount.</param>
    /// <param name="right">The other.</param>
    public static bool operator <(Quantity left, Quantity right) => left._nanos < right._nanos;

    /// <summary>Whether the first is more.</summary>
    /// <param name="left">One amount.</param>
    /// <param name="right">The other.</param>
    public static bool operator >(Quantity left, Quantity right) => left._nanos > right._nanos;

    /// <summary>Whether the first is not more.</summary>
    /// <param name="left">One amount.</param>
    /// <param name="right">The other.</param>
    public static bool operator <=(Quantity left, Quantity right) => left._nanos <= right._nanos;

    /// <summary>Whether the first is not less.</summary>
    /// <param name="left">One amount.</param>
    /// <param name="right">The other.</param>
    public static bool operator >=(Quantity left, Quantity right) => left._nanos >= right._nanos;

    private long Scaled(long nanosPerStep)
    {
        var (whole, rest) = Int128.DivRem(_nanos, nanosPerStep);
        return (long)Int128.Clamp(whole + Int128.Sign(rest), long.MinValue, long.MaxValue);
    }
}
