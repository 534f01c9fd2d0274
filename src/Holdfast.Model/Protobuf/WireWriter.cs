using System.Buffers;
using System.Buffers.Binary;

namespace Holdfast.Model.Protobuf;

/// <summary>Writes the values of one message in turn.</summary>
internal sealed class WireWriter
{
    private readonly ArrayBufferWriter<byte> _output = new();

    /// <summary>What was written so far.</summary>
    public ReadOnlyMemory<byte> Written => _output.WrittenMemory;

    /// <summary>Writes a number of up to ten bytes.</summary>
    /// <param name="field">The field's number.</param>
    /// <param name="value">The number.</param>
    public void Number(int field, ulong value)
    {
        Tag(field, WireType.Varint);
        Varint(value);
    }

    /// <summary>Writes a number of eight bytes.</summary>
    /// <param name="field">The field's number.</param>
    /// <param name="value">The number.</param>
    public void Fixed64(int field, ulong value)
    {
        Tag(field, WireType.Fixed64);
        BinaryPrimitives.WriteUInt64LittleEndian(_output.GetSpan(8), value);
        _output.Advance(8);
    }

    /// <summary>Writes text, bytes or a message.</summary>
    /// <param name="field">The field's number.</param>
    /// <param name="bytes">The bytes.</param>
    public void Bytes(int field, ReadOnlySpan<byte> bytes)
    {
        Tag(field, WireType.Bytes);
        Varint((ulong)bytes.Length);
        _output.Write(bytes);
    }

    private void Tag(int field, WireType type) => Varint(((ulong)field << 3) | (uint)type);

    private void Varint(ulong number)
    {
        var span = _output.GetSpan(10);
        var length = 0;
        for (; number >= 0x80; number >>= 7)
        {
            span[length++] = (byte)(number | 0x80);
        }
        span[length++] = (byte)number;
        _output.Advance(length);
    }
}
