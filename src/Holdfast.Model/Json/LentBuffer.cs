using System.Buffers;

namespace Holdfast.Model.Json;

/// <summary>
/// Takes text whose length is not known beforehand. Its memory is lent by the shared pool and goes back with
/// <see cref="Dispose"/>, so that only the result is made anew: a writer of JSON asks for several times what it then fills.
/// </summary>
public sealed class LentBuffer : IBufferWriter<byte>, IDisposable
{
    private const int FirstBytes = 4096;

    private byte[] _bytes = ArrayPool<byte>.Shared.Rent(FirstBytes);
    private int _count;

    /// <summary>What was written; holds until the next write and until the buffer is given back.</summary>
    public ReadOnlySpan<byte> Written => _bytes.AsSpan(0, _count);

    /// <inheritdoc/>
    public void Advance(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, _bytes.Length - _count);
        _count += count;
    }

    /// <inheritdoc/>
    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Reserve(sizeHint);
        return _bytes.AsMemory(_count);
    }

    /// <inheritdoc/>
    public Span<byte> GetSpan(int sizeHint = 0)
    {
        Reserve(sizeHint);
        return _bytes.AsSpan(_count);
    }

    /// <summary>Gives the memory back; the buffer is empty then.</summary>
    public void Dispose()
    {
        var lent = _bytes;
        (_bytes, _count) = ([], 0);
        if (lent.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(lent);
        }
    }

    private void Reserve(int sizeHint)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(sizeHint);
        var needed = Math.Max(sizeHint, 1);
        if (_bytes.Length - _count >= needed)
        {
            return;
        }
        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(_count + needed, checked(_bytes.Length * 2)));
        Written.CopyTo(larger);
        var lent = _bytes;
        _bytes = larger;
        if (lent.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(lent);
        }
    }
}
