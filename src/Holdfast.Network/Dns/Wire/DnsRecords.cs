using System.Collections.Immutable;
using System.Net;

namespace Holdfast.Network.Dns.Wire;

/// <summary>What a client asks.</summary>
/// <param name="Name">The name asked for, in the client's own letter case.</param>
/// <param name="Type">The type asked for; may be a number without a name in <see cref="DnsType"/>.</param>
/// <param name="RecordClass">The class; 1 is the Internet.</param>
public sealed record DnsQuestion(DnsName Name, DnsType Type, int RecordClass)
{
    /// <summary>The Internet class.</summary>
    public const int Internet = 1;

    /// <summary>Any class.</summary>
    public const int AnyClass = 255;
}

/// <summary>The data of a record.</summary>
public abstract record DnsData
{
    /// <summary>The record's type.</summary>
    public abstract DnsType Type { get; }
}

/// <summary>An address: A for IPv4, AAAA for IPv6.</summary>
/// <param name="Address">The address.</param>
public sealed record AddressData(IPAddress Address) : DnsData
{
    /// <inheritdoc/>
    public override DnsType Type =>
        Address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6 ? DnsType.Aaaa : DnsType.A;
}

/// <summary>A record that holds one name: NS, CNAME or PTR.</summary>
/// <param name="Kind">Which of them.</param>
/// <param name="Target">The name.</param>
public sealed record NameData(DnsType Kind, DnsName Target) : DnsData
{
    /// <inheritdoc/>
    public override DnsType Type => Kind;
}

/// <summary>Where a service is served (RFC 2782).</summary>
/// <param name="Priority">Lower is tried first.</param>
/// <param name="Weight">The share among equals.</param>
/// <param name="Port">The port number.</param>
/// <param name="Target">The host's name.</param>
public sealed record ServiceData(int Priority, int Weight, int Port, DnsName Target) : DnsData
{
    /// <inheritdoc/>
    public override DnsType Type => DnsType.Srv;
}

/// <summary>A line of text, at most 255 bytes of ASCII.</summary>
/// <param name="Text">The text.</param>
public sealed record TextData(string Text) : DnsData
{
    /// <inheritdoc/>
    public override DnsType Type => DnsType.Txt;
}

/// <summary>The head of a zone. All spans are in seconds.</summary>
/// <param name="Server">The zone's first server.</param>
/// <param name="Mailbox">Whom to write to, as a name.</param>
/// <param name="Serial">Grows with each change.</param>
/// <param name="RefreshSeconds">How often a copy asks.</param>
/// <param name="RetrySeconds">How often it asks after a failure.</param>
/// <param name="ExpireSeconds">When it gives up.</param>
/// <param name="NegativeSeconds">How long an absence may be remembered (RFC 2308).</param>
public sealed record AuthorityData(
    DnsName Server, DnsName Mailbox, uint Serial, uint RefreshSeconds, uint RetrySeconds, uint ExpireSeconds, uint NegativeSeconds) : DnsData
{
    /// <inheritdoc/>
    public override DnsType Type => DnsType.Soa;
}

/// <summary>One record of an answer.</summary>
/// <param name="Name">Its owner.</param>
/// <param name="TtlSeconds">How long it may be remembered.</param>
/// <param name="Data">Its data.</param>
public sealed record DnsRecord(DnsName Name, uint TtlSeconds, DnsData Data);

/// <summary>An answer, before it is put on the wire.</summary>
public sealed record DnsAnswer
{
    /// <summary>The response code.</summary>
    public DnsResponseCode Code { get; init; }

    /// <summary>True when it comes from the zone itself.</summary>
    public bool IsAuthoritative { get; init; }

    /// <summary>The records that answer the question.</summary>
    public ImmutableArray<DnsRecord> Answers { get; init; } = [];

    /// <summary>The zone's head for an answer without records.</summary>
    public ImmutableArray<DnsRecord> Authority { get; init; } = [];

    /// <summary>Records that spare the client its next question; left out when they do not fit.</summary>
    public ImmutableArray<DnsRecord> Additional { get; init; } = [];
}
