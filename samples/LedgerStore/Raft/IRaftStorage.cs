using LedgerStore.Storage;

namespace LedgerStore.Raft;

/// <summary>Where a member's term, vote and log are kept. What a call has written is durable when it returns, but for the hint.</summary>
public interface IRaftStorage
{
    /// <summary>Keeps term and vote.</summary>
    /// <exception cref="DiskFullException">There is no room; the old state is intact.</exception>
    /// <exception cref="DurabilityLostException">The disk failed; the member must stop.</exception>
    void Save(HardState state);

    /// <summary>Keeps entries; whatever was held from the first one's index on is replaced.</summary>
    /// <exception cref="DiskFullException">There is no room; nothing of it is kept, or a part that nobody was told of.</exception>
    /// <exception cref="DurabilityLostException">The disk failed; the member must stop.</exception>
    void Append(IReadOnlyList<RaftEntry> entries);

    /// <summary>Notes that everything to an entry is committed and applied. A hint for the next start: it need not be durable when this returns, and may be lost.</summary>
    void NoteCommitted(long index);
}

/// <summary>What a member does with what Raft decides.</summary>
public interface IRaftApplication
{
    /// <summary>Applies committed entries, in order.</summary>
    /// <exception cref="DiskFullException">There is no room; the same entries come again, and those that were applied are to be skipped.</exception>
    void Apply(IReadOnlyList<RaftEntry> entries);

    /// <summary>A read may be served: everything that it must see is applied.</summary>
    void ServeRead(long context);

    /// <summary>A read could not be confirmed.</summary>
    void LoseRead(long context);

    /// <summary>Stores a piece of a snapshot. After the last one the state and the log are replaced, durably, before this returns.</summary>
    ChunkOutcome Store(RaftMessage.SnapshotChunk chunk);

    /// <summary>Sends a message; it may be lost.</summary>
    void Send(RaftMessage message);
}

/// <summary>What became of a piece of a snapshot.</summary>
/// <param name="NextPosition">Which position is wanted next.</param>
/// <param name="IsInstalled">True when the snapshot is complete and in place.</param>
public readonly record struct ChunkOutcome(long NextPosition, bool IsInstalled);
