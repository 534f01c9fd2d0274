using System.Buffers.Binary;
using LedgerStore.Raft;
using LedgerStore.Storage;

namespace LedgerStore.Quorum;

/// <summary>Term, vote, snapshot mark and log of a member, in `raft/` of its folder. A segmented log for the entries, two small files
/// that are replaced by a rename, and a <see cref="CommitHint"/>.</summary>
/// <remarks>Entry: term (8), kind (1), data. `state`: term (8), vote (8). `snapshot`: index (8), term (8), length of the membership (4), the membership, the note.
/// Both files end in their CRC-32C (4). Little-endian.</remarks>
public sealed class RaftFiles : IRaftStorage, IDisposable
{
    private const int EntryHeader = 9;
    private readonly string folder;
    private readonly SegmentedLog log;
    private readonly CommitHint hint;

    /// <summary>Opens the files.</summary>
    /// <exception cref="UnusableDataException">They are damaged.</exception>
    public RaftFiles(string folder, Action<string> note)
    {
        this.folder = folder;
        if (!Directory.Exists(folder))
        {
            Directory.CreateDirectory(folder);
            DurableFile.SyncFolder(Path.GetDirectoryName(folder)!);
        }
        Mark = ReadFile("snapshot") is { } bytes ? DecodeMark(bytes) : SnapshotMark.Zero;
        State = ReadFile("state") is { } state
            ? new HardState(BinaryPrimitives.ReadInt64LittleEndian(state), new MemberId(BinaryPrimitives.ReadUInt64LittleEndian(state.AsSpan(8))))
            : new HardState(0, MemberId.None);
        var entries = new List<RaftEntry>();
        log = SegmentedLog.Open(
            new SegmentedLogOptions(Path.Combine(folder, "log")) { Note = note, FirstIndex = Mark.Index + 1, SegmentBytes = 16 * 1024 * 1024 },
            record => entries.Add(Decode(record)));
        Entries = Continuing(entries);
        hint = new CommitHint(Path.Combine(folder, "committed"));
        if (hint.Index <= Math.Max(Mark.Index, log.LastIndex))
            return;
        Dispose();
        throw new UnusableDataException(
            $"the log in {folder} ends at entry {log.LastIndex}, and this member had applied entries to {hint.Index}: durable entries were lost, and with them perhaps " +
            "what clients were told is kept; keep the volume as evidence, check the disk, and let the member come back with an empty one");
    }

    /// <summary>The term and vote that were found.</summary>
    public HardState State { get; }

    /// <summary>The newest snapshot's mark.</summary>
    public SnapshotMark Mark { get; private set; }

    /// <summary>The entries that were found.</summary>
    public IReadOnlyList<RaftEntry> Entries { get; private set; }

    /// <summary>Everything to here was committed when the member last ran, as far as was noted.</summary>
    public long Committed => hint.Index;

    /// <summary>Batches made durable since the files were opened.</summary>
    public long SyncCount => log.SyncCount;

    /// <summary>How long each of them took.</summary>
    public LatencyHistogram SyncSeconds => log.SyncSeconds;

    /// <inheritdoc />
    public void Save(HardState state)
    {
        var bytes = new byte[16];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, state.Term);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(8), state.Vote.Value);
        WriteFile("state", bytes);
    }

    /// <inheritdoc />
    public void Append(IReadOnlyList<RaftEntry> entries)
    {
        log.CutFrom(entries[0].Index);
        log.Append([.. entries.Select(static entry => (ReadOnlyMemory<byte>)Encode(entry))]);
    }

    /// <inheritdoc />
    public void NoteCommitted(long index) => hint.Note(index);

    /// <summary>Makes durable how far the log is known to be committed.</summary>
    public void SyncCommitted() => hint.Sync();

    /// <summary>Keeps the mark of a snapshot whose state is durable, then forgets the segments that hold only earlier entries.</summary>
    public void Save(SnapshotMark mark, long keepFrom)
    {
        WriteFile("snapshot", EncodeMark(mark));
        Mark = mark;
        log.RemoveBefore(Math.Min(keepFrom, mark.Index));
    }

    /// <summary>Keeps the mark of a snapshot that came from another member; it takes the place of the log.</summary>
    public void Replace(SnapshotMark mark)
    {
        WriteFile("snapshot", EncodeMark(mark));
        (Mark, Entries) = (mark, []);
        log.Restart(mark.Index + 1);
    }

    /// <inheritdoc />
    public void Dispose()
    {
        log.Dispose();
        hint.Dispose();
    }

    /// <summary>A mark as bytes.</summary>
    public static byte[] EncodeMark(SnapshotMark mark)
    {
        var membership = MembershipFormat.Encode(mark.Membership);
        var bytes = new byte[20 + membership.Length + mark.Note.Length];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, mark.Index);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(8), mark.Term);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(16), membership.Length);
        membership.CopyTo(bytes, 20);
        mark.Note.Span.CopyTo(bytes.AsSpan(20 + membership.Length));
        return bytes;
    }

    /// <summary>Reads what <see cref="EncodeMark"/> wrote.</summary>
    public static SnapshotMark DecodeMark(ReadOnlySpan<byte> bytes)
    {
        var length = BinaryPrimitives.ReadInt32LittleEndian(bytes[16..]);
        return new SnapshotMark(
            BinaryPrimitives.ReadInt64LittleEndian(bytes), BinaryPrimitives.ReadInt64LittleEndian(bytes[8..]),
            MembershipFormat.Decode(bytes.Slice(20, length)), bytes[(20 + length)..].ToArray());
    }

    /// <summary>An entry as bytes.</summary>
    public static byte[] Encode(RaftEntry entry)
    {
        var bytes = new byte[EntryHeader + entry.Data.Length];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, entry.Term);
        bytes[8] = (byte)entry.Kind;
        entry.Data.Span.CopyTo(bytes.AsSpan(EntryHeader));
        return bytes;
    }

    private RaftEntry Decode(LogRecord record)
    {
        if (record.Payload.Length < EntryHeader || record.Payload.Span[8] > (byte)RaftEntryKind.Membership)
            throw new UnusableDataException($"record {record.Index} in {folder}/log is no entry that this version knows: keep the volume as evidence");
        var bytes = record.Payload.ToArray();
        return new RaftEntry(record.Index, BinaryPrimitives.ReadInt64LittleEndian(bytes), (RaftEntryKind)bytes[8], bytes.AsMemory(EntryHeader));
    }

    private List<RaftEntry> Continuing(List<RaftEntry> entries)
    {
        if (RaftLog.Continues(Mark, entries))
            return entries;
        if (entries[0].Index > Mark.Index)
            throw new UnusableDataException(
                $"the log in {folder} begins at entry {entries[0].Index}, behind the snapshot at {Mark.Index}: a segment is missing; " +
                "put it back, or let the member come back with an empty volume");
        log.Restart(Mark.Index + 1);
        return [];
    }

    private byte[]? ReadFile(string name)
    {
        var path = Path.Combine(folder, name);
        if (!File.Exists(path))
            return null;
        var bytes = File.ReadAllBytes(path);
        if (bytes.Length < 20 || Crc32C.Of(bytes.AsSpan(0, bytes.Length - 4)) != BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(bytes.Length - 4)))
            throw new UnusableDataException($"{path} is damaged (its checksum is wrong): the member stops before it votes twice; let it come back with an empty volume");
        return bytes[..^4];
    }

    private void WriteFile(string name, byte[] content)
    {
        var bytes = new byte[content.Length + 4];
        content.CopyTo(bytes, 0);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(content.Length), Crc32C.Of(content));
        DurableFile.Replace(Path.Combine(folder, name), bytes);
    }
}
