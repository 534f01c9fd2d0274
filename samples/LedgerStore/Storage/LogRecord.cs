namespace LedgerStore.Storage;

/// <summary>What a record holds; a release refuses kinds that it does not know.</summary>
public enum RecordKind
{
    /// <summary>Never written: zeros are not a record.</summary>
    None = 0,

    /// <summary>An entry of the ledger.</summary>
    Entry = 1,
}

/// <summary>One record of a log.</summary>
/// <param name="Index">Its place: 1 for the first ever written, without gaps.</param>
/// <param name="Kind">What the payload is.</param>
/// <param name="Payload">The bytes as they were handed in. During replay they are only valid until the callback returns.</param>
/// <param name="Format">The data format that it was written in.</param>
public readonly record struct LogRecord(long Index, RecordKind Kind, ReadOnlyMemory<byte> Payload, int Format = DataFormat.Oldest);
