using System.Buffers.Binary;

namespace Holdfast.Model.Protobuf;

/// <summary>Reads the values of one message in turn.</summary>
/// <param name="bytes">The message.</param>
internal struct WireReader(ReadOnlyMemory<byte> bytes)
{
    private ReadOnlyMemory<byte> _rest = bytes;

    /// <summary>Whether nothing is left.</summary>
    public readonly bool IsAtEnd => _rest.IsEmpty;

    /// <summary>Reads the next value.</summary>
    /// <param name="field">The number of its field.</param>
    /// <exception cref="ProtobufException">What follows is no value.</exception>
    public WireValue Next(out int field)
    {
        var tag = Varint();
        if (tag >> 3 is 0 or > int.MaxValue)
        {
            throw new ProtobufException($"a field has the number {tag >> 3}, which none may have");
        }
        field = (int)(tag >> 3);
        return (WireType)(tag & 7) switch
        {
            WireType.Varint => new(WireType.Varint, Varint(), default),
            WireType.Fixed64 => new(WireType.Fixed64, BinaryPrimitives.ReadUInt64LittleEndian(Take(8).Span), default),
            WireType.Fixed32 => new(WireType.Fixed32, BinaryPrimitives.ReadUInt32LittleEndian(Take(4).Span), default),
            WireType.Bytes => new(WireType.Bytes, 0, Take(Varint())),
            var type => throw new ProtobufException($"field {field} has the wire type {(int)type}, which Kubernetes does not use"),
        };
    }

    /// <summary>Reads a number without a tag.</summary>
    /// <exception cref="ProtobufException">It does not end within ten bytes.</exception>
    public ulong Varint()
    {
        var span = _rest.Span;
        var value = 0UL;
        for (var place = 0; place < 10; place++)
        {
            if (place == span.Length)
            {
                throw new ProtobufException("the data ends within a number");
            }
            value |= (ulong)(span[place] & 0x7f) << (7 * place);
            if (span[place] < 0x80)
            {
                _rest = _rest[(place + 1)..];
                return value;
            }
        }
        throw new ProtobufException("a number is longer than ten bytes");
    }

    private ReadOnlyMemory<byte> Take(ulong length)
    {
        if (length > (ulong)_rest.Length)
        {
            throw new ProtobufException($"a value of {length} bytes is announced, and {_rest.Length} are left");
        }
        var taken = _rest[..(int)length];
        _rest = _rest[(int)length..];
        return taken;
    }
}
