using System.Diagnostics.CodeAnalysis;

namespace Holdfast.Store;

/// <summary>Something that is kept in a ring in the order of its revision.</summary>
internal interface ISequenced
{
    /// <summary>The place in the ring's endless numbering; set by the ring.</summary>
    long Sequence { get; set; }

    long Revision { get; }
}

/// <summary>
/// The most recent items, written by one and read by many without locks. A slot that was taken over by a later item
/// shows it by the item's own number, so a reader that is too slow finds out instead of reading something else.
/// </summary>
internal sealed class RecentRing<T>(int capacity)
    where T : class, ISequenced
{
    private readonly T?[] _slots = new T?[capacity];
    private long _first;
    private long _end;

    public long First => Volatile.Read(ref _first);

    public long End => Volatile.Read(ref _end);

    public bool IsFull => _end - _first == _slots.Length;

    public bool IsEmpty => _end == _first;

    /// <summary>Drops the oldest item. Only for the writer, and only when there is one.</summary>
    public T DropFirst()
    {
        var slot = _first % _slots.Length;
        var dropped = _slots[slot]!;
        Volatile.Write(ref _first, _first + 1);
        Volatile.Write(ref _slots[slot], null);
        return dropped;
    }

    /// <summary>Adds the newest item. Only for the writer, and only when there is room.</summary>
    public void Append(T item)
    {
        item.Sequence = _end;
        Volatile.Write(ref _slots[_end % _slots.Length], item);
        Volatile.Write(ref _end, _end + 1);
    }

    /// <summary>Reads an item below <see cref="End"/>; false when it has been dropped.</summary>
    public bool TryGet(long sequence, [NotNullWhen(true)] out T? item)
    {
        item = Volatile.Read(ref _slots[sequence % _slots.Length]);
        return item is not null && item.Sequence == sequence;
    }

    /// <summary>The number of the first kept item whose revision is at or above the given one.</summary>
    public long FirstAtOrAbove(long revision)
    {
        var (low, high) = (First, End);
        while (low < high)
        {
            var middle = low + ((high - low) / 2);
            if (!TryGet(middle, out var item))
                low = Math.Max(First, middle + 1);
            else if (item.Revision < revision)
                low = middle + 1;
            else
                high = middle;
        }
        return low;
    }
}
