using LedgerStore.Storage;

namespace LedgerStore.Raft;

/// <summary>Does the core's effects in their order, so that nothing is said before it is durable (R6). The same code runs on real disks and
/// in the simulator. One thread.</summary>
/// <param name="node">The core.</param>
/// <param name="storage">The disk.</param>
/// <param name="application">What is done with the rest.</param>
public sealed class RaftPump(RaftNode node, IRaftStorage storage, IRaftApplication application)
{
    private readonly List<ReadGrant> granted = [];
    private RaftEffects? held;
    private bool isKept;

    /// <summary>True while the disk has no room for what must be kept. Nothing may be given to the core until <see cref="Run"/> succeeds: a
    /// member that cannot keep a promise makes none, and another one leads.</summary>
    public bool IsStalled => held is not null;

    /// <summary>Does everything that is to be done; false when the disk is full.</summary>
    public bool Run()
    {
        while (held is not null || TakeNext())
        {
            if (!TryKeep(held!))
                return false;
            var effects = held!;
            (held, isKept) = (null, false);
            Finish(effects);
        }
        return true;
    }

    private bool TakeNext()
    {
        var effects = node.Take();
        if (effects.IsNothing)
            return false;
        foreach (var message in effects.SendNow)
            application.Send(message);
        held = effects;
        return true;
    }

    private bool TryKeep(RaftEffects effects)
    {
        try
        {
            if (!isKept)
                Keep(effects);
            isKept = true;
            if (effects.Committed.Count > 0)
            {
                application.Apply(effects.Committed);
                storage.NoteCommitted(effects.Committed[^1].Index);
            }
            return true;
        }
        catch (DiskFullException)
        {
            return false;
        }
    }

    private void Keep(RaftEffects effects)
    {
        if (effects.HardState is { } state)
            storage.Save(state);
        if (effects.Entries.Count > 0)
            storage.Append(effects.Entries);
        foreach (var message in effects.SendWhenDurable)
            application.Send(message);
    }

    private void Finish(RaftEffects effects)
    {
        node.Done(effects);
        foreach (var chunk in effects.Chunks)
            StoreChunk(chunk);
        foreach (var context in effects.LostReads)
            application.LoseRead(context);
        granted.AddRange(effects.Reads);
        ServeReads();
    }

    private void StoreChunk(RaftMessage.SnapshotChunk chunk)
    {
        // An earlier piece of this round may have brought what this one is about.
        if (chunk.Mark.Index <= node.Log.CommitIndex)
            return;
        if (TryStore(chunk) is not { } outcome)
            return;
        if (outcome.IsInstalled)
            node.SnapshotInstalled(chunk.Mark);
        else
            node.ChunkStored(chunk, outcome.NextPosition);
    }

    // Without room the piece is dropped; the leader sends it again.
    private ChunkOutcome? TryStore(RaftMessage.SnapshotChunk chunk)
    {
        try
        {
            return application.Store(chunk);
        }
        catch (DiskFullException)
        {
            return null;
        }
    }

    private void ServeReads()
    {
        for (var number = granted.Count - 1; number >= 0; number--)
        {
            if (granted[number].Index > node.Log.AppliedIndex)
                continue;
            application.ServeRead(granted[number].Context);
            granted.RemoveAt(number);
        }
    }
}
