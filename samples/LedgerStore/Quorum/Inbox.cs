namespace LedgerStore.Quorum;

/// <summary>A bounded queue in front of one thread. Whoever waits sleeps at once: on machines whose processors are all busy, queues that spin before they sleep cost
/// more than all the rest of an append.</summary>
/// <typeparam name="T">What is queued.</typeparam>
/// <param name="most">So many may wait; more are refused.</param>
public sealed class Inbox<T>(int most)
{
    // No System.Threading.Lock: it has no condition to wait for.
    private readonly Queue<T> waiting = [];
    private bool isShut;

    /// <summary>True once nothing more is taken in.</summary>
    public bool IsShut => Volatile.Read(ref isShut);

    /// <summary>True once nothing more is taken in and everything was taken out.</summary>
    public bool IsFinished
    {
        get
        {
            lock (waiting)
                return isShut && waiting.Count == 0;
        }
    }

    /// <summary>Queues something; false when too many wait, or none are taken in any more.</summary>
    public bool TryAdd(T item)
    {
        lock (waiting)
        {
            if (isShut || waiting.Count >= most)
                return false;
            waiting.Enqueue(item);
            if (waiting.Count == 1)
                Monitor.Pulse(waiting);
            return true;
        }
    }

    /// <summary>Takes out what waits, in its order, at most <paramref name="count"/>; waits for a first one, but no longer than told.</summary>
    public void Take(List<T> into, int count, TimeSpan patience)
    {
        lock (waiting)
        {
            if (waiting.Count == 0 && !isShut && patience > TimeSpan.Zero)
                Monitor.Wait(waiting, patience);
            while (into.Count < count && waiting.TryDequeue(out var item))
                into.Add(item);
        }
    }

    /// <summary>Takes nothing in from here on.</summary>
    public void Shut()
    {
        lock (waiting)
        {
            isShut = true;
            Monitor.PulseAll(waiting);
        }
    }
}
