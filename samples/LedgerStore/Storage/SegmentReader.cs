using Microsoft.Win32.SafeHandles;

namespace LedgerStore.Storage;

/// <summary>Reads a segment from front to back through one buffer that grows only as far as the largest record.</summary>
public sealed class SegmentReader(SafeFileHandle file)
{
    private const int ReadAhead = 256 * 1024;
    private byte[] buffer = new byte[ReadAhead];
    private long start;
    private int held;

    /// <summary>The file's length in bytes.</summary>
    public long Length { get; } = RandomAccess.GetLength(file);

    /// <summary>The bytes at this offset; fewer than asked for only at the end of the file. Valid until the next call.</summary>
    public ReadOnlyMemory<byte> Peek(long offset, int count)
    {
        count = (int)Math.Min(count, Length - offset);
        if (offset < start || offset + count > start + held)
            Fill(offset, count);
        return buffer.AsMemory((int)(offset - start), Math.Min(count, (int)(start + held - offset)));
    }

    private void Fill(long offset, int count)
    {
        if (buffer.Length < count)
            buffer = new byte[Math.Max(count, ReadAhead)];
        (start, held) = (offset, 0);
        while (held < buffer.Length)
        {
            var read = RandomAccess.Read(file, buffer.AsSpan(held), offset + held);
            if (read == 0)
                break;
            held += read;
        }
    }
}
