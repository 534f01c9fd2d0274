namespace Holdfast.Network.Dns.Wire;

/// <summary>The record types that the server speaks (RFC 1035, 3596, 2782, 6891).</summary>
public enum DnsType
{
    /// <summary>An IPv4 address.</summary>
    A = 1,

    /// <summary>A zone's name server.</summary>
    NS = 2,

    /// <summary>An alias.</summary>
    CName = 5,

    /// <summary>The head of a zone.</summary>
    Soa = 6,

    /// <summary>The name of an address.</summary>
    Ptr = 12,

    /// <summary>Free text.</summary>
    Txt = 16,

    /// <summary>An IPv6 address.</summary>
    Aaaa = 28,

    /// <summary>Where a service is served.</summary>
    Srv = 33,

    /// <summary>The extension pseudo-record.</summary>
    Opt = 41,

    /// <summary>An incremental zone transfer, refused.</summary>
    Ixfr = 251,

    /// <summary>A zone transfer, refused.</summary>
    Axfr = 252,

    /// <summary>Whatever there is.</summary>
    Any = 255,
}

/// <summary>Response codes (RFC 1035, 6891).</summary>
public enum DnsResponseCode
{
    /// <summary>Answered; without records the name exists but has none of that type.</summary>
    NoError = 0,

    /// <summary>The query could not be read.</summary>
    FormatError = 1,

    /// <summary>The query is fine and could not be answered now.</summary>
    ServerFailure = 2,

    /// <summary>No such name.</summary>
    NameError = 3,

    /// <summary>A kind of request that is not served.</summary>
    NotImplemented = 4,

    /// <summary>A request that is not answered here.</summary>
    Refused = 5,

    /// <summary>An EDNS version that is not spoken.</summary>
    BadVersion = 16,
}
