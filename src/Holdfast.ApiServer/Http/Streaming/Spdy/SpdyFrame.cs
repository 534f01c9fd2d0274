using System.Buffers.Binary;

namespace Holdfast.ApiServer.Http.Streaming.Spdy;

/// <summary>The types of SPDY/3.1's control frames (SPDY Protocol, draft 3.1, section 2.6).</summary>
internal enum SpdyFrameType
{
    SynStream = 1,
    SynReply = 2,
    RstStream = 3,
    Settings = 4,
    Ping = 6,
    GoAway = 7,
    Headers = 8,
    WindowUpdate = 9,
}

/// <summary>Why a stream is reset (section 2.6.3).</summary>
internal enum SpdyReset
{
    ProtocolError = 1,
    InvalidStream = 2,
    RefusedStream = 3,
    Cancel = 5,
    FlowControlError = 7,
}

/// <summary>The frames of SPDY/3.1 as bytes.</summary>
internal static class SpdyFrame
{
    public const int HeaderLength = 8;
    public const byte LastFlag = 1;
    public const int DefaultWindow = 64 * 1024;
    public const int InitialWindowSetting = 7;

    private const int Version = 3;

    /// <summary>A control frame.</summary>
    public static byte[] Control(SpdyFrameType type, ReadOnlySpan<byte> body)
    {
        var frame = new byte[HeaderLength + body.Length];
        (frame[0], frame[1], frame[3]) = (0x80, Version, (byte)type);
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(4), body.Length);
        body.CopyTo(frame.AsSpan(HeaderLength));
        return frame;
    }

    /// <summary>A frame with data of a stream.</summary>
    public static byte[] Data(int stream, ReadOnlySpan<byte> bytes, bool isLast)
    {
        var frame = new byte[HeaderLength + bytes.Length];
        BinaryPrimitives.WriteInt32BigEndian(frame, stream);
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(4), bytes.Length);
        frame[4] = isLast ? LastFlag : (byte)0;
        bytes.CopyTo(frame.AsSpan(HeaderLength));
        return frame;
    }

    /// <summary>Numbers of 32 bits each, one after the other.</summary>
    public static byte[] Numbers(params ReadOnlySpan<int> numbers)
    {
        var bytes = new byte[sizeof(int) * numbers.Length];
        for (var i = 0; i < numbers.Length; i++)
            BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(sizeof(int) * i), numbers[i]);
        return bytes;
    }

    /// <summary>The number of 31 bits at a place.</summary>
    public static int Number31(ReadOnlySpan<byte> bytes) => BinaryPrimitives.ReadInt32BigEndian(bytes) & int.MaxValue;
}

/// <summary>The first eight bytes of a frame.</summary>
/// <param name="IsControl">Whether it is a control frame; else it has data.</param>
/// <param name="Version">The protocol's version, of a control frame.</param>
/// <param name="Type">The type, of a control frame.</param>
/// <param name="Stream">The stream, of a data frame.</param>
/// <param name="Flags">Its flags.</param>
/// <param name="Length">How many bytes follow.</param>
internal readonly record struct SpdyFrameHeader(bool IsControl, int Version, SpdyFrameType Type, int Stream, byte Flags, int Length)
{
    public bool IsLast => (Flags & SpdyFrame.LastFlag) != 0;

    public static SpdyFrameHeader Parse(ReadOnlySpan<byte> bytes)
    {
        var isControl = (bytes[0] & 0x80) != 0;
        return new(
            isControl,
            isControl ? BinaryPrimitives.ReadUInt16BigEndian(bytes) & 0x7FFF : 0,
            isControl ? (SpdyFrameType)BinaryPrimitives.ReadUInt16BigEndian(bytes[2..]) : 0,
            isControl ? 0 : SpdyFrame.Number31(bytes),
            bytes[4],
            (int)(BinaryPrimitives.ReadUInt32BigEndian(bytes[4..]) & 0xFFFFFF));
    }
}
