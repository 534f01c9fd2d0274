using System.Collections.Immutable;
using Holdfast.Model.Schema;

namespace Holdfast.Model.FieldOwnership;

/// <summary>
/// A set of paths into an object, as an immutable tree. A path may be a member, have members below it, or both; this is
/// what <c>fieldsV1</c> holds (KEP-555).
/// </summary>
public sealed class FieldSet : IEquatable<FieldSet>
{
    private readonly FieldSetEntry[] _entries;

    internal FieldSet(FieldSetEntry[] entries) => _entries = entries;

    /// <summary>The set without members.</summary>
    public static FieldSet Empty { get; } = new([]);

    /// <summary>Whether there are no members.</summary>
    public bool IsEmpty => _entries.Length == 0;

    internal ReadOnlySpan<FieldSetEntry> Entries => _entries;

    /// <summary>The set of the given paths, each a sequence of elements such as <c>f:spec</c>.</summary>
    /// <param name="paths">The paths.</param>
    public static FieldSet Of(params ImmutableArray<ImmutableArray<string>> paths)
    {
        var set = Empty;
        foreach (var path in paths)
        {
            var one = new FieldSet([new(path[^1], true, null)]);
            for (var i = path.Length - 2; i >= 0; i--)
            {
                one = new FieldSet([new(path[i], false, one)]);
            }
            set = set.Union(one);
        }
        return set;
    }

    /// <summary>What is in either set.</summary>
    /// <param name="other">The other set.</param>
    public FieldSet Union(FieldSet other) => Combine(this, other, Combination.Union);

    /// <summary>What is in this set and not in the other; a path of the other takes away itself, not what is below it.</summary>
    /// <param name="other">The other set.</param>
    public FieldSet Difference(FieldSet other) => Combine(this, other, Combination.Difference);

    /// <summary>What is in both sets.</summary>
    /// <param name="other">The other set.</param>
    public FieldSet Intersection(FieldSet other) => Combine(this, other, Combination.Intersection);

    /// <summary>The set without the given elements of its first level and all that is below them.</summary>
    /// <param name="isDropped">Which elements.</param>
    public FieldSet Without(Func<string, bool> isDropped) =>
        _entries.Any(entry => isDropped(entry.Element)) ? new([.. _entries.Where(entry => !isDropped(entry.Element))]) : this;

    /// <summary>Every member as a person reads it, such as <c>.spec.containers[name="c"].image</c>, in order.</summary>
    public IEnumerable<string> Paths() => Paths("");

    /// <inheritdoc/>
    public bool Equals(FieldSet? other) => other is not null && (ReferenceEquals(this, other) || _entries.AsSpan().SequenceEqual(other._entries));

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as FieldSet);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (var entry in _entries)
        {
            hash.Add(entry);
        }
        return hash.ToHashCode();
    }

    /// <inheritdoc/>
    public override string ToString() => string.Join(' ', Paths());

    internal FieldSetEntry? Find(string element)
    {
        var (low, high) = (0, _entries.Length - 1);
        while (low <= high)
        {
            var middle = (low + high) >>> 1;
            var order = PathElement.Compare(_entries[middle].Element, element);
            if (order == 0)
            {
                return _entries[middle];
            }
            (low, high) = order < 0 ? (middle + 1, high) : (low, middle - 1);
        }
        return null;
    }

    /// <summary>The set in which every named field above a member is a member too: to take away the last of an object's fields takes it away itself.</summary>
    /// <param name="shape">The shape of the object.</param>
    /// <param name="field">The field that holds it; null for the object itself.</param>
    internal FieldSet WithNamedFields(Shape shape, FieldSchema? field)
    {
        var entries = new FieldSetEntry[_entries.Length];
        for (var i = 0; i < entries.Length; i++)
        {
            var entry = _entries[i];
            var slot = FieldSlot.Below(shape, field, entry.Element);
            var children = slot.Shape is { } below ? entry.Children?.WithNamedFields(below, slot.Field) : entry.Children;
            entries[i] = new(entry.Element, entry.IsMember || (slot.Field is not null && shape.Kind == ShapeKind.Object), children);
        }
        return new FieldSet(entries);
    }

    private IEnumerable<string> Paths(string prefix)
    {
        foreach (var (element, isMember, children) in _entries)
        {
            var path = prefix + PathElement.Show(element);
            if (isMember)
            {
                yield return path;
            }
            foreach (var below in children?.Paths(path) ?? [])
            {
                yield return below;
            }
        }
    }

    private static FieldSet Combine(FieldSet left, FieldSet right, Combination how)
    {
        if (left.IsEmpty)
        {
            return how == Combination.Union ? right : Empty;
        }
        if (right.IsEmpty)
        {
            return how == Combination.Intersection ? Empty : left;
        }
        var result = new List<FieldSetEntry>(left._entries.Length);
        for (int l = 0, r = 0; l < left._entries.Length || r < right._entries.Length;)
        {
            var order = l == left._entries.Length ? 1
                : r == right._entries.Length ? -1
                : PathElement.Compare(left._entries[l].Element, right._entries[r].Element);
            if (order < 0 && how != Combination.Intersection)
            {
                result.Add(left._entries[l]);
            }
            else if (order > 0 && how == Combination.Union)
            {
                result.Add(right._entries[r]);
            }
            else if (order == 0 && Combine(left._entries[l], right._entries[r], how) is { } both)
            {
                result.Add(both);
            }
            l += order <= 0 ? 1 : 0;
            r += order >= 0 ? 1 : 0;
        }
        return result.Count == 0 ? Empty : new FieldSet([.. result]);
    }

    private static FieldSetEntry? Combine(FieldSetEntry left, FieldSetEntry right, Combination how)
    {
        var isMember = how switch
        {
            Combination.Union => left.IsMember || right.IsMember,
            Combination.Difference => left.IsMember && !right.IsMember,
            _ => left.IsMember && right.IsMember,
        };
        var children = Combine(left.Children ?? Empty, right.Children ?? Empty, how);
        return isMember || !children.IsEmpty ? new(left.Element, isMember, children.IsEmpty ? null : children) : null;
    }

    private enum Combination
    {
        Union,
        Difference,
        Intersection,
    }
}

/// <summary>One element of a level of a <see cref="FieldSet"/>.</summary>
/// <param name="Element">The element, such as <c>f:spec</c>.</param>
/// <param name="IsMember">Whether the path that ends here is in the set.</param>
/// <param name="Children">What is below; null for nothing.</param>
internal readonly record struct FieldSetEntry(string Element, bool IsMember, FieldSet? Children);

/// <summary>One level of a <see cref="FieldSet"/> while it is collected; costs nothing as long as it stays empty.</summary>
internal struct FieldSetBuilder
{
    private FieldSetEntry[]? _entries;
    private int _count;
    private bool _isUnordered;

    internal void Add(string element, bool isMember, FieldSet? children)
    {
        _entries ??= new FieldSetEntry[8];
        if (_count == _entries.Length)
        {
            Array.Resize(ref _entries, _count * 2);
        }
        _isUnordered |= _count > 0 && PathElement.Compare(_entries[_count - 1].Element, element) >= 0;
        _entries[_count++] = new(element, isMember, children);
    }

    /// <summary>The set; null when nothing was added.</summary>
    internal readonly FieldSet? Build()
    {
        if (_count == 0)
        {
            return null;
        }
        return _isUnordered ? Sorted(_entries.AsSpan(0, _count).ToArray()) : new FieldSet(_entries.AsSpan(0, _count).ToArray());
    }

    /// <summary>The set of some entries; those with the same element become one.</summary>
    /// <param name="entries">The entries, at least one, in any order.</param>
    internal static FieldSet Build(ReadOnlySpan<FieldSetEntry> entries)
    {
        for (var i = 1; i < entries.Length; i++)
        {
            if (PathElement.Compare(entries[i - 1].Element, entries[i].Element) >= 0)
            {
                return Sorted(entries.ToArray());
            }
        }
        return new FieldSet(entries.ToArray());
    }

    private static FieldSet Sorted(FieldSetEntry[] sorted)
    {
        Array.Sort(sorted, static (left, right) => PathElement.Compare(left.Element, right.Element));
        var last = 0;
        for (var i = 1; i < sorted.Length; i++)
        {
            var (next, kept) = (sorted[i], sorted[last]);
            if (next.Element != kept.Element)
            {
                sorted[++last] = next;
                continue;
            }
            var children = (kept.Children ?? FieldSet.Empty).Union(next.Children ?? FieldSet.Empty);
            sorted[last] = new(kept.Element, kept.IsMember || next.IsMember, children.IsEmpty ? null : children);
        }
        return new FieldSet(sorted[..(last + 1)]);
    }
}
