namespace LedgerStore.Raft;

/// <summary>The messages under way to one follower, bounded in number and bytes (thesis, 10.2.1: pipelining needs a bound).</summary>
/// <param name="maxMessages">The most messages.</param>
/// <param name="maxBytes">The most bytes; the message that passes it is still taken.</param>
public sealed class InflightWindow(int maxMessages, int maxBytes)
{
    private readonly Queue<(long LastIndex, int Bytes)> messages = [];
    private long bytes;

    /// <summary>True when nothing more may be sent.</summary>
    public bool IsFull => messages.Count >= maxMessages || bytes >= maxBytes;

    /// <summary>How many are under way.</summary>
    public int Count => messages.Count;

    /// <summary>Notes a message that ends at <paramref name="lastIndex"/>.</summary>
    public void Add(long lastIndex, int size)
    {
        messages.Enqueue((lastIndex, size));
        bytes += size;
    }

    /// <summary>Everything to <paramref name="index"/> has arrived.</summary>
    public void FreeTo(long index)
    {
        while (messages.TryPeek(out var first) && first.LastIndex <= index)
            bytes -= messages.Dequeue().Bytes;
    }

    /// <summary>Frees one place, since a follower that answers heartbeats but no appends has lost one.</summary>
    public void FreeFirst()
    {
        if (messages.TryDequeue(out var first))
            bytes -= first.Bytes;
    }

    /// <summary>Forgets everything.</summary>
    public void Clear()
    {
        messages.Clear();
        bytes = 0;
    }
}
