using Microsoft.Win32.SafeHandles;

namespace LedgerStore.Storage;

/// <summary>Makes what was written to a file durable, or throws <see cref="DurabilityLostException"/>.</summary>
public delegate void SyncFile(SafeFileHandle file, string path);

/// <summary>How a log is kept.</summary>
/// <param name="Folder">The folder of its segments; made when missing.</param>
public sealed record SegmentedLogOptions(string Folder)
{
    /// <summary>A segment of at least this many bytes is closed and the next one begun.</summary>
    public long SegmentBytes { get; init; } = 64 * 1024 * 1024;

    /// <summary>The index of the first record of a log that is empty.</summary>
    public long FirstIndex { get; init; } = 1;

    /// <summary>The data format of new segments.</summary>
    public int WritesFormat { get; init; } = DataFormat.Oldest;

    /// <summary>The newest data format that is read.</summary>
    public int ReadsFormatsTo { get; init; } = DataFormat.Newest;

    /// <summary>Everything to here was synced. What comes after can be made again from elsewhere, so damage there is cut off like a torn tail.</summary>
    public long RequiredTo { get; init; } = long.MaxValue;

    /// <summary>How a file is synced.</summary>
    public SyncFile Sync { get; init; } = DurableFile.SyncData;

    /// <summary>Where recovery says what it cut.</summary>
    public Action<string> Note { get; init; } = static _ => { };
}
