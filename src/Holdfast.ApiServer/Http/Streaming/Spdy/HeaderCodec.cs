using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace Holdfast.ApiServer.Http.Streaming.Spdy;

/// <summary>
/// Reads and writes the header blocks of one SPDY/3.1 connection. Both directions are one zlib stream each, over all blocks,
/// that begin with a preset dictionary.
/// </summary>
/// <remarks>
/// The platform's inflater takes no dictionary, but what a dictionary does is to fill the window: so the dictionary is fed to it as
/// a stored block, and what comes out of that is dropped. What is written is stored and not compressed: replies have no headers.
/// </remarks>
internal sealed class HeaderCodec : IDisposable
{
    private const int MaximumHeaders = 64;
    private const int MaximumText = 16 * 1024;
    private const int PrefixLength = 6;

    private readonly FedStream _compressed = new();
    private readonly DeflateStream _inflater;
    private bool _hasRead;
    private bool _hasWritten;

    public HeaderCodec() => _inflater = new DeflateStream(_compressed, CompressionMode.Decompress);

    /// <summary>Reads a block.</summary>
    /// <exception cref="InvalidDataException">It is none.</exception>
    public Dictionary<string, string> Read(ReadOnlyMemory<byte> block)
    {
        if (!_hasRead)
        {
            Begin(block.Span);
            block = block[PrefixLength..];
            _hasRead = true;
        }
        _compressed.Feed(block);
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        var count = Number(MaximumHeaders);
        for (var i = 0; i < count; i++)
        {
            var name = Encoding.ASCII.GetString(Exactly(Number(MaximumText)));
            headers[name] = Encoding.UTF8.GetString(Exactly(Number(MaximumText)));
        }
        return headers;
    }

    /// <summary>A block without headers.</summary>
    public byte[] WriteEmpty()
    {
        // A stored block with the count of headers, and an empty one: readers give out what they have when they meet that.
        byte[] stored = [0, 4, 0, 0xFB, 0xFF, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF];
        if (_hasWritten)
            return stored;
        _hasWritten = true;
        var prefix = new byte[PrefixLength];
        (prefix[0], prefix[1]) = (0x78, 0xBB);
        BinaryPrimitives.WriteUInt32BigEndian(prefix.AsSpan(2), HeaderDictionary.Checksum);
        return [.. prefix, .. stored];
    }

    public void Dispose() => _inflater.Dispose();

    private void Begin(ReadOnlySpan<byte> block)
    {
        var isWellBegun = block.Length >= PrefixLength && (block[0] & 0x0F) == 8 && (block[1] & 0x20) != 0
            && BinaryPrimitives.ReadUInt32BigEndian(block[2..]) == HeaderDictionary.Checksum;
        if (!isWellBegun)
            throw new InvalidDataException("the headers are not compressed with SPDY's dictionary");
        var dictionary = HeaderDictionary.Bytes();
        var primer = new byte[5 + dictionary.Length];
        BinaryPrimitives.WriteUInt16LittleEndian(primer.AsSpan(1), (ushort)dictionary.Length);
        BinaryPrimitives.WriteUInt16LittleEndian(primer.AsSpan(3), (ushort)~dictionary.Length);
        dictionary.CopyTo(primer, 5);
        _compressed.Feed(primer);
        _ = Exactly(dictionary.Length);
    }

    private int Number(int bound)
    {
        var number = BinaryPrimitives.ReadUInt32BigEndian(Exactly(4));
        return number <= bound ? (int)number : throw new InvalidDataException($"a header block names {number} where at most {bound} is allowed");
    }

    private byte[] Exactly(int count)
    {
        var bytes = new byte[count];
        for (var read = 0; read < count;)
        {
            var more = _inflater.Read(bytes, read, count - read);
            if (more == 0)
                throw new InvalidDataException("a header block ends too early");
            read += more;
        }
        return bytes;
    }

    /// <summary>Gives what it was fed, and then nothing until it is fed again.</summary>
    private sealed class FedStream : Stream
    {
        private ReadOnlyMemory<byte> _rest;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public void Feed(ReadOnlyMemory<byte> bytes) => _rest = _rest.IsEmpty ? bytes.ToArray() : (byte[])[.. _rest.Span, .. bytes.Span];

        public override int Read(Span<byte> buffer)
        {
            var count = Math.Min(buffer.Length, _rest.Length);
            _rest.Span[..count].CopyTo(buffer);
            _rest = _rest[count..];
            return count;
        }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override void Flush()
        {
            // Nothing is written to it.
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
