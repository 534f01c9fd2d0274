using System.Numerics;
using System.Runtime.InteropServices;

namespace Holdfast.Store;

/// <summary>CRC-32C over everything a record says, so that a flipped bit or a misplaced row is found when read.</summary>
internal static class RecordChecksum
{
    public static uint Of(JournalRecord record)
    {
        var entry = record.Entry;
        var checksum = BitOperations.Crc32C(uint.MaxValue, (ulong)entry.Revision);
        checksum = BitOperations.Crc32C(checksum, (ulong)entry.CreateRevision);
        checksum = BitOperations.Crc32C(checksum, (byte)record.Kind);
        checksum = Add(checksum, MemoryMarshal.AsBytes(entry.Key.Resource.AsSpan()));
        checksum = Add(checksum, MemoryMarshal.AsBytes(entry.Key.Namespace.AsSpan()));
        checksum = Add(checksum, MemoryMarshal.AsBytes(entry.Key.Name.AsSpan()));
        return ~Add(checksum, entry.Json.Span);
    }

    private static uint Add(uint checksum, ReadOnlySpan<byte> bytes)
    {
        // The length first: otherwise characters could move from one field to the next unseen.
        checksum = BitOperations.Crc32C(checksum, (uint)bytes.Length);
        var words = MemoryMarshal.Cast<byte, ulong>(bytes);
        foreach (var word in words)
            checksum = BitOperations.Crc32C(checksum, word);
        foreach (var single in bytes[(words.Length * sizeof(ulong))..])
            checksum = BitOperations.Crc32C(checksum, single);
        return checksum;
    }
}
