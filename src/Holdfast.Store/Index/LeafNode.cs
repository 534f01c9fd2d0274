namespace Holdfast.Store.Index;

internal sealed class LeafNode : IndexNode
{
    private readonly Entry[] _entries;

    public LeafNode(Entry[] entries)
        : base(entries[0], entries.Length) => _entries = entries;

    public override int Width => _entries.Length;

    public Entry this[int position] => _entries[position];

    public override Entry? Find(Bound key)
    {
        var position = Rank(key);
        return position < _entries.Length && key.CompareTo(_entries[position]) == 0 ? _entries[position] : null;
    }

    public override int Rank(Bound bound)
    {
        var (low, high) = (0, _entries.Length);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (bound.CompareTo(_entries[middle]) > 0)
                low = middle + 1;
            else
                high = middle;
        }
        return low;
    }

    public override (IndexNode Left, IndexNode? Right) Set(Entry entry)
    {
        var key = Bound.Of(entry);
        var position = Rank(key);
        if (position < _entries.Length && key.CompareTo(_entries[position]) == 0)
            return (new LeafNode(Replaced(_entries, position, entry)), null);
        var grown = Inserted(_entries, position, entry);
        if (grown.Length <= MaxWidth)
            return (new LeafNode(grown), null);
        // Names often come in order: splitting late leaves full leaves behind an appending writer.
        var at = position == _entries.Length ? MaxWidth : grown.Length / 2;
        return (new LeafNode(grown[..at]), new LeafNode(grown[at..]));
    }

    public override IndexNode? Remove(Bound key)
    {
        var position = Rank(key);
        if (position == _entries.Length || key.CompareTo(_entries[position]) != 0)
            return this;
        return _entries.Length == 1 ? null : new LeafNode(Without(_entries, position));
    }

    public override IndexNode MergeWith(IndexNode right) => new LeafNode([.. _entries, .. ((LeafNode)right)._entries]);
}
