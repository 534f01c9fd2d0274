namespace Holdfast.FaultyDisk;

/// <summary>An open file whose writes are held back until they are synced, as in the cache of a disk that may lose its power.</summary>
/// <param name="kind"><c>wal</c> or <c>db</c>.</param>
internal sealed unsafe class HeldFile(string kind)
{
    private readonly List<HeldWrite> _held = [];

    public string Kind => kind;

    public IReadOnlyList<HeldWrite> Held => _held;

    public void Write(long offset, ReadOnlySpan<byte> bytes) => _held.Add(new HeldWrite(offset, bytes.ToArray()));

    public void Truncate(long size) => _held.Add(new HeldWrite(size, null));

    public void Forget() => _held.Clear();

    /// <summary>How long the file is with what is held.</summary>
    public long SizeOver(long onDisk)
    {
        foreach (var held in _held)
            onDisk = held.Bytes is null ? held.Offset : Math.Max(onDisk, held.Offset + held.Bytes.Length);
        return onDisk;
    }

    /// <summary>Lays what is held over what was read.</summary>
    public void Overlay(long offset, Span<byte> read)
    {
        foreach (var held in _held)
        {
            if (held.Bytes is null)
            {
                if (held.Offset < offset + read.Length)
                    read[(int)Math.Max(0, held.Offset - offset)..].Clear();
                continue;
            }
            var start = Math.Max(offset, held.Offset);
            var end = Math.Min(offset + read.Length, held.Offset + held.Bytes.Length);
            if (start < end)
                held.Bytes.AsSpan((int)(start - held.Offset), (int)(end - start)).CopyTo(read[(int)(start - offset)..]);
        }
    }
}

/// <summary>A write, or without bytes a truncation to a size.</summary>
internal readonly record struct HeldWrite(long Offset, byte[]? Bytes);
