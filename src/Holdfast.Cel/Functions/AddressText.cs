using System.Globalization;
using System.Text;

namespace Holdfast.Cel.Functions;

/// <summary>Reads and writes IP addresses and networks as Go's <c>net/netip</c> does: strictly, and in RFC 5952's form.</summary>
internal static class AddressText
{
    private const int Groups = 8;

    /// <summary>An address, or an error.</summary>
    public static CelValue ReadIp(string text)
    {
        if (Parse(text) is not CelIp address)
            return CelError.Of($"IP Address {Quoted(text)} parse error during conversion from string: ParseAddr({Quoted(text)}): {Problem(text)}");
        if (text.Contains('%', StringComparison.Ordinal))
            return CelError.Of($"IP address {Quoted(text)} with zone value is not allowed");
        return IsMapped(address) ? CelError.Of($"IPv4-mapped IPv6 address {Quoted(text)} is not allowed") : address;
    }

    /// <summary>A network, or an error.</summary>
    public static CelValue ReadCidr(string text)
    {
        const string Twice = "network address parse error during conversion from string: network address parse error during conversion from string: ";
        var slash = text.LastIndexOf('/');
        if (slash < 0)
            return Failed("no '/'");
        var (front, length) = (text[..slash], text[(slash + 1)..]);
        if (front.Contains('%', StringComparison.Ordinal))
            return Failed("IPv6 zones cannot be present in a prefix");
        if (Parse(front) is not CelIp address)
            return Failed($"ParseAddr({Quoted(front)}): {Problem(front)}");
        if (length.Length is 0 or > 3 || !length.All(char.IsAsciiDigit) || (length.Length > 1 && length[0] == '0'))
            return Failed($"bad bits after slash: {Quoted(length)}");
        var bits = int.Parse(length, NumberStyles.None, CultureInfo.InvariantCulture);
        if (bits > address.Width)
            return Failed("prefix length out of range");
        return IsMapped(address)
            ? CelError.Of($"network address parse error during conversion from string: IPv4-mapped IPv6 address {Quoted(text)} is not allowed")
            : new CelCidr(address, bits);

        CelError Failed(string problem) => CelError.Of($"{Twice}netip.ParsePrefix({Quoted(text)}): {problem}");
    }

    public static string Write(CelCidr network) => $"{Write(network.Address)}/{network.PrefixLength.ToString(CultureInfo.InvariantCulture)}";

    /// <summary>The one canonical form of an address.</summary>
    public static string Write(CelIp address)
    {
        if (!address.IsSix)
            return string.Join('.', Enumerable.Range(0, 4).Select(index => ((byte)(address.Bits >> (24 - (8 * index)))).ToString(CultureInfo.InvariantCulture)));
        var groups = Enumerable.Range(0, Groups).Select(index => (ushort)(address.Bits >> (112 - (16 * index)))).ToArray();
        var (start, length) = LongestZeros(groups);
        var text = new StringBuilder();
        for (var index = 0; index < Groups; index++)
        {
            if (index == start && length > 1)
            {
                text.Append("::");
                index += length - 1;
                continue;
            }
            if (text.Length > 0 && text[^1] != ':')
                text.Append(':');
            text.Append(groups[index].ToString("x", CultureInfo.InvariantCulture));
        }
        return text.ToString();
    }

    private static (int Start, int Length) LongestZeros(ushort[] groups)
    {
        var best = (Start: -1, Length: 0);
        for (var start = 0; start < Groups; start++)
        {
            var end = start;
            while (end < Groups && groups[end] == 0)
                end++;
            if (end - start > best.Length)
                best = (start, end - start);
        }
        return best;
    }

    private static bool IsMapped(CelIp address) => address.IsSix && address.Bits >> 32 == 0xffff;

    private static CelIp? Parse(string text)
    {
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        if (colon < 0)
            return ParseFour(text) is { } four ? new(four, false) : null;
        var zone = text.IndexOf('%', StringComparison.Ordinal);
        if (zone == text.Length - 1)
            return null;
        return ParseSix(zone < 0 ? text : text[..zone]) is { } six ? new(six, true) : null;
    }

    private static uint? ParseFour(string text)
    {
        var parts = text.Split('.');
        if (parts.Length != 4)
            return null;
        var address = 0u;
        foreach (var part in parts)
        {
            var isOctet = part.Length is > 0 and <= 3 && part.All(char.IsAsciiDigit) && (part.Length == 1 || part[0] != '0');
            if (!isOctet || int.Parse(part, NumberStyles.None, CultureInfo.InvariantCulture) is not (<= 255 and var octet))
                return null;
            address = (address << 8) | (uint)octet;
        }
        return address;
    }

    private static UInt128? ParseSix(string text)
    {
        var gap = text.IndexOf("::", StringComparison.Ordinal);
        if (gap < 0)
            return GroupsOf(text) is { Count: Groups } all ? Joined(all) : null;
        var (front, back) = (text[..gap], text[(gap + 2)..]);
        if (front.Contains('.', StringComparison.Ordinal) || GroupsOf(front) is not { } before || GroupsOf(back) is not { } after)
            return null;
        var missing = Groups - before.Count - after.Count;
        return missing < 1 ? null : Joined([.. before, .. Enumerable.Repeat((ushort)0, missing), .. after]);
    }

    // The last two groups may be written as an address of IPv4.
    private static List<ushort>? GroupsOf(string text)
    {
        var groups = new List<ushort>();
        var parts = text.Length == 0 ? [] : text.Split(':');
        for (var index = 0; index < parts.Length; index++)
        {
            if (index == parts.Length - 1 && parts[index].Contains('.', StringComparison.Ordinal))
            {
                if (ParseFour(parts[index]) is not { } four)
                    return null;
                groups.AddRange([(ushort)(four >> 16), (ushort)four]);
            }
            else if (parts[index].Length is > 0 and <= 4 && parts[index].All(char.IsAsciiHexDigit))
                groups.Add(ushort.Parse(parts[index], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture));
            else
                return null;
        }
        return groups.Count > Groups ? null : groups;
    }

    private static UInt128 Joined(List<ushort> groups) => groups.Aggregate(UInt128.Zero, (address, group) => (address << 16) | group);

    private static string Problem(string text)
    {
        var first = text.AsSpan().IndexOfAny('.', ':', '%');
        if (first < 0)
            return "unable to parse IP";
        if (text[first] == '%')
            return "missing IPv6 address";
        if (text[first] == ':')
            return text.EndsWith('%') ? "zone must be a non-empty string" : "each group must be of one to four hexadecimal digits, and all or a gap must be there";
        var parts = text.Split('.');
        return !parts.All(part => part.All(char.IsAsciiDigit)) ? "unexpected character"
            : parts.Any(part => part.Length > 1 && part[0] == '0') ? "IPv4 field has octet with leading zero"
            : parts.Any(part => part.Length > 3 || (part.Length == 3 && string.CompareOrdinal(part, "255") > 0)) ? "IPv4 field has value >255"
            : parts.Any(part => part.Length == 0) ? "IPv4 field must have at least one digit"
            : parts.Length > 4 ? "IPv4 address too long" : "IPv4 address too short";
    }

    private static string Quoted(string text) => TextFormat.Quote(text.Length > 100 ? text[..100] : text);
}
