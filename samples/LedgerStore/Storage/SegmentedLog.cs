using System.Collections.Immutable;
using System.Diagnostics;

namespace LedgerStore.Storage;

/// <summary>An append-only log of checksummed records in segment files.</summary>
/// <remarks>
/// Guarantees: an append returns only when its whole batch is durable; a read never returns a record that is not;
/// what was durable is there after any crash, or opening fails by name. Assumes: one writer at a time (the caller's), any number
/// of readers, and a folder that no other process writes to. Caveat: damage to the very last batch cannot be told from a
/// torn tail and is cut, with a note. Memory: four bytes a record.
/// </remarks>
public sealed class SegmentedLog : IDisposable
{
    private readonly SegmentedLogOptions options;
    private ImmutableArray<Segment> segments;
    private long lastIndex;
    private long syncCount;
    private int format;
    private byte[] scratch = new byte[64 * 1024];
    private readonly List<Segment> retired = [];
    private bool isBroken;

    private SegmentedLog(SegmentedLogOptions options, ImmutableArray<Segment> segments)
    {
        this.options = options;
        this.segments = segments;
        format = Math.Max(options.WritesFormat, segments[^1].Format);
        lastIndex = segments[^1].NextIndex - 1;
    }

    /// <summary>The index of the oldest record, or the one that the first record will have.</summary>
    public long FirstIndex => segments[0].BaseIndex;

    /// <summary>The index of the newest durable record; one less than <see cref="FirstIndex"/> when there is none.</summary>
    public long LastIndex => Volatile.Read(ref lastIndex);

    /// <summary>Batches made durable since the log was opened.</summary>
    public long SyncCount => Interlocked.Read(ref syncCount);

    /// <summary>How long each of them took.</summary>
    public LatencyHistogram SyncSeconds { get; } = new();

    /// <summary>Opens the log, hands each record to <paramref name="onRecord"/> in order, and cuts a torn tail.</summary>
    /// <exception cref="UnusableDataException">Data is damaged or in a newer format; nothing was changed.</exception>
    public static SegmentedLog Open(SegmentedLogOptions options, Action<LogRecord> onRecord)
    {
        if (!Directory.Exists(options.Folder))
        {
            Directory.CreateDirectory(options.Folder);
            DurableFile.SyncFolder(Path.GetDirectoryName(Path.GetFullPath(options.Folder))!);
        }
        Segment.RemoveUnfinished(options.Folder);
        var opened = OpenSegments(options);
        try
        {
            for (var number = 0; number < opened.Count; number++)
            {
                if (Recover(opened, number, options, onRecord))
                    RemoveBehind(opened, number, options);
            }
            if (opened.Count == 0)
                opened.Add(Segment.Create(options.Folder, options.FirstIndex, options.Sync, options.WritesFormat));
            return new SegmentedLog(options, [.. opened]);
        }
        catch
        {
            opened.ForEach(static segment => segment.Dispose());
            throw;
        }
    }

    /// <summary>Appends a batch: one write, one sync. The indexes follow <see cref="LastIndex"/>.</summary>
    /// <exception cref="DiskFullException">There is no room; nothing of the batch was kept and the log stays usable.</exception>
    /// <exception cref="DurabilityLostException">The disk failed; the log takes nothing more and the process must end.</exception>
    public void Append(IReadOnlyList<ReadOnlyMemory<byte>> payloads) => Append(payloads, isSynced: true);

    /// <summary>Appends a batch, and syncs it only when asked to.</summary>
    /// <inheritdoc cref="Append(IReadOnlyList{ReadOnlyMemory{byte}})" />
    public void Append(IReadOnlyList<ReadOnlyMemory<byte>> payloads, bool isSynced)
    {
        if (isBroken)
            throw new DurabilityLostException($"the log in {options.Folder} takes nothing more after a failed write");
        var first = LastIndex + 1;
        var length = Encode(payloads, first);
        var active = WritableSegment(first);
        Write(active, length, isSynced);
        foreach (var payload in payloads)
        {
            active.Offsets.Add(active.End);
            active.End += RecordHeader.Size + payload.Length;
        }
        Volatile.Write(ref lastIndex, first + payloads.Count - 1);
    }

    /// <summary>Reads a record back and checks it again.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such record.</exception>
    /// <exception cref="UnusableDataException">The record has been damaged since it was written.</exception>
    public LogRecord Read(long index)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(index, FirstIndex);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(index, LastIndex);
        var segment = SegmentOf(index);
        var offset = segment.Offsets[(int)(index - segment.BaseIndex)];
        var head = new byte[RecordHeader.Size];
        var header = ReadFully(segment, head, offset) ? RecordHeader.Read(head) : default;
        if (header.Index == index && header.IsPlausible(long.MaxValue))
        {
            var record = new byte[RecordHeader.Size + header.PayloadLength];
            if (ReadFully(segment, record, offset) && header.Matches(record))
                return new LogRecord(index, (RecordKind)header.Kind, record.AsMemory(RecordHeader.Size), segment.Format);
        }
        throw new UnusableDataException(
            $"{segment.Path} no longer holds record {index} intact (offset {offset}): the disk or another program changed it; check the disk");
    }

    /// <summary>Makes durable what was appended without a sync.</summary>
    public void Sync() => SyncActive(segments[^1]);

    /// <summary>From the next record on segments are of this data format; the older ones stay as they are.</summary>
    public void SwitchTo(int newFormat)
    {
        format = newFormat;
        WritableSegment(LastIndex + 1);
    }

    /// <summary>Takes away everything from an index on, durably.</summary>
    public void CutFrom(long index)
    {
        if (index > LastIndex)
            return;
        ArgumentOutOfRangeException.ThrowIfLessThan(index, FirstIndex);
        // From behind: a crash on the way leaves a log that only ends earlier or later.
        while (segments[^1].BaseIndex > index || (segments[^1].BaseIndex == index && segments.Length > 1))
            RemoveSegment(segments[^1]);
        var active = segments[^1];
        var kept = (int)(index - active.BaseIndex);
        if (kept < active.Offsets.Count)
        {
            active.End = active.Offsets[kept];
            active.Offsets.CutTo(kept);
            RandomAccess.SetLength(active.File, active.End);
            SyncActive(active);
        }
        Volatile.Write(ref lastIndex, index - 1);
    }

    /// <summary>Takes away whole segments that hold only records before an index; the newest one stays.</summary>
    public void RemoveBefore(long index)
    {
        while (segments.Length > 1 && segments[0].NextIndex <= index)
            RemoveSegment(segments[0]);
    }

    /// <summary>Takes away everything; the next record has this index.</summary>
    public void Restart(long nextIndex)
    {
        while (segments.Length > 1)
            RemoveSegment(segments[^1]);
        var last = segments[0];
        RemoveSegment(last);
        segments = [Segment.Create(options.Folder, nextIndex, options.Sync, format)];
        Volatile.Write(ref lastIndex, nextIndex - 1);
    }

    /// <summary>The data formats of the segments, oldest first, with the number of records of each.</summary>
    public IReadOnlyList<(long BaseIndex, int Format, int Count)> Segments =>
        [.. segments.Select(static segment => (segment.BaseIndex, segment.Format, segment.Offsets.Count))];

    /// <summary>Writes a segment that takes no more records anew, in the newest format, and puts it in the old one's place by a rename. The old
    /// file stays open for those who read it.</summary>
    public void Rewrite(long baseIndex, Func<LogRecord, byte[]> convert)
    {
        var old = segments.First(segment => segment.BaseIndex == baseIndex);
        var next = Segment.Rewrite(options.Folder, old, format, Enumerable.Range(0, old.Offsets.Count).Select(number => convert(Read(baseIndex + number))), options.Sync);
        ImmutableInterlocked.Update(ref segments, static (held, change) => held.Replace(change.old, change.next), (old, next));
        retired.Add(old);
    }

    /// <inheritdoc />
    public void Dispose()
    {
        foreach (var segment in segments.Concat(retired))
            segment.Dispose();
    }

    private void RemoveSegment(Segment segment)
    {
        segment.Remove();
        DurableFile.SyncFolder(options.Folder);
        ImmutableInterlocked.Update(ref segments, static (held, gone) => held.Remove(gone), segment);
    }

    // An empty segment of an older format has the very name that the new one needs.
    private Segment MakeSegment(Segment active, long nextIndex)
    {
        if (active.BaseIndex == nextIndex)
            RemoveSegment(active);
        var next = Segment.Create(options.Folder, nextIndex, options.Sync, format);
        ImmutableInterlocked.Update(ref segments, static (held, added) => held.Add(added), next);
        return next;
    }

    private static List<Segment> OpenSegments(SegmentedLogOptions options)
    {
        var opened = new List<Segment>();
        try
        {
            foreach (var path in Directory.GetFiles(options.Folder, "*" + SegmentHeader.Extension).Order(StringComparer.Ordinal))
                opened.Add(Segment.Open(path, options.ReadsFormatsTo));
            return opened;
        }
        catch
        {
            opened.ForEach(static segment => segment.Dispose());
            throw;
        }
    }

    // True when the log ends here, though segments follow: what they hold can be made again.
    private static bool Recover(List<Segment> opened, int number, SegmentedLogOptions options, Action<LogRecord> onRecord)
    {
        var segment = opened[number];
        if (number > 0 && segment.BaseIndex != opened[number - 1].NextIndex)
            throw new UnusableDataException(
                $"{segment.Path} begins at record {segment.BaseIndex} (offset 16), but the segment before it ends at " +
                $"{opened[number - 1].NextIndex - 1}: a segment is missing; put it back or restore a backup");
        var result = new SegmentScan(segment, isLast: number == opened.Count - 1, options.RequiredTo).Run(onRecord);
        segment.End = result.End;
        if (result.TornBytes == 0)
            return false;
        RandomAccess.SetLength(segment.File, result.End);
        options.Sync(segment.File, segment.Path);
        options.Note(
            $"cut a torn tail of {result.TornBytes} bytes from {segment.Path} at offset {result.End}, behind record {segment.NextIndex - 1}: " +
            "a process that ends while it writes leaves such a tail, which was never acknowledged; a disk that loses what it has synced leaves the same");
        return true;
    }

    private static void RemoveBehind(List<Segment> opened, int number, SegmentedLogOptions options)
    {
        for (var behind = opened.Count - 1; behind > number; behind--)
        {
            opened[behind].Remove();
            opened.RemoveAt(behind);
            DurableFile.SyncFolder(options.Folder);
        }
    }

    private int Encode(IReadOnlyList<ReadOnlyMemory<byte>> payloads, long first)
    {
        var length = payloads.Sum(static payload => RecordHeader.Size + payload.Length);
        if (scratch.Length < length)
            scratch = new byte[length];
        var used = 0;
        for (var ordinal = 0; ordinal < payloads.Count; ordinal++)
        {
            var payload = payloads[ordinal].Span;
            ArgumentOutOfRangeException.ThrowIfGreaterThan(payload.Length, RecordHeader.MaxPayload);
            used += RecordHeader.Write(scratch.AsSpan(used), first + ordinal, ordinal, RecordKind.Entry, payload);
        }
        return used;
    }

    private Segment WritableSegment(long nextIndex)
    {
        var active = segments[^1];
        if (active.Format == format && (active.End < options.SegmentBytes || active.NextIndex == active.BaseIndex))
            return active;
        try
        {
            // Whoever syncs later syncs the newest segment only.
            SyncActive(active);
            var next = MakeSegment(active, nextIndex);
            return next;
        }
        catch (IOException failure)
        {
            throw Broken($"a new segment in {options.Folder}", failure);
        }
        catch (DurabilityLostException)
        {
            isBroken = true;
            throw;
        }
    }

    private void Write(Segment active, int length, bool isSynced)
    {
        try
        {
            RandomAccess.Write(active.File, scratch.AsSpan(0, length), active.End);
            if (isSynced)
                SyncActive(active);
        }
        catch (IOException failure) when (DurableFile.IsDiskFull(failure))
        {
            TakeBack(active);
            throw new DiskFullException($"no room for {length} bytes in {active.Path}");
        }
        catch (IOException failure)
        {
            throw Broken(active.Path, failure);
        }
        catch (DurabilityLostException)
        {
            isBroken = true;
            throw;
        }
    }

    private void SyncActive(Segment active)
    {
        var began = Stopwatch.GetTimestamp();
        options.Sync(active.File, active.Path);
        SyncSeconds.Took(Stopwatch.GetElapsedTime(began));
        Interlocked.Increment(ref syncCount);
    }

    private void TakeBack(Segment active)
    {
        try
        {
            RandomAccess.SetLength(active.File, active.End);
        }
        catch (IOException failure)
        {
            throw Broken(active.Path, failure);
        }
    }

    private DurabilityLostException Broken(string what, IOException failure)
    {
        isBroken = true;
        return new DurabilityLostException(
            $"could not write {what}: {failure.Message}; the process ends without acknowledging: check the disk, then start again");
    }

    private Segment SegmentOf(long index)
    {
        var held = segments;
        var (low, high) = (0, held.Length - 1);
        while (low < high)
        {
            var middle = (low + high + 1) / 2;
            (low, high) = held[middle].BaseIndex <= index ? (middle, high) : (low, middle - 1);
        }
        return held[low];
    }

    private static bool ReadFully(Segment segment, Span<byte> target, long offset)
    {
        for (var read = 0; read < target.Length;)
        {
            var count = RandomAccess.Read(segment.File, target[read..], offset + read);
            if (count == 0)
                return false;
            read += count;
        }
        return true;
    }
}
