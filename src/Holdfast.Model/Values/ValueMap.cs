using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace Holdfast.Model.Values;

/// <summary>
/// An immutable map from strings, kept in ordinal order of its keys, that is equal to another one when their entries are
/// equal. The default value is the empty map.
/// </summary>
/// <typeparam name="TValue">The value type.</typeparam>
public readonly struct ValueMap<TValue> : IReadOnlyDictionary<string, TValue>, IEquatable<ValueMap<TValue>>
{
    private readonly KeyValuePair<string, TValue>[]? _entries;

    internal ValueMap(KeyValuePair<string, TValue>[] sorted) => _entries = sorted.Length == 0 ? null : sorted;

    /// <summary>The number of entries.</summary>
    public int Count => _entries?.Length ?? 0;

    /// <summary>Whether there are no entries.</summary>
    public bool IsEmpty => _entries is null;

    /// <summary>The keys in ordinal order.</summary>
    public IEnumerable<string> Keys => (_entries ?? []).Select(entry => entry.Key);

    /// <summary>The values in the order of their keys.</summary>
    public IEnumerable<TValue> Values => (_entries ?? []).Select(entry => entry.Value);

    /// <summary>The value of a key that is there.</summary>
    /// <param name="key">The key.</param>
    /// <exception cref="KeyNotFoundException">There is no such key.</exception>
    public TValue this[string key] => TryGetValue(key, out var value) ? value : throw new KeyNotFoundException($"no key \"{key}\"");

    /// <summary>The entries in key order, without copying.</summary>
    public ReadOnlySpan<KeyValuePair<string, TValue>> AsSpan() => _entries;

    /// <summary>Whether a key is there.</summary>
    /// <param name="key">The key.</param>
    public bool ContainsKey(string key) => Find(key) >= 0;

    /// <summary>The value of a key, or the default when it is not there.</summary>
    /// <param name="key">The key.</param>
    public TValue? GetValueOrDefault(string key) => TryGetValue(key, out var value) ? value : default;

    /// <inheritdoc/>
    public bool TryGetValue(string key, [MaybeNullWhen(false)] out TValue value)
    {
        var at = Find(key);
        value = at >= 0 ? _entries![at].Value : default;
        return at >= 0;
    }

    /// <summary>A map in which a key has a value.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">Its value.</param>
    public ValueMap<TValue> SetItem(string key, TValue value)
    {
        var at = Find(key);
        var entries = AsSpan();
        var entry = KeyValuePair.Create(key, value);
        return at >= 0
            ? new([.. entries[..at], entry, .. entries[(at + 1)..]])
            : new([.. entries[..~at], entry, .. entries[~at..]]);
    }

    /// <summary>A map in which another map's entries replace this one's.</summary>
    /// <param name="other">The entries to set.</param>
    public ValueMap<TValue> SetItems(ValueMap<TValue> other)
    {
        var result = this;
        foreach (var (key, value) in other)
        {
            result = result.SetItem(key, value);
        }
        return result;
    }

    /// <summary>A map without a key.</summary>
    /// <param name="key">The key.</param>
    public ValueMap<TValue> Remove(string key)
    {
        var at = Find(key);
        return at < 0 ? this : new([.. AsSpan()[..at], .. AsSpan()[(at + 1)..]]);
    }

    /// <summary>Enumerates the entries in key order without allocating.</summary>
    public ReadOnlySpan<KeyValuePair<string, TValue>>.Enumerator GetEnumerator() => AsSpan().GetEnumerator();

    IEnumerator<KeyValuePair<string, TValue>> IEnumerable<KeyValuePair<string, TValue>>.GetEnumerator() =>
        ((IEnumerable<KeyValuePair<string, TValue>>)(_entries ?? [])).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => (_entries ?? []).GetEnumerator();

    /// <inheritdoc/>
    public bool Equals(ValueMap<TValue> other)
    {
        if (ReferenceEquals(_entries, other._entries))
        {
            return true;
        }
        if (Count != other.Count)
        {
            return false;
        }
        for (var i = 0; i < Count; i++)
        {
            var (mine, theirs) = (_entries![i], other._entries![i]);
            if (mine.Key != theirs.Key || !EqualityComparer<TValue>.Default.Equals(mine.Value, theirs.Value))
            {
                return false;
            }
        }
        return true;
    }

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is ValueMap<TValue> other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (var (key, value) in AsSpan())
        {
            hash.Add(key);
            hash.Add(value);
        }
        return hash.ToHashCode();
    }

    /// <summary>Whether two maps have equal entries.</summary>
    /// <param name="left">One map.</param>
    /// <param name="right">The other map.</param>
    public static bool operator ==(ValueMap<TValue> left, ValueMap<TValue> right) => left.Equals(right);

    /// <summary>Whether two maps differ.</summary>
    /// <param name="left">One map.</param>
    /// <param name="right">The other map.</param>
    public static bool operator !=(ValueMap<TValue> left, ValueMap<TValue> right) => !left.Equals(right);

    private int Find(string key)
    {
        var (low, high) = (0, Count - 1);
        while (low <= high)
        {
            var middle = (low + high) >>> 1;
            var order = string.CompareOrdinal(_entries![middle].Key, key);
            if (order == 0)
            {
                return middle;
            }
            (low, high) = order < 0 ? (middle + 1, high) : (low, middle - 1);
        }
        return ~low;
    }
}

/// <summary>Makes <see cref="ValueMap{TValue}"/>s.</summary>
public static class ValueMap
{
    /// <summary>A map of the given entries; of entries with the same key the last one counts.</summary>
    /// <typeparam name="TValue">The value type.</typeparam>
    /// <param name="entries">The entries, in any order.</param>
    public static ValueMap<TValue> ToValueMap<TValue>(this IEnumerable<KeyValuePair<string, TValue>> entries)
    {
        var sorted = new SortedDictionary<string, TValue>(StringComparer.Ordinal);
        foreach (var (key, value) in entries)
        {
            sorted[key] = value;
        }
        return new([.. sorted]);
    }

    /// <summary>A map of the given entries; of entries with the same key the last one counts.</summary>
    /// <typeparam name="TValue">The value type.</typeparam>
    /// <param name="entries">Keys and values, in any order.</param>
    public static ValueMap<TValue> Of<TValue>(params IEnumerable<(string Key, TValue Value)> entries) =>
        entries.Select(entry => KeyValuePair.Create(entry.Key, entry.Value)).ToValueMap();
}
