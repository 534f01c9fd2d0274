namespace LedgerStore.Ledger;

/// <summary>What is known of a request's identity.</summary>
public enum IdentityVerdict
{
    /// <summary>Not seen before: append it.</summary>
    New,

    /// <summary>Appended before, at the index that comes with this verdict.</summary>
    Repeat,

    /// <summary>Older than what is remembered of this client: whether it was appended cannot be told.</summary>
    TooOld,

    /// <summary>No further client can be remembered, so a repeat could not be recognised.</summary>
    TooManyClients,
}

/// <summary>Which sequences of which clients have been appended where: the last <see cref="WindowSize"/> of each client, of at most
/// <see cref="MaxClients"/> clients. It follows from the entries alone, in their order, so every member and every restart
/// arrives at the same. What it cannot remember it refuses: a repeat is never appended twice.</summary>
public sealed class ClientWindows
{
    /// <summary>How many sequences of one client are remembered; so many requests of it may be under way at once.</summary>
    public const int WindowSize = 256;

    /// <summary>How many clients are remembered.</summary>
    public const int MaxClients = 16_384;

    private readonly Dictionary<string, Window> windows = [];

    /// <summary>Judges an identity; <paramref name="index"/> is where a repeat was appended.</summary>
    public IdentityVerdict Judge(RequestIdentity identity, out long index)
    {
        index = 0;
        if (!windows.TryGetValue(identity.Client, out var window))
            return windows.Count < MaxClients ? IdentityVerdict.New : IdentityVerdict.TooManyClients;
        if (window.IndexOf.TryGetValue(identity.Sequence, out index))
            return IdentityVerdict.Repeat;
        return identity.Sequence <= window.Forgotten ? IdentityVerdict.TooOld : IdentityVerdict.New;
    }

    /// <summary>Notes that an identity was appended.</summary>
    public void Note(RequestIdentity identity, long index)
    {
        if (!windows.TryGetValue(identity.Client, out var window))
            windows.Add(identity.Client, window = new Window());
        window.IndexOf[identity.Sequence] = index;
        if (window.IndexOf.Count <= WindowSize)
            return;
        var lowest = window.IndexOf.GetKeyAtIndex(0);
        window.IndexOf.RemoveAt(0);
        window.Forgotten = Math.Max(window.Forgotten, lowest);
    }

    private sealed class Window
    {
        public SortedList<long, long> IndexOf { get; } = [];

        public long Forgotten { get; set; }
    }
}
