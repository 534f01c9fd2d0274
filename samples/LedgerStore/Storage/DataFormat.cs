namespace LedgerStore.Storage;

/// <summary>The versions of the layout on disk. Every segment's header carries the one it was written in.</summary>
public static class DataFormat
{
    /// <summary>Entries as release 2.8 writes them.</summary>
    public const int Oldest = 8;

    /// <summary>Each entry also carries a digest of its own data, so that it can be checked without those before it. Release 2.9 writes it, once
    /// the cluster has switched.</summary>
    public const int Newest = 9;
}
