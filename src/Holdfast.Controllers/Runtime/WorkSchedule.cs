namespace Holdfast.Controllers.Runtime;

/// <summary>
/// Which key runs when: the decisions of a work queue, over a <c>now</c> that is passed in.
/// </summary>
/// <remarks>
/// It guarantees that a key is held at most once and runs at most once at a time, that of several deadlines for a key the
/// earliest wins, that a key added while it runs comes up again after the run, and that keys come up in the order of their
/// deadlines and, among equals, in the order in which they were added. It is bounded by the number of different keys.
/// Not for use from several threads at once.
/// </remarks>
/// <typeparam name="TKey">The key.</typeparam>
public sealed class WorkSchedule<TKey> where TKey : notnull
{
    private readonly Dictionary<TKey, Place> _waiting = [];
    private readonly Dictionary<TKey, TimeSpan?> _running = [];
    private readonly Dictionary<TKey, int> _failures = [];
    private readonly PriorityQueue<TKey, Place> _order = new();
    private long _nextSequence;

    /// <summary>How many keys wait, due or not.</summary>
    public int WaitingCount => _waiting.Count;

    /// <summary>How many keys run.</summary>
    public int RunningCount => _running.Count;

    /// <summary>When the next key is due, or null when none waits.</summary>
    public TimeSpan? NextDue => TrimToNext(out _, out var place) ? place.Due : null;

    /// <summary>How many of the waiting keys are due; costs a look at each of them.</summary>
    /// <param name="now">The time.</param>
    public int CountDue(TimeSpan now) => _waiting.Values.Count(place => place.Due <= now);

    /// <summary>Adds a key.</summary>
    /// <param name="key">The key.</param>
    /// <param name="due">When it is to run; a time gone by means at once.</param>
    public void Add(TKey key, TimeSpan due)
    {
        if (_running.TryGetValue(key, out var again))
            _running[key] = again is { } earlier && earlier <= due ? earlier : due;
        else if (!_waiting.TryGetValue(key, out var place) || due < place.Due)
            Enqueue(key, new Place(due, _nextSequence++));
    }

    /// <summary>Takes the next key that is due; it runs from now until <see cref="Finish"/>.</summary>
    /// <param name="now">The time.</param>
    /// <param name="key">The key.</param>
    /// <param name="late">How long it has been due.</param>
    /// <returns>False when none is due.</returns>
    public bool TryTake(TimeSpan now, out TKey key, out TimeSpan late)
    {
        late = default;
        if (!TrimToNext(out key, out var place) || place.Due > now)
            return false;
        _order.Dequeue();
        _waiting.Remove(key);
        _running.Add(key, null);
        late = now - place.Due;
        return true;
    }

    /// <summary>Ends a key's run; what was added meanwhile comes up again.</summary>
    /// <param name="key">The key.</param>
    public void Finish(TKey key)
    {
        if (!_running.Remove(key, out var again))
            throw new InvalidOperationException($"{key} is not running, so its run cannot end");
        if (again is { } due)
            Add(key, due);
    }

    /// <summary>Counts a failure of a key and gives its failures in a row.</summary>
    /// <param name="key">The key.</param>
    public int CountFailure(TKey key) => _failures[key] = _failures.GetValueOrDefault(key) + 1;

    /// <summary>Forgets a key's failures.</summary>
    /// <param name="key">The key.</param>
    public void ForgetFailures(TKey key) => _failures.Remove(key);

    private void Enqueue(TKey key, Place place)
    {
        _waiting[key] = place;
        _order.Enqueue(key, place);
        // Deadlines that were overtaken stay in the order until they come up; many of them are cleared at once.
        if (_order.Count > (2 * _waiting.Count) + 64)
        {
            _order.Clear();
            foreach (var (waiting, at) in _waiting)
                _order.Enqueue(waiting, at);
        }
    }

    private bool TrimToNext(out TKey key, out Place place)
    {
        while (_order.TryPeek(out key!, out place))
        {
            if (_waiting.TryGetValue(key, out var current) && current == place)
                return true;
            _order.Dequeue();
        }
        return false;
    }

    private readonly record struct Place(TimeSpan Due, long Sequence) : IComparable<Place>
    {
        public int CompareTo(Place other)
        {
            var byDue = Due.CompareTo(other.Due);
            return byDue != 0 ? byDue : Sequence.CompareTo(other.Sequence);
        }
    }
}
