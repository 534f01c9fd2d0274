using System.Buffers.Binary;

namespace Holdfast.Simulator.Ledger;

/// <summary>A client's write: the same one again, when it is retried, has the same sequence.</summary>
/// <param name="Client">Who.</param>
/// <param name="Sequence">Which of its writes.</param>
public readonly record struct LedgerWrite(int Client, long Sequence)
{
    /// <summary>How many bytes one takes.</summary>
    public const int Length = 12;

    /// <summary>The command by which a cluster is founded: all its founders vote.</summary>
    public static ReadOnlyMemory<byte> Founding { get; } = new byte[] { 0 };

    /// <summary>As an entry's data.</summary>
    public byte[] Encode()
    {
        var bytes = new byte[Length];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, Client);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(4), Sequence);
        return bytes;
    }

    /// <summary>The write in an entry's data; null for what is no client's.</summary>
    /// <param name="bytes">The data.</param>
    public static LedgerWrite? Decode(ReadOnlySpan<byte> bytes) => bytes.Length == Length
        ? new(BinaryPrimitives.ReadInt32LittleEndian(bytes), BinaryPrimitives.ReadInt64LittleEndian(bytes[4..]))
        : null;
}
