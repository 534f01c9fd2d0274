namespace Holdfast.Cel.Functions;

/// <summary>Kubernetes' functions of IP addresses and networks.</summary>
internal static class Addresses
{
    private static readonly CelType S = CelType.String;

    public static CelLibrary Library { get; } = Networks(Tests(new CelLibrary()
        .Global("ip", CelType.Ip, [S], (_, a) => AddressText.ReadIp(Text(a[0])))
        .Global("isIP", CelType.Bool, [S], (_, a) => CelBool.Of(AddressText.ReadIp(Text(a[0])) is CelIp))
        .Global("ip.isCanonical", CelType.Bool, [S], (_, a) =>
            AddressText.ReadIp(Text(a[0])) is CelIp address ? CelBool.Of(AddressText.Write(address) == Text(a[0])) : AddressText.ReadIp(Text(a[0])))
        .Member("family", CelType.Int, [CelType.Ip], (_, a) => new CelInt(Ip(a[0]).IsSix ? 6 : 4))));

    private static CelLibrary Tests(CelLibrary library)
    {
        Add("isUnspecified", address => address.Bits == 0);
        Add("isLoopback", IsLoopback);
        Add("isLinkLocalMulticast", address => address.IsSix ? (Top(address, 16) & 0xff0f) == 0xff02 : Top(address, 24) == 0xe00000);
        Add("isLinkLocalUnicast", IsLinkLocal);
        Add("isGlobalUnicast", address => address.Bits != 0 && (address.IsSix || address.Bits != uint.MaxValue)
            && !IsLoopback(address) && !IsMulticast(address) && !IsLinkLocal(address));
        return library;

        void Add(string name, Func<CelIp, bool> holds) => library.Member(name, CelType.Bool, [CelType.Ip], (_, a) => CelBool.Of(holds(Ip(a[0]))));
    }

    private static CelLibrary Networks(CelLibrary library) => library
        .Global("cidr", CelType.Cidr, [S], (_, a) => AddressText.ReadCidr(Text(a[0])))
        .Global("isCIDR", CelType.Bool, [S], (_, a) => CelBool.Of(AddressText.ReadCidr(Text(a[0])) is CelCidr))
        .Member("containsIP", CelType.Bool, [CelType.Cidr, S], (_, a) => ContainsIp(a[0], AddressText.ReadIp(Text(a[1]))))
        .Member("containsIP", CelType.Bool, [CelType.Cidr, CelType.Ip], (_, a) => ContainsIp(a[0], a[1]))
        .Member("containsCIDR", CelType.Bool, [CelType.Cidr, S], (_, a) => ContainsCidr(a[0], AddressText.ReadCidr(Text(a[1]))))
        .Member("containsCIDR", CelType.Bool, [CelType.Cidr, CelType.Cidr], (_, a) => ContainsCidr(a[0], a[1]))
        .Member("ip", CelType.Ip, [CelType.Cidr], (_, a) => Cidr(a[0]).Address)
        .Member("prefixLength", CelType.Int, [CelType.Cidr], (_, a) => new CelInt(Cidr(a[0]).PrefixLength))
        .Member("masked", CelType.Cidr, [CelType.Cidr], (_, a) => Cidr(a[0]).Masked());

    private static CelValue ContainsIp(CelValue network, CelValue address) =>
        address is CelIp known ? CelBool.Of(Cidr(network).Contains(known)) : address;

    // As upstream has it, the inner network's own address decides, and its prefix must be at least as long.
    private static CelValue ContainsCidr(CelValue network, CelValue inner) => inner is not CelCidr known ? inner
        : CelBool.Of(Cidr(network).PrefixLength <= known.PrefixLength && Cidr(network).Contains(known.Address));

    private static bool IsLoopback(CelIp address) => address.IsSix ? address.Bits == 1 : Top(address, 8) == 127;

    private static bool IsLinkLocal(CelIp address) => address.IsSix ? Top(address, 10) == 0x3fa : Top(address, 16) == 0xa9fe;

    private static bool IsMulticast(CelIp address) => address.IsSix ? Top(address, 8) == 0xff : Top(address, 4) == 0xe;

    private static int Top(CelIp address, int bits) => (int)(address.Bits >> (address.Width - bits));

    private static CelIp Ip(CelValue value) => (CelIp)value;

    private static CelCidr Cidr(CelValue value) => (CelCidr)value;

    private static string Text(CelValue value) => ((CelString)value).Value;
}
