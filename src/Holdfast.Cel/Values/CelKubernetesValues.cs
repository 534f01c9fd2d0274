using System.Collections.Immutable;
using System.Numerics;

namespace Holdfast.Cel;

/// <summary>
/// A quantity such as <c>1.5Gi</c>: exact down to a billionth. Equal when the numbers are.
/// </summary>
/// <param name="Billionths">The number, in billionths.</param>
/// <param name="Scale">
/// The power of ten in which Kubernetes keeps the number as a small integer; null when it keeps it as a large decimal, which is never
/// taken for an integer again.
/// </param>
public sealed record CelQuantity(BigInteger Billionths, int? Scale) : CelValue
{
    /// <inheritdoc/>
    public override CelType Type => CelType.Quantity;

    /// <inheritdoc/>
    public bool Equals(CelQuantity? other) => other is not null && Billionths == other.Billionths;

    /// <inheritdoc/>
    public override int GetHashCode() => Billionths.GetHashCode();
}

/// <summary>A URL in its parts, unescaped as Go's <c>net/url</c> gives them.</summary>
/// <param name="Scheme">The scheme in lower case; empty when there is none.</param>
/// <param name="Host">The host with its port.</param>
/// <param name="EscapedPath">The path, escaped.</param>
/// <param name="RawQuery">What stands behind the question mark.</param>
/// <param name="Rest">User, opaque part and fragment as they stand, for equality.</param>
public sealed record CelUrl(string Scheme, string Host, string EscapedPath, string RawQuery, string Rest) : CelValue
{
    /// <inheritdoc/>
    public override CelType Type => CelType.Url;
}

/// <summary>An IP address without a zone.</summary>
/// <param name="Bits">The address; of IPv4 the lowest 32 bits.</param>
/// <param name="IsSix">Whether it is an address of IPv6.</param>
public sealed record CelIp(UInt128 Bits, bool IsSix) : CelValue
{
    /// <inheritdoc/>
    public override CelType Type => CelType.Ip;

    internal int Width => IsSix ? 128 : 32;
}

/// <summary>A network: an address and the length of its prefix. The bits behind the prefix need not be zero.</summary>
/// <param name="Address">The address.</param>
/// <param name="PrefixLength">The length of the prefix in bits.</param>
public sealed record CelCidr(CelIp Address, int PrefixLength) : CelValue
{
    /// <inheritdoc/>
    public override CelType Type => CelType.Cidr;

    internal CelCidr Masked() => new(Address with { Bits = Mask(Address.Bits, Address.Width, PrefixLength) }, PrefixLength);

    internal bool Contains(CelIp address) =>
        address.IsSix == Address.IsSix && Mask(address.Bits, address.Width, PrefixLength) == Mask(Address.Bits, Address.Width, PrefixLength);

    private static UInt128 Mask(UInt128 bits, int width, int length)
    {
        var free = width - length;
        return free >= 128 ? UInt128.Zero : bits >> free << free;
    }
}

/// <summary>A named form of text.</summary>
/// <param name="Name">The name, such as <c>dns1123Label</c>.</param>
public sealed record CelFormat(string Name) : CelValue
{
    /// <inheritdoc/>
    public override CelType Type => CelType.Format;
}

/// <summary>A semantic version; what stands behind the plus sign does not count when versions are compared.</summary>
/// <param name="Major">The first number.</param>
/// <param name="Minor">The second number.</param>
/// <param name="Patch">The third number.</param>
/// <param name="Before">The identifiers behind the minus sign; a version with some comes before the one without.</param>
public sealed record CelSemver(ulong Major, ulong Minor, ulong Patch, ImmutableArray<string> Before) : CelValue
{
    /// <inheritdoc/>
    public override CelType Type => CelType.Semver;

    /// <inheritdoc/>
    public bool Equals(CelSemver? other) => other is not null && Compare(other) == 0;

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Major, Minor, Patch, Before.Length);

    /// <summary>-1, 0 or 1, by semver.org's order.</summary>
    /// <param name="other">The other version.</param>
    internal int Compare(CelSemver other)
    {
        var numbers = (Major, Minor, Patch).CompareTo((other.Major, other.Minor, other.Patch));
        if (numbers != 0 || (Before.IsEmpty && other.Before.IsEmpty))
            return numbers;
        if (Before.IsEmpty || other.Before.IsEmpty)
            return Before.IsEmpty ? 1 : -1;
        for (var index = 0; index < Math.Min(Before.Length, other.Before.Length); index++)
        {
            if (CompareIdentifiers(Before[index], other.Before[index]) is var order and not 0)
                return order;
        }
        return Before.Length.CompareTo(other.Before.Length);
    }

    private static int CompareIdentifiers(string left, string right) => (IsNumber(left), IsNumber(right)) switch
    {
        (true, true) => left.Length != right.Length ? left.Length.CompareTo(right.Length) : Math.Sign(string.CompareOrdinal(left, right)),
        (true, false) => -1,
        (false, true) => 1,
        _ => Math.Sign(string.CompareOrdinal(left, right)),
    };

    private static bool IsNumber(string identifier) => identifier.All(char.IsAsciiDigit);
}
