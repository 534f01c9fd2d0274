using System.Buffers.Binary;

namespace LedgerStore.Storage;

/// <summary>The 24 bytes before each payload: payload length (4), CRC-32C of all the rest (4), index (8), ordinal in its batch
/// (4), kind (1), zeros (3); little-endian.</summary>
/// <param name="PayloadLength">Bytes that follow the header.</param>
/// <param name="Checksum">CRC-32C of the header without this field, then of the payload.</param>
/// <param name="Index">The record's place in the log.</param>
/// <param name="BatchOrdinal">How many records of the same synced batch come before it. It tells recovery what was durable
/// when this record was written: everything before its batch was.</param>
/// <param name="Kind">What the payload is.</param>
public readonly record struct RecordHeader(int PayloadLength, uint Checksum, long Index, int BatchOrdinal, byte Kind)
{
    /// <summary>The header's length in bytes.</summary>
    public const int Size = 24;

    /// <summary>The most bytes that a payload may have; a longer length on disk is damage.</summary>
    public const int MaxPayload = 16 * 1024 * 1024;

    /// <summary>The index of the first record of the batch that this record was synced with.</summary>
    public long BatchStart => Index - BatchOrdinal;

    /// <summary>Writes header and payload to <paramref name="target"/>, which must hold both; returns the bytes used.</summary>
    public static int Write(Span<byte> target, long index, int batchOrdinal, RecordKind kind, ReadOnlySpan<byte> payload)
    {
        var header = target[..Size];
        header.Clear();
        BinaryPrimitives.WriteInt32LittleEndian(header, payload.Length);
        BinaryPrimitives.WriteInt64LittleEndian(header[8..], index);
        BinaryPrimitives.WriteInt32LittleEndian(header[16..], batchOrdinal);
        header[20] = (byte)kind;
        payload.CopyTo(target[Size..]);
        BinaryPrimitives.WriteUInt32LittleEndian(header[4..], ChecksumOf(target[..(Size + payload.Length)]));
        return Size + payload.Length;
    }

    /// <summary>Reads a header's fields without judging them.</summary>
    public static RecordHeader Read(ReadOnlySpan<byte> bytes) => new(
        BinaryPrimitives.ReadInt32LittleEndian(bytes),
        BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]),
        BinaryPrimitives.ReadInt64LittleEndian(bytes[8..]),
        BinaryPrimitives.ReadInt32LittleEndian(bytes[16..]),
        bytes[20]);

    /// <summary>True when the fields could belong to a record that ends within <paramref name="available"/> bytes.</summary>
    public bool IsPlausible(long available) =>
        PayloadLength is >= 0 and <= MaxPayload && Size + (long)PayloadLength <= available &&
        Kind != 0 && BatchOrdinal >= 0 && BatchOrdinal < Index;

    /// <summary>True when the checksum matches the record's bytes, header and payload.</summary>
    public bool Matches(ReadOnlySpan<byte> record) => ChecksumOf(record) == Checksum;

    private static uint ChecksumOf(ReadOnlySpan<byte> record)
    {
        // The length stands before the checksum field, so it is folded in after the rest: damage to either shows.
        Span<byte> length = stackalloc byte[4];
        record[..4].CopyTo(length);
        return Crc32C.Of(record[8..], length);
    }
}
