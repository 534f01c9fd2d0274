namespace Holdfast.Store.Index;

/// <summary>
/// A collection's entries in order. Immutable: a change gives a new index that shares all but one path with the old
/// one, so holding an index is holding a snapshot.
/// </summary>
internal sealed class EntryIndex
{
    private readonly IndexNode? _root;

    private EntryIndex(IndexNode? root) => _root = root;

    public static EntryIndex Empty { get; } = new(null);

    public int Count => _root?.Count ?? 0;

    public Entry? Find(Bound key) => _root?.Find(key);

    public int Rank(Bound bound) => _root?.Rank(bound) ?? 0;

    public EntryIndex Set(Entry entry)
    {
        if (_root is null)
            return new EntryIndex(new LeafNode([entry]));
        var (left, right) = _root.Set(entry);
        return new EntryIndex(right is null ? left : new InnerNode([left, right]));
    }

    public EntryIndex Remove(Bound key)
    {
        var root = _root?.Remove(key);
        while (root is InnerNode { Width: 1 } single)
            root = single[0];
        return root is null ? Empty : new EntryIndex(root);
    }

    /// <summary>Walks the entries from the first one at or after a bound.</summary>
    public IEnumerable<Entry> From(Bound bound)
    {
        var path = new Stack<(InnerNode Node, int Next)>();
        var node = _root;
        var position = 0;
        while (node is InnerNode inner)
        {
            var child = inner.ChildFor(bound);
            path.Push((inner, child + 1));
            node = inner[child];
        }
        if (node is LeafNode first)
            position = first.Rank(bound);
        while (node is LeafNode leaf)
        {
            for (; position < leaf.Width; position++)
                yield return leaf[position];
            position = 0;
            node = NextLeaf(path);
        }
    }

    private static LeafNode? NextLeaf(Stack<(InnerNode Node, int Next)> path)
    {
        while (path.TryPop(out var step))
        {
            if (step.Next >= step.Node.Width)
                continue;
            path.Push((step.Node, step.Next + 1));
            var node = step.Node[step.Next];
            while (node is InnerNode inner)
            {
                path.Push((inner, 1));
                node = inner[0];
            }
            return (LeafNode)node;
        }
        return null;
    }
}
