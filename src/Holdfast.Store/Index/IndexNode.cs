namespace Holdfast.Store.Index;

/// <summary>A node of the copy-on-write B+-tree: never changed once built, all leaves at one depth.</summary>
internal abstract class IndexNode(Entry first, int count)
{
    public const int MaxWidth = 32;
    public const int MergeWidth = MaxWidth / 4;

    /// <summary>The lowest entry below this node.</summary>
    public Entry First { get; } = first;

    /// <summary>How many entries there are below this node.</summary>
    public int Count { get; } = count;

    /// <summary>How many entries or children the node itself has.</summary>
    public abstract int Width { get; }

    public abstract Entry? Find(Bound key);

    /// <summary>How many entries lie below the bound.</summary>
    public abstract int Rank(Bound bound);

    /// <summary>Inserts or replaces; a second node comes back when this one had to split.</summary>
    public abstract (IndexNode Left, IndexNode? Right) Set(Entry entry);

    /// <summary>Removes; null when nothing is left, this same node when the key is not there.</summary>
    public abstract IndexNode? Remove(Bound key);

    public abstract IndexNode MergeWith(IndexNode right);

    protected static T[] Inserted<T>(T[] items, int at, T item)
    {
        var result = new T[items.Length + 1];
        Array.Copy(items, result, at);
        result[at] = item;
        Array.Copy(items, at, result, at + 1, items.Length - at);
        return result;
    }

    protected static T[] Replaced<T>(T[] items, int at, T item)
    {
        var result = (T[])items.Clone();
        result[at] = item;
        return result;
    }

    protected static T[] Without<T>(T[] items, int at)
    {
        var result = new T[items.Length - 1];
        Array.Copy(items, result, at);
        Array.Copy(items, at + 1, result, at, result.Length - at);
        return result;
    }
}
