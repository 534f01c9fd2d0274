namespace LedgerStore.Storage;

/// <summary>The file offset of each record of one segment, four bytes each. One writer adds; any number of readers may look up
/// what was added before the count that they were given.</summary>
public sealed class OffsetTable
{
    private const int ChunkSize = 4096;
    private uint[][] chunks = [];
    private int count;

    /// <summary>How many offsets are held.</summary>
    public int Count => Volatile.Read(ref count);

    /// <summary>Adds the offset of the next record.</summary>
    public void Add(long offset)
    {
        if (count == chunks.Length * ChunkSize)
            Volatile.Write(ref chunks, [.. chunks, new uint[ChunkSize]]);
        chunks[count / ChunkSize][count % ChunkSize] = checked((uint)offset);
        Volatile.Write(ref count, count + 1);
    }

    /// <summary>Forgets all but the first ones. No reader may look at the others any more.</summary>
    public void CutTo(int kept) => Volatile.Write(ref count, Math.Min(count, kept));

    /// <summary>The offset of the record at this position of the segment.</summary>
    public long this[int position] => Volatile.Read(ref chunks)[position / ChunkSize][position % ChunkSize];
}
