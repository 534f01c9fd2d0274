using System.Diagnostics.CodeAnalysis;

namespace Holdfast.Client.Events;

/// <summary>A map of bounded size that forgets what was not used for longest.</summary>
internal sealed class RecentlyUsed<TKey, TValue>(int capacity) where TKey : notnull where TValue : class
{
    private readonly Dictionary<TKey, LinkedListNode<KeyValuePair<TKey, TValue>>> _nodes = [];
    private readonly LinkedList<KeyValuePair<TKey, TValue>> _order = new();

    public bool TryGet(TKey key, [NotNullWhen(true)] out TValue? value)
    {
        value = null;
        if (!_nodes.TryGetValue(key, out var node))
            return false;
        _order.Remove(node);
        _order.AddFirst(node);
        value = node.Value.Value;
        return true;
    }

    public void Set(TKey key, TValue value)
    {
        if (_nodes.Remove(key, out var node))
            _order.Remove(node);
        else if (_nodes.Count >= capacity && _order.Last is { } oldest)
            Forget(oldest);
        _nodes[key] = _order.AddFirst(KeyValuePair.Create(key, value));
    }

    private void Forget(LinkedListNode<KeyValuePair<TKey, TValue>> node)
    {
        _nodes.Remove(node.Value.Key);
        _order.Remove(node);
    }
}
