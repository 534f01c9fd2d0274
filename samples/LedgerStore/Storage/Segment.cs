using Microsoft.Win32.SafeHandles;

namespace LedgerStore.Storage;

/// <summary>One file of the log: a header, then records. Only the last segment is written to.</summary>
public sealed class Segment : IDisposable
{
    /// <summary>What a segment that is not finished ends in.</summary>
    public const string UnfinishedExtension = ".new";

    private Segment(string path, SafeFileHandle file, long baseIndex, int format) =>
        (Path, File, BaseIndex, Format) = (path, file, baseIndex, format);

    /// <summary>The file's full path.</summary>
    public string Path { get; }

    /// <summary>The open file.</summary>
    public SafeFileHandle File { get; }

    /// <summary>The index of the segment's first record.</summary>
    public long BaseIndex { get; }

    /// <summary>The data format of the segment.</summary>
    public int Format { get; }

    /// <summary>Where each record begins.</summary>
    public OffsetTable Offsets { get; } = new();

    /// <summary>The offset at which the next record is written. Only the writer uses it.</summary>
    public long End { get; set; } = SegmentHeader.Size;

    /// <summary>The index that the next record of this segment has.</summary>
    public long NextIndex => BaseIndex + Offsets.Count;

    /// <summary>Opens an existing segment and checks its header and name.</summary>
    /// <exception cref="UnusableDataException">It cannot be read by this release or is not what its name says.</exception>
    public static Segment Open(string path, int readsFormatsTo = DataFormat.Newest)
    {
        var file = System.IO.File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.Read);
        try
        {
            var bytes = new byte[SegmentHeader.Size];
            var header = SegmentHeader.Decode(bytes.AsSpan(0, RandomAccess.Read(file, bytes, 0)), path, readsFormatsTo);
            if (System.IO.Path.GetFileName(path) != SegmentHeader.FileName(header.BaseIndex))
                throw new UnusableDataException(
                    $"{path} says that it begins at record {header.BaseIndex} (offset 16), which is not what its name says: " +
                    $"it was renamed or copied; put it back as {SegmentHeader.FileName(header.BaseIndex)} or restore a backup");
            return new Segment(path, file, header.BaseIndex, header.Format);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Makes an empty segment, durable in name and header before it is returned. A crash on the way leaves only
    /// a file that <see cref="RemoveUnfinished"/> clears.</summary>
    /// <exception cref="DiskFullException">There is no room; nothing is left behind.</exception>
    public static Segment Create(string folder, long baseIndex, SyncFile sync, int format = DataFormat.Oldest)
    {
        var path = System.IO.Path.Combine(folder, SegmentHeader.FileName(baseIndex));
        var unfinished = path + UnfinishedExtension;
        try
        {
            using (var file = System.IO.File.OpenHandle(unfinished, FileMode.Create, FileAccess.Write))
            {
                RandomAccess.Write(file, new SegmentHeader(format, baseIndex).Encode(), 0);
                sync(file, unfinished);
            }
        }
        catch (IOException failure) when (DurableFile.IsDiskFull(failure))
        {
            System.IO.File.Delete(unfinished);
            throw new DiskFullException($"no room for a new segment in {folder}");
        }
        System.IO.File.Move(unfinished, path);
        DurableFile.SyncFolder(folder);
        return Open(path);
    }

    /// <summary>Makes a segment with these payloads under the name of an old one, which it replaces by a rename once it is durable.</summary>
    public static Segment Rewrite(string folder, Segment old, int format, IEnumerable<byte[]> payloads, SyncFile sync)
    {
        var unfinished = old.Path + UnfinishedExtension;
        using (var file = System.IO.File.OpenHandle(unfinished, FileMode.Create, FileAccess.Write))
        {
            RandomAccess.Write(file, new SegmentHeader(format, old.BaseIndex).Encode(), 0);
            var (offset, index) = ((long)SegmentHeader.Size, old.BaseIndex);
            foreach (var payload in payloads)
            {
                var record = new byte[RecordHeader.Size + payload.Length];
                RecordHeader.Write(record, index, (int)(index++ - old.BaseIndex), RecordKind.Entry, payload);
                RandomAccess.Write(file, record, offset);
                offset += record.Length;
            }
            sync(file, unfinished);
        }
        System.IO.File.Move(unfinished, old.Path, overwrite: true);
        DurableFile.SyncFolder(folder);
        var made = Open(old.Path);
        new SegmentScan(made, isLast: false).Run(static _ => { });
        made.End = RandomAccess.GetLength(made.File);
        return made;
    }

    /// <summary>Takes the file away. Its name is gone only once the folder is synced.</summary>
    public void Remove()
    {
        Dispose();
        System.IO.File.Delete(Path);
    }

    /// <summary>Removes what a crash left of segments that were never finished; they hold no records.</summary>
    public static void RemoveUnfinished(string folder)
    {
        foreach (var path in Directory.EnumerateFiles(folder, "*" + SegmentHeader.Extension + UnfinishedExtension))
            System.IO.File.Delete(path);
    }

    /// <inheritdoc />
    public void Dispose() => File.Dispose();
}
