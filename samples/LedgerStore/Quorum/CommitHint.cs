using System.Buffers.Binary;
using LedgerStore.Storage;
using Microsoft.Win32.SafeHandles;

namespace LedgerStore.Quorum;

/// <summary>How far a member had applied its log, so that it shows that much again after a start, also alone. Raft does not need it, since what is committed
/// can be found out again, but only by a majority; etcd keeps its commit index for the same reason.</summary>
/// <remarks>A hint: written in place and synced now and then, so that it costs no append anything; what cannot be read counts as nothing. It never
/// runs ahead, since only what is durable is applied: a log that ends before it has lost entries. The file: index (8), CRC-32C (4); little-endian.</remarks>
public sealed class CommitHint : IDisposable
{
    private const int Size = 12;
    private readonly byte[] bytes = new byte[Size];
    private readonly string path;
    private readonly SafeFileHandle file;
    private bool isSynced = true;

    /// <summary>Opens the hint, or begins one.</summary>
    public CommitHint(string path)
    {
        this.path = path;
        file = File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.ReadWrite);
        var isWhole = RandomAccess.Read(file, bytes, 0) == Size && Crc32C.Of(bytes.AsSpan(0, 8)) == BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(8));
        Index = isWhole ? Math.Max(0, BinaryPrimitives.ReadInt64LittleEndian(bytes)) : 0;
    }

    /// <summary>Everything to here is committed; 0 when nothing is known.</summary>
    public long Index { get; private set; }

    /// <summary>Notes that everything to an entry is committed, and durable here.</summary>
    public void Note(long index)
    {
        if (index <= Index)
            return;
        BinaryPrimitives.WriteInt64LittleEndian(bytes, index);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(8), Crc32C.Of(bytes.AsSpan(0, 8)));
        try
        {
            RandomAccess.Write(file, bytes, 0);
            (Index, isSynced) = (index, false);
        }
        catch (IOException failure) when (DurableFile.IsDiskFull(failure))
        {
            // The file has no block yet: the hint stays as old as it is until there is room.
        }
    }

    /// <summary>Lets the hint outlive the machine too.</summary>
    /// <exception cref="DurabilityLostException">The disk failed.</exception>
    public void Sync()
    {
        if (!isSynced)
            DurableFile.SyncData(file, path);
        isSynced = true;
    }

    /// <inheritdoc />
    public void Dispose() => file.Dispose();
}
