namespace LedgerStore.Ledger;

/// <summary>An entry of the ledger.</summary>
/// <param name="Index">Its place, from 1, without gaps.</param>
/// <param name="Checksum">The ledger's running checksum up to and with this entry: equal checksums mean equal ledgers.</param>
/// <param name="AppendedAt">When it was accepted, in whole milliseconds.</param>
/// <param name="Identity">Who appended it, when the client said so.</param>
/// <param name="Data">Its bytes.</param>
public sealed record LedgerEntry(
    long Index, LedgerChecksum Checksum, DateTimeOffset AppendedAt, RequestIdentity? Identity, ReadOnlyMemory<byte> Data);
