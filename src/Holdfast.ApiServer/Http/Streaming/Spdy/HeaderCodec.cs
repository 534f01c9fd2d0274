using System.Buffers.Binary;
using System.Text;
using ICSharpCode.SharpZipLib;
using ICSharpCode.SharpZipLib.Zip.Compression;

namespace Holdfast.ApiServer.Http.Streaming.Spdy;

/// <summary>
/// Reads and writes the header blocks of one SPDY/3.1 connection. Both directions are one zlib stream each, over all blocks,
/// that begin with a preset dictionary. What is written is stored and not compressed: replies have no headers, and the library's
/// deflater has no flush after which Go's readers give out what they have.
/// </summary>
internal sealed class HeaderCodec
{
    private const int MaximumHeaders = 64;
    private const int MaximumText = 16 * 1024;
    private const int MaximumBlock = 64 * 1024;

    private readonly Inflater _inflater = new();
    private bool _hasWritten;

    /// <summary>Reads a block.</summary>
    /// <exception cref="InvalidDataException">It is none, or one beyond the bounds.</exception>
    public Dictionary<string, string> Read(ReadOnlyMemory<byte> block)
    {
        var plain = Inflate(block);
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        var count = Number(ref plain, MaximumHeaders);
        for (var i = 0; i < count; i++)
        {
            var name = Encoding.ASCII.GetString(Bytes(ref plain));
            headers[name] = Encoding.UTF8.GetString(Bytes(ref plain));
        }
        return headers;
    }

    /// <summary>Writes a block without headers; the next one builds on it, so it has to be sent before that.</summary>
    public byte[] WriteEmpty()
    {
        // A stored block with the count of headers, and an empty one: Go's readers give out what they have when they meet that.
        byte[] stored = [0, 4, 0, 0xFB, 0xFF, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF];
        if (_hasWritten)
            return stored;
        _hasWritten = true;
        byte[] prefix = [0x78, 0xBB, .. SpdyFrame.Numbers(HeaderDictionary.Checksum)];
        return [.. prefix, .. stored];
    }

    private ReadOnlySpan<byte> Inflate(ReadOnlyMemory<byte> block)
    {
        var plain = new byte[MaximumBlock];
        var length = 0;
        try
        {
            _inflater.SetInput(block.ToArray());
            while (true)
            {
                var made = length < plain.Length ? _inflater.Inflate(plain, length, plain.Length - length)
                    : throw new InvalidDataException($"a header block has more than {MaximumBlock} bytes");
                length += made;
                if (made == 0 && _inflater.IsNeedingDictionary)
                    _inflater.SetDictionary(HeaderDictionary.Bytes());
                else if (made == 0)
                    return plain.AsSpan(0, length);
            }
        }
        catch (Exception error) when (error is SharpZipBaseException or ArgumentException or InvalidOperationException or IndexOutOfRangeException)
        {
            throw new InvalidDataException("the headers are not compressed as SPDY/3.1 has it", error);
        }
    }

    private static ReadOnlySpan<byte> Bytes(ref ReadOnlySpan<byte> plain)
    {
        var length = Number(ref plain, MaximumText);
        if (length > plain.Length)
            throw new InvalidDataException("a header block ends too early");
        var bytes = plain[..length];
        plain = plain[length..];
        return bytes;
    }

    private static int Number(ref ReadOnlySpan<byte> plain, int bound)
    {
        if (plain.Length < sizeof(uint))
            throw new InvalidDataException("a header block ends too early");
        var number = BinaryPrimitives.ReadUInt32BigEndian(plain);
        plain = plain[sizeof(uint)..];
        return number <= bound ? (int)number : throw new InvalidDataException($"a header block names {number} where at most {bound} is allowed");
    }
}
