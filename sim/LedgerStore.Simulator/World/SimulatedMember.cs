using LedgerStore.Quorum;
using LedgerStore.Raft;
using LedgerStore.Storage;

namespace LedgerStore.Simulator.World;

/// <summary>One member: the production core and pump over a simulated disk.</summary>
/// <param name="simulation">The world it lives in.</param>
/// <param name="id">Who it is.</param>
/// <param name="name">What it is called.</param>
/// <param name="disk">Its disk.</param>
public sealed class SimulatedMember(RaftSimulation simulation, MemberId id, string name, SimulatedDisk disk) : IRaftApplication
{
    private readonly Dictionary<long, Action> reads = [];
    private readonly List<LedgerCommandModel> incoming = [];
    private readonly Dictionary<MemberId, (int FormatsTo, int Process)> said = [];
    private long incomingMark;
    private int incomingFrom;
    private long contexts;
    private RaftNode? node;
    private RaftPump? pump;
    private SimulatedLedger ledger = new([], simulation.Options);

    /// <summary>Who it is.</summary>
    public MemberId Id => id;

    /// <summary>What it is called.</summary>
    public string Name => name;

    /// <summary>Its disk.</summary>
    public SimulatedDisk Disk => disk;

    /// <summary>The core; null while the process does not run.</summary>
    public RaftNode? Node => node;

    /// <summary>What it has applied.</summary>
    public SimulatedLedger Ledger => ledger;

    /// <summary>Until when it is paused.</summary>
    public long PausedUntil { get; set; }

    /// <summary>Its clock's tick in simulated microseconds.</summary>
    public int TickMicroseconds { get; init; } = 10_000;

    /// <summary>What it runs as.</summary>
    public LedgerRelease Release { get; set; } = LedgerRelease.All[^1];

    /// <summary>What it runs as from the next start on; null for the same.</summary>
    public LedgerRelease? NextRelease { get; set; }

    /// <summary>How often its process was started.</summary>
    public int Processes { get; private set; }

    /// <summary>When the last process of the newest release ended, to come back as an older one.</summary>
    public long DowngradedAt { get; set; }

    /// <summary>It does not start before.</summary>
    public long StartsNotBefore { get; set; }

    /// <summary>Members that are in the way of a switch to a data format, as this one knows while it leads.</summary>
    public IReadOnlyList<MemberId> CannotRead(int format, long round) =>
        node is null ? [] : FormatRule.CannotRead(format, node, Release.ReadsFormatsTo, id => said.GetValueOrDefault(id).FormatsTo, round);

    /// <summary>A message has come, and with it what its sender reads: the newest of its processes counts, whatever of an older one is still under way.</summary>
    public void Receive(RaftMessage message, (int FormatsTo, int Process) sender) => Act(core =>
    {
        if (sender.Process >= said.GetValueOrDefault(message.From).Process)
            said[message.From] = sender;
        core.Step(message);
    });

    /// <summary>Starts the process from its disk.</summary>
    /// <exception cref="UnusableDataException">The disk is damaged, or written by a newer release.</exception>
    public void Start(ulong seed)
    {
        disk.Check();
        RequireReadable(SimulatedLedger.FormatIn(disk.Mark.Note));
        said.Clear();
        Processes++;
        var options = simulation.RaftOptions with { Seed = seed };
        ledger = new SimulatedLedger(disk.Snapshot, simulation.Options, SimulatedLedger.FormatIn(disk.Mark.Note));
        if (!RaftLog.Continues(disk.Mark, disk.Entries))
            disk.RemoveAll();
        node = new RaftNode(id, options, disk.Seen, new RaftLog(disk.Mark, [.. disk.Entries], disk.Committed));
        pump = new RaftPump(node, disk, this);
        simulation.Referee.Started(this);
    }

    /// <summary>The process ends; memory is gone.</summary>
    public void Crash(string why)
    {
        simulation.Tell($"{name} {why}");
        disk.Crash();
        (node, pump) = (null, null);
        reads.Clear();
        incoming.Clear();
        contexts = 0;
        simulation.Crashed(this);
    }

    /// <summary>Lets the core do something, then does what follows from it.</summary>
    public void Act(Action<RaftNode> action)
    {
        if (node is null || pump is null)
            return;
        try
        {
            if (pump.IsStalled && !pump.Run())
                return;
            action(node);
            pump.Run();
            simulation.Referee.Acted(this);
            MaybeCompact();
        }
        catch (SimulatedCrash crash)
        {
            Crash(crash.Message);
        }
        catch (UnusableDataException refusal)
        {
            Crash($"stops: {refusal.Message}");
        }
    }

    private void RequireReadable(int format)
    {
        if (Release.ReadsFormatsTo < format)
            throw new UnusableDataException($"release {Release.Version} does not read data format {format}");
    }

    /// <summary>Asks for a read; <paramref name="served"/> is called when it may be served, never when not.</summary>
    public void Read(Action served) => Act(core =>
    {
        // Each process counts anew.
        var context = ++contexts;
        if (core.Read(context) == RaftVerdict.Accepted)
            reads[context] = served;
    });

    /// <inheritdoc />
    public void Apply(IReadOnlyList<RaftEntry> entries)
    {
        foreach (var entry in entries)
        {
            if (entry.Kind == RaftEntryKind.Command && SimulatedOperator.FormatIn(entry) is { } format)
            {
                simulation.Operator.Switching(this, entry);
                RequireReadable(format);
                ledger.SwitchTo(format);
            }
            else if (entry.Kind == RaftEntryKind.Command)
            {
                var command = LedgerCommandModel.Decode(entry.Data.Span);
                simulation.Clients.Applied(this, entry, command, ledger.Apply(command));
            }
            simulation.Referee.Applied(this, entry);
        }
    }

    /// <inheritdoc />
    public void ServeRead(long context)
    {
        if (reads.Remove(context, out var served))
            served();
    }

    /// <inheritdoc />
    public void LoseRead(long context) => reads.Remove(context);

    /// <inheritdoc />
    public ChunkOutcome Store(RaftMessage.SnapshotChunk chunk)
    {
        if (incomingMark != chunk.Mark.Index || incoming.Count == 0)
        {
            incoming.Clear();
            (incomingMark, incomingFrom) = (chunk.Mark.Index, ledger.Commands.Count);
        }
        var held = incomingFrom + incoming.Count;
        if (chunk.Position != held)
            return new ChunkOutcome(held, false);
        for (var offset = 0; offset < chunk.Data.Length; offset += 12)
            incoming.Add(LedgerCommandModel.Decode(chunk.Data.Span[offset..]));
        if (!chunk.IsLast)
            return new ChunkOutcome(incomingFrom + incoming.Count, false);
        Install(chunk.Mark);
        return new ChunkOutcome(0, true);
    }

    /// <inheritdoc />
    public void Send(RaftMessage message)
    {
        simulation.Referee.Sending(this, message);
        simulation.Send(message is RaftMessage.SnapshotChunk { Position: >= 0 } chunk ? Fill(chunk) : message, (Release.ReadsFormatsTo, Processes));
    }

    private void Install(SnapshotMark mark)
    {
        RequireReadable(SimulatedLedger.FormatIn(mark.Note));
        var whole = new SimulatedLedger([.. ledger.Commands.Take(incomingFrom), .. incoming], simulation.Options, SimulatedLedger.FormatIn(mark.Note));
        disk.SaveSnapshot(mark, [.. whole.Commands]);
        disk.RemoveAll();
        ledger = whole;
        incoming.Clear();
        simulation.Tell($"{name} installed a snapshot at {mark.Index}");
        simulation.Referee.Installed(this, mark);
    }

    // Every member's commands are the same, so what is applied now serves any earlier snapshot.
    private RaftMessage.SnapshotChunk Fill(RaftMessage.SnapshotChunk chunk)
    {
        const int PieceCount = 5;
        var count = (int)BitConverter.ToInt64(chunk.Mark.Note.Span);
        var piece = ledger.Commands.Take(count).Skip((int)chunk.Position).Take(PieceCount).ToArray();
        return chunk with
        {
            Data = piece.SelectMany(static command => command.Encode()).ToArray(),
            IsLast = chunk.Position + piece.Length >= count,
        };
    }

    private void MaybeCompact()
    {
        if (node is null || node.Log.AppliedIndex - node.Log.BaseIndex <= simulation.Options.CompactAfter)
            return;
        var keepFrom = node.Log.AppliedIndex - (simulation.Options.CompactAfter / 3);
        var note = ledger.Note;
        try
        {
            disk.SaveSnapshot(node.MarkApplied(note), [.. ledger.Commands]);
        }
        catch (DiskFullException)
        {
            // Compaction waits until there is room; nothing depends on it.
            return;
        }
        node.Compact(note, keepFrom);
        disk.RemoveBefore(keepFrom - 1);
    }
}
