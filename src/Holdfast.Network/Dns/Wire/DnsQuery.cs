namespace Holdfast.Network.Dns.Wire;

/// <summary>What came of reading a datagram.</summary>
public abstract record DnsQueryResult;

/// <summary>A datagram that deserves no answer: too short for a header, or itself an answer (answering could loop).</summary>
public sealed record DnsIgnored : DnsQueryResult;

/// <summary>A query that can only be answered with an error.</summary>
/// <param name="Header">The part of it that could be read.</param>
/// <param name="Code">The error.</param>
public sealed record DnsRejected(DnsHeader Header, DnsResponseCode Code) : DnsQueryResult;

/// <summary>A well-formed query.</summary>
/// <param name="Header">Its header.</param>
/// <param name="Question">Its only question.</param>
public sealed record DnsQuery(DnsHeader Header, DnsQuestion Question) : DnsQueryResult;

/// <summary>What an answer repeats from its query.</summary>
/// <param name="Id">The client's number for the query.</param>
/// <param name="Opcode">The kind of request; 0 is a plain query.</param>
/// <param name="IsRecursionDesired">Whether the client wants names outside the zone looked up.</param>
/// <param name="Edns">What the client says of itself, or null when it does not speak EDNS.</param>
public sealed record DnsHeader(ushort Id, int Opcode, bool IsRecursionDesired, DnsEdns? Edns);

/// <summary>The extension record of a query (RFC 6891).</summary>
/// <param name="PayloadBytes">The largest UDP answer that the client takes.</param>
/// <param name="Version">The version it speaks.</param>
public sealed record DnsEdns(int PayloadBytes, int Version);
