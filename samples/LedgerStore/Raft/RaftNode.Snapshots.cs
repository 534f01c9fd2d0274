namespace LedgerStore.Raft;

/// <content>Snapshots in pieces, one under way to each follower: thesis, 5.1 to 5.3.</content>
public sealed partial class RaftNode
{
    /// <summary>The state machine can give what was applied up to here as a snapshot; entries before <paramref name="keepFrom"/> go.</summary>
    /// <param name="note">What the state machine wants to know about it.</param>
    /// <param name="keepFrom">The first entry to keep, for followers that are only a little behind.</param>
    public SnapshotMark Compact(ReadOnlyMemory<byte> note, long keepFrom)
    {
        var mark = MarkApplied(note);
        log.Note(mark);
        log.CompactTo(keepFrom - 1);
        return mark;
    }

    /// <summary>The snapshot that could be taken now.</summary>
    public SnapshotMark MarkApplied(ReadOnlyMemory<byte> note) =>
        new(log.AppliedIndex, log.TermAt(log.AppliedIndex)!.Value, log.MembershipAt(log.AppliedIndex), note);

    /// <summary>A piece of a snapshot was stored, durably as far as it will be needed; the next begins at <paramref name="nextPosition"/>.</summary>
    public void ChunkStored(RaftMessage.SnapshotChunk chunk, long nextPosition)
    {
        if (chunk.Term == Term && chunk.From == Leader)
            late.Add(new RaftMessage.SnapshotResponse(Id, chunk.From, Term, chunk.Mark.Index, nextPosition));
    }

    /// <summary>A snapshot is complete, durable and in place of the log and the state.</summary>
    public void SnapshotInstalled(SnapshotMark mark)
    {
        log.RestoreTo(mark);
        if (!Leader.IsNone)
            Acknowledge(Leader, mark.Index);
    }

    private void BeginSnapshot(MemberId to, FollowerProgress follower)
    {
        if (log.Snapshot.Index == 0)
            throw new RaftBrokenException($"the log begins behind {log.BaseIndex} and there is no snapshot for what was before");
        follower.BecomeSnapshot(log.Snapshot);
        SendChunk(to, follower);
    }

    private void SendChunk(MemberId to, FollowerProgress follower) =>
        early.Add(new RaftMessage.SnapshotChunk(Id, to, Term, follower.Snapshot!, follower.SnapshotPosition, default, false));

    private void AnswerChunk(RaftMessage.SnapshotChunk chunk)
    {
        // What is in our log already needs no snapshot: keep the entries that follow it (Raft, 7).
        if (chunk.Mark.Index <= log.CommitIndex)
            Acknowledge(chunk.From, log.CommitIndex);
        else if (log.TermAt(chunk.Mark.Index) == chunk.Mark.Term)
        {
            log.CommitTo(chunk.Mark.Index);
            Acknowledge(chunk.From, chunk.Mark.Index);
        }
        else
            chunks.Add(chunk);
    }

    private void TakeSnapshotResponse(RaftMessage.SnapshotResponse response, FollowerProgress follower)
    {
        if (follower.State != SendState.Snapshot || follower.Snapshot!.Index != response.Index || response.NextPosition == follower.SnapshotPosition)
            return;
        follower.SnapshotPosition = response.NextPosition;
        SendChunk(response.From, follower);
    }
}
