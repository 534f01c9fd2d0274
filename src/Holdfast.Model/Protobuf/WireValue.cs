namespace Holdfast.Model.Protobuf;

/// <summary>How a value lies on the wire.</summary>
internal enum WireType
{
    /// <summary>A number of up to ten bytes, seven bits in each.</summary>
    Varint = 0,

    /// <summary>Eight bytes.</summary>
    Fixed64 = 1,

    /// <summary>A length, and that many bytes.</summary>
    Bytes = 2,

    /// <summary>Four bytes.</summary>
    Fixed32 = 5,
}

/// <summary>One value on the wire.</summary>
/// <param name="Type">How it lies there.</param>
/// <param name="Number">The number, when it is one.</param>
/// <param name="Bytes">The bytes, when it has a length.</param>
internal readonly record struct WireValue(WireType Type, ulong Number, ReadOnlyMemory<byte> Bytes);
