using System.Globalization;

namespace LedgerStore.Raft;

/// <summary>A member's identity. It belongs to one disk for ever: a new disk has a new one, whatever the member is called. Zero is nobody.</summary>
/// <param name="Value">The number.</param>
public readonly record struct MemberId(ulong Value) : IComparable<MemberId>
{
    /// <summary>Nobody.</summary>
    public static MemberId None => default;

    /// <summary>True for nobody.</summary>
    public bool IsNone => Value == 0;

    /// <summary>Reads what <see cref="ToString"/> wrote.</summary>
    public static bool TryParse(string? text, out MemberId id)
    {
        var isGood = ulong.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value) && value != 0;
        id = new MemberId(isGood ? value : 0);
        return isGood;
    }

    /// <inheritdoc />
    public int CompareTo(MemberId other) => Value.CompareTo(other.Value);

    /// <summary>Sixteen hexadecimal digits.</summary>
    public override string ToString() => Value.ToString("x16", CultureInfo.InvariantCulture);

    /// <summary>By number.</summary>
    public static bool operator <(MemberId left, MemberId right) => left.Value < right.Value;

    /// <summary>By number.</summary>
    public static bool operator >(MemberId left, MemberId right) => left.Value > right.Value;

    /// <summary>By number.</summary>
    public static bool operator <=(MemberId left, MemberId right) => left.Value <= right.Value;

    /// <summary>By number.</summary>
    public static bool operator >=(MemberId left, MemberId right) => left.Value >= right.Value;
}
