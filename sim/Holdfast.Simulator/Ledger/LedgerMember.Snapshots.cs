using System.Buffers.Binary;
using LedgerStore.Raft;

namespace Holdfast.Simulator.Ledger;

/// <content>Its log does not grow for ever: what is applied is kept as a snapshot, and who is further behind than the log reaches gets that.</content>
internal sealed partial class LedgerMember
{
    private const int PieceCount = 5;
    private const int NoteLength = 9;

    private readonly List<LedgerWrite> _incoming = [];
    private long _incomingMark;
    private int _incomingFrom;

    /// <summary>A snapshot's note: how many writes, and whether the cluster is founded.</summary>
    private byte[] Note
    {
        get
        {
            var note = new byte[NoteLength];
            BinaryPrimitives.WriteInt64LittleEndian(note, _order.Count);
            note[^1] = (byte)(IsFounded ? 1 : 0);
            return note;
        }
    }

    /// <inheritdoc/>
    public ChunkOutcome Store(RaftMessage.SnapshotChunk chunk)
    {
        ArgumentNullException.ThrowIfNull(chunk);
        if (_incomingMark != chunk.Mark.Index || _incoming.Count == 0)
        {
            _incoming.Clear();
            (_incomingMark, _incomingFrom) = (chunk.Mark.Index, _order.Count);
        }
        var held = _incomingFrom + _incoming.Count;
        if (chunk.Position != held)
            return new ChunkOutcome(held, false);
        for (var offset = 0; offset < chunk.Data.Length; offset += LedgerWrite.Length)
            _incoming.Add(LedgerWrite.Decode(chunk.Data.Span.Slice(offset, LedgerWrite.Length))!.Value);
        if (!chunk.IsLast)
            return new ChunkOutcome(_incomingFrom + _incoming.Count, false);
        disk.Install(chunk.Mark, [.. _order.Take(_incomingFrom), .. _incoming]);
        Recall();
        _incoming.Clear();
        system.Story.Tell("ledger", $"{Name} installed a snapshot at {chunk.Mark.Index}");
        return new ChunkOutcome(0, true);
    }

    // What every member has applied is the same, so what is applied here serves any earlier snapshot.
    private RaftMessage.SnapshotChunk Fill(RaftMessage.SnapshotChunk chunk)
    {
        var count = (int)BinaryPrimitives.ReadInt64LittleEndian(chunk.Mark.Note.Span);
        var piece = _order.Take(count).Skip((int)chunk.Position).Take(PieceCount).ToArray();
        return chunk with { Data = piece.SelectMany(static write => write.Encode()).ToArray(), IsLast = chunk.Position + piece.Length >= count };
    }

    /// <summary>Takes what the disk's snapshot holds for what is applied.</summary>
    private void Recall()
    {
        _held.Clear();
        _order.Clear();
        foreach (var write in disk.Writes)
            Hold(write);
        IsFounded = disk.Mark.Note.Length == NoteLength && disk.Mark.Note.Span[^1] == 1;
    }

    private void Hold(LedgerWrite write)
    {
        if (_held.Add(write))
            _order.Add(write);
    }

    private void MaybeCompact(RaftNode node)
    {
        var most = system.Options.Steward!.CompactsAfter;
        if (most == 0 || node.Log.AppliedIndex - node.Log.BaseIndex <= most)
            return;
        var (note, keepFrom) = (Note, node.Log.AppliedIndex - (most / 3));
        disk.Compact(node.MarkApplied(note), [.. _order], keepFrom - 1);
        node.Compact(note, keepFrom);
    }
}
