namespace Holdfast.Store.Index;

internal sealed class InnerNode : IndexNode
{
    private readonly IndexNode[] _children;

    public InnerNode(IndexNode[] children)
        : base(children[0].First, CountOf(children)) => _children = children;

    public override int Width => _children.Length;

    public IndexNode this[int position] => _children[position];

    /// <summary>The child in whose range a bound lies; the first one for what is lower than everything.</summary>
    public int ChildFor(Bound bound)
    {
        var (low, high) = (1, _children.Length);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (bound.CompareTo(_children[middle].First) >= 0)
                low = middle + 1;
            else
                high = middle;
        }
        return low - 1;
    }

    public override Entry? Find(Bound key) => _children[ChildFor(key)].Find(key);

    public override int Rank(Bound bound)
    {
        var position = ChildFor(bound);
        var before = 0;
        for (var i = 0; i < position; i++)
            before += _children[i].Count;
        return before + _children[position].Rank(bound);
    }

    public override (IndexNode Left, IndexNode? Right) Set(Entry entry)
    {
        var position = ChildFor(Bound.Of(entry));
        var (left, right) = _children[position].Set(entry);
        var children = Replaced(_children, position, left);
        if (right is null)
            return (new InnerNode(children), null);
        children = Inserted(children, position + 1, right);
        if (children.Length <= MaxWidth)
            return (new InnerNode(children), null);
        var at = position == _children.Length - 1 ? MaxWidth : children.Length / 2;
        return (new InnerNode(children[..at]), new InnerNode(children[at..]));
    }

    public override IndexNode? Remove(Bound key)
    {
        var position = ChildFor(key);
        var changed = _children[position].Remove(key);
        if (ReferenceEquals(changed, _children[position]))
            return this;
        if (changed is null)
            return _children.Length == 1 ? null : new InnerNode(Without(_children, position));
        var children = Replaced(_children, position, changed);
        return new InnerNode(changed.Width < MergeWidth ? MergedAround(children, position) : children);
    }

    public override IndexNode MergeWith(IndexNode right) => new InnerNode([.. _children, .. ((InnerNode)right)._children]);

    private static int CountOf(IndexNode[] children)
    {
        var count = 0;
        foreach (var child in children)
            count += child.Count;
        return count;
    }

    private static IndexNode[] MergedAround(IndexNode[] children, int position)
    {
        var left = position > 0 ? position - 1 : position;
        if (left + 1 >= children.Length || children[left].Width + children[left + 1].Width > MaxWidth)
            return children;
        var merged = children[left].MergeWith(children[left + 1]);
        return Replaced(Without(children, left + 1), left, merged);
    }
}
