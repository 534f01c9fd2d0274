namespace LedgerStore.Storage;

/// <summary>What a scan found where the good records of a segment end.</summary>
/// <param name="End">The offset behind the last good record.</param>
/// <param name="TornBytes">Bytes behind it that hold no acknowledged record.</param>
public readonly record struct ScanResult(long End, long TornBytes);

/// <summary>Reads a segment's records in order and judges whatever follows the last good one.</summary>
/// <remarks>A crash may leave part of the last batch: any pages of it, in any order, since it was never synced. That is a torn tail
/// and is cut. A bad record that had been synced is damage: some later good record shows it, because its batch began after
/// the bad one. Then the ledger stops rather than losing an acknowledged entry in silence.</remarks>
public sealed class SegmentScan(Segment segment, bool isLast, long requiredTo = long.MaxValue)
{
    private readonly SegmentReader reader = new(segment.File);

    /// <summary>Hands every good record to <paramref name="onRecord"/> and notes its offset in the segment.</summary>
    /// <exception cref="UnusableDataException">A record that had been durable is bad, or one is not where it belongs.</exception>
    public ScanResult Run(Action<LogRecord> onRecord)
    {
        long offset = SegmentHeader.Size;
        while (TryRead(offset, out var header, out var record))
        {
            if (header.Index != segment.NextIndex)
                throw Damaged(offset, $"holds record {header.Index} where {segment.NextIndex} belongs");
            if (header.Kind != (byte)RecordKind.Entry)
                throw Damaged(offset, $"holds a record of unknown kind {header.Kind}");
            onRecord(new LogRecord(header.Index, (RecordKind)header.Kind, record[RecordHeader.Size..], segment.Format));
            segment.Offsets.Add(offset);
            offset += record.Length;
        }
        if (offset < reader.Length && segment.NextIndex <= requiredTo)
            RequireTornTail(offset);
        return new ScanResult(offset, reader.Length - offset);
    }

    private bool TryRead(long offset, out RecordHeader header, out ReadOnlyMemory<byte> record)
    {
        (header, record) = (default, default);
        if (reader.Length - offset < RecordHeader.Size)
            return false;
        header = RecordHeader.Read(reader.Peek(offset, RecordHeader.Size).Span);
        if (!header.IsPlausible(reader.Length - offset))
            return false;
        record = reader.Peek(offset, RecordHeader.Size + header.PayloadLength);
        return header.Matches(record.Span);
    }

    private void RequireTornTail(long badOffset)
    {
        if (!isLast)
            throw Damaged(badOffset, $"has a bad record, number {segment.NextIndex}, and later segments follow");
        for (var offset = badOffset + 1; offset <= reader.Length - RecordHeader.Size; offset++)
        {
            var candidate = RecordHeader.Read(reader.Peek(offset, RecordHeader.Size).Span);
            if (candidate.Index > segment.NextIndex && candidate.BatchStart > segment.NextIndex &&
                candidate.Index - segment.NextIndex <= reader.Length / RecordHeader.Size &&
                TryRead(offset, out var later, out _))
                throw Damaged(badOffset, $"has a bad record, number {segment.NextIndex}, before the good record {later.Index} at offset {offset}");
        }
    }

    private UnusableDataException Damaged(long offset, string what) =>
        new($"{segment.Path} {what} (offset {offset}): entries that were acknowledged are damaged, so the member stops before it " +
            "serves anything; keep the volume as evidence, check the disk and restore a backup");
}
