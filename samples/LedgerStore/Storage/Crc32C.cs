using System.Buffers.Binary;
using System.Numerics;

namespace LedgerStore.Storage;

/// <summary>CRC-32C (Castagnoli), the checksum of every header and record in a segment file.</summary>
public static class Crc32C
{
    /// <summary>The checksum of the two spans taken as one run of bytes.</summary>
    public static uint Of(ReadOnlySpan<byte> first, ReadOnlySpan<byte> second = default) =>
        ~Update(Update(uint.MaxValue, first), second);

    private static uint Update(uint state, ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length >= sizeof(ulong))
        {
            state = BitOperations.Crc32C(state, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
            bytes = bytes[sizeof(ulong)..];
        }
        foreach (var one in bytes)
            state = BitOperations.Crc32C(state, one);
        return state;
    }
}
