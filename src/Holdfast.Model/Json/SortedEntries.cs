using Holdfast.Model.Values;

namespace Holdfast.Model.Json;

/// <summary>Entries of a map while they are read; quick when they come in order, as written maps do.</summary>
/// <typeparam name="T">The value type.</typeparam>
internal struct SortedEntries<T>
{
    private KeyValuePair<string, T>[]? _entries;
    private int _count;

    /// <summary>Sets an entry; false when the key was there, whose value is then replaced.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">The value.</param>
    internal bool Set(string key, T value)
    {
        _entries ??= new KeyValuePair<string, T>[4];
        var at = _count;
        if (_count > 0 && string.CompareOrdinal(_entries[_count - 1].Key, key) >= 0)
        {
            at = Find(key);
        }
        if (at < 0)
        {
            _entries[~at] = new(key, value);
            return false;
        }
        if (_count == _entries.Length)
        {
            Array.Resize(ref _entries, _count * 2);
        }
        Array.Copy(_entries, at, _entries, at + 1, _count - at);
        _entries[at] = new(key, value);
        _count++;
        return true;
    }

    /// <summary>The entries as a map.</summary>
    internal readonly ValueMap<T> ToMap()
    {
        var entries = _entries ?? [];
        Array.Resize(ref entries, _count);
        return new(entries);
    }

    // Where a key belongs, or the complement of where it is.
    private readonly int Find(string key)
    {
        var (low, high) = (0, _count - 1);
        while (low <= high)
        {
            var middle = (low + high) >>> 1;
            var order = string.CompareOrdinal(_entries![middle].Key, key);
            if (order == 0)
            {
                return ~middle;
            }
            (low, high) = order < 0 ? (middle + 1, high) : (low, middle - 1);
        }
        return low;
    }
}
