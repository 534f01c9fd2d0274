using Holdfast.Client.Caching;
using Holdfast.Model.Resources;

namespace Holdfast.Controllers.Runtime;

/// <summary>
/// What the caches must show before one key is reconciled again. Of a kind and namespace the latest revision alone is kept, since it
/// is reached after all that came before it; so a run may write as much as it likes.
/// </summary>
/// <remarks>A run's writes may be answered on several threads at once.</remarks>
internal sealed class WriteFloors
{
    private readonly Lock _lock = new();
    private readonly Dictionary<(ResourceType Type, string Namespace), WriteFloor.Reached> _reached = [];
    private readonly Queue<WriteFloor> _others = new();

    /// <summary>One of the floors, or null when there is none.</summary>
    internal WriteFloor? First
    {
        get
        {
            lock (_lock)
            {
                return _others.TryPeek(out var other) ? other : _reached.Values.FirstOrDefault();
            }
        }
    }

    internal void Add(WriteFloor floor)
    {
        lock (_lock)
        {
            if (floor is not WriteFloor.Reached reached)
                _others.Enqueue(floor);
            else if (!_reached.TryGetValue(PlaceOf(reached), out var known) || known.Revision < reached.Revision)
                _reached[PlaceOf(reached)] = reached;
        }
    }

    /// <summary>Takes the <see cref="First"/> floor away, which the caches have reached; one that has risen meanwhile stays.</summary>
    internal void Remove(WriteFloor first)
    {
        lock (_lock)
        {
            if (first is not WriteFloor.Reached reached)
                _others.Dequeue();
            else if (_reached.TryGetValue(PlaceOf(reached), out var known) && known.Revision == reached.Revision)
                _reached.Remove(PlaceOf(reached));
        }
    }

    internal IReadOnlyList<WriteFloor> ToList()
    {
        lock (_lock)
        {
            return [.. _reached.Values, .. _others];
        }
    }

    private static (ResourceType Type, string Namespace) PlaceOf(WriteFloor.Reached reached) => (reached.Type, reached.Key.Namespace);
}
