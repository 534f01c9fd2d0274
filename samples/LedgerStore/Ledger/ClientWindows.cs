namespace LedgerStore.Ledger;

/// <summary>What is known of a request's identity.</summary>
public enum IdentityVerdict
{
    /// <summary>Not seen before, or forgotten: append it.</summary>
    New,

    /// <summary>Appended before, at the index that comes with this verdict.</summary>
    Repeat,

    /// <summary>Older than what is remembered of this client: whether it was appended cannot be told.</summary>
    TooOld,
}

/// <summary>Which sequences of which clients have been appended where (R12; sessions in Ongaro's thesis, 6.3, which also must end by the log alone): the last
/// <see cref="WindowSize"/> of each client, of the <see cref="MaxClients"/> clients that have appended last. A client is forgotten by the index of its newest
/// entry, never by a clock: when so many others have appended after it. Until then, so for at least as many entries, a repeat is never appended twice.</summary>
/// <remarks>It follows from the ledger's entries alone, in their order. So every member and every restart arrives at the same, and a snapshot and a backup,
/// which hold the entries, hold it too.</remarks>
/// <param name="mostClients">How many clients are remembered.</param>
public sealed class ClientWindows(int mostClients = ClientWindows.MaxClients)
{
    /// <summary>How many sequences of one client are remembered; so many requests of it may be under way at once.</summary>
    public const int WindowSize = 256;

    /// <summary>How many clients are remembered.</summary>
    public const int MaxClients = 16_384;

    private readonly Dictionary<string, LinkedListNode<Window>> windows = [];
    private readonly LinkedList<Window> byNewestEntry = [];

    /// <summary>Judges an identity; <paramref name="index"/> is where a repeat was appended.</summary>
    public IdentityVerdict Judge(RequestIdentity identity, out long index)
    {
        index = 0;
        if (!windows.TryGetValue(identity.Client, out var held))
            return IdentityVerdict.New;
        if (held.Value.IndexOf.TryGetValue(identity.Sequence, out index))
            return IdentityVerdict.Repeat;
        return identity.Sequence <= held.Value.Forgotten ? IdentityVerdict.TooOld : IdentityVerdict.New;
    }

    /// <summary>Notes that an identity was appended, at an index above all that were noted before.</summary>
    public void Note(RequestIdentity identity, long index)
    {
        var window = Newest(identity.Client);
        window.IndexOf[identity.Sequence] = index;
        if (window.IndexOf.Count <= WindowSize)
            return;
        var lowest = window.IndexOf.GetKeyAtIndex(0);
        window.IndexOf.RemoveAt(0);
        window.Forgotten = Math.Max(window.Forgotten, lowest);
    }

    // A client that appends is the last to be forgotten.
    private Window Newest(string client)
    {
        if (windows.TryGetValue(client, out var held))
        {
            byNewestEntry.Remove(held);
            byNewestEntry.AddLast(held);
            return held.Value;
        }
        if (windows.Count >= mostClients)
        {
            windows.Remove(byNewestEntry.First!.Value.Client);
            byNewestEntry.RemoveFirst();
        }
        windows.Add(client, byNewestEntry.AddLast(new Window(client)));
        return byNewestEntry.Last!.Value;
    }

    private sealed class Window(string client)
    {
        public string Client => client;

        public SortedList<long, long> IndexOf { get; } = [];

        public long Forgotten { get; set; }
    }
}
