namespace LedgerStore.Storage;

/// <summary>The versions of the layout on disk. Every segment's header carries the one it was written in.</summary>
public static class DataFormat
{
    /// <summary>The layout that every release so far writes.</summary>
    public const int Written = 8;

    /// <summary>The oldest layout that can be read.</summary>
    public const int OldestReadable = 8;

    /// <summary>The newest layout that can be read.</summary>
    public const int NewestReadable = 8;
}
