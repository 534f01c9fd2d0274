using Holdfast.Platform;
using Holdfast.Simulator.World;
using LedgerStore.Raft;

namespace Holdfast.Simulator.Ledger;

/// <summary>
/// A member of the simulated data system: a pod's process with LedgerStore's own core, pump and rules of founding and admission, over the disk of its claim.
/// It lives as long as its process does; what it has said before it ends is what was durable.
/// </summary>
/// <param name="system">The data system.</param>
/// <param name="process">The process.</param>
/// <param name="address">Where it is reached.</param>
/// <param name="disk">Its disk.</param>
internal sealed partial class LedgerMember(LedgerSystem system, PodProcess process, string address, LedgerDisk disk) : IRaftApplication
{
    private static readonly TimeSpan LookAround = TimeSpan.FromMilliseconds(500);
    private const int JoinTicks = 4;

    private readonly Dictionary<long, (long Term, TaskCompletionSource<bool> Done)> _proposals = [];
    private readonly HashSet<LedgerWrite> _held = [];
    private readonly List<LedgerWrite> _order = [];
    private RaftPump? _pump;
    private int _ticks;
    private bool _wasMember;
    private bool _isJoining = true;
    private bool _isSaidRemoved;
    private long _foundingTerm;

    /// <summary>Its pod's name.</summary>
    public string Name => process.PodName;

    /// <summary>Its process.</summary>
    public PodProcess Process => process;

    /// <summary>Where it runs.</summary>
    public string Host => process.NodeName;

    /// <summary>Where it is reached.</summary>
    public string Address => address;

    /// <summary>Its disk.</summary>
    public LedgerDisk Disk => disk;

    /// <summary>The core; null while its disk is empty.</summary>
    public RaftNode? Node { get; private set; }

    /// <summary>Whether its process runs.</summary>
    public bool IsLive { get; private set; } = true;

    /// <summary>Whether it was asked to stop.</summary>
    public bool IsDraining { get; private set; }

    /// <summary>Until when it stands still, with all that comes waiting.</summary>
    public long PausedUntil { get; set; }

    /// <summary>Whether it stands still.</summary>
    public bool IsPaused => system.Time.GetTimestamp() < PausedUntil;

    /// <summary>The writes that it has applied.</summary>
    public IReadOnlySet<LedgerWrite> Held => _held;

    /// <summary>Whether its cluster takes writes: all founders have voted.</summary>
    public bool IsFounded { get; private set; }

    /// <summary>Whether it leads.</summary>
    public bool IsLeader => IsLive && Node?.Role == RaftRole.Leader;

    /// <summary>Its identity in the membership.</summary>
    public MemberId Id => disk.Identity?.Id ?? MemberId.None;

    /// <summary>Lives: finds out whose disk this is, and then takes part.</summary>
    /// <param name="stop">Ends with the machine.</param>
    public async Task RunAsync(CancellationToken stop)
    {
        while (IsLive && !TryIdentify())
        {
            UpdateReadiness();
            await system.Time.DelayAsync(LookAround, stop);
        }
        if (!IsLive)
            return;
        Open();
        while (IsLive)
        {
            await system.Time.DelayAsync(system.Tick, stop);
            if (IsLive && !IsPaused)
                Tick();
        }
    }

    /// <summary>SIGTERM: takes no more writes, and hands leadership over.</summary>
    public void Drain() => IsDraining = true;

    /// <summary>Its process has ended.</summary>
    public void End()
    {
        IsLive = false;
        GiveUpProposals();
    }

    /// <summary>Lets the core do something, then does what follows from it.</summary>
    /// <param name="action">What.</param>
    public void Act(Action<RaftNode> action)
    {
        if (!IsLive || Node is not { } node)
            return;
        action(node);
        node.Flush();
        _pump!.Run();
        MaybeCompact(node);
        if (node.Role != RaftRole.Leader && _proposals.Count > 0)
            GiveUpProposals();
    }

    /// <summary>Takes a client's write.</summary>
    /// <param name="write">The write.</param>
    /// <returns>Whether it was committed, once that is known; null when it is not taken here.</returns>
    public Task<bool>? Append(LedgerWrite write)
    {
        if (!IsLeader || IsDraining || IsPaused || !IsFounded)
            return null;
        Task<bool>? done = null;
        Act(core =>
        {
            if (core.Propose(write.Encode(), out var index) != RaftVerdict.Accepted)
                return;
            var source = Completions.Source<bool>();
            _proposals[index] = (core.Term, source);
            done = source.Task;
        });
        return done;
    }

    /// <inheritdoc/>
    public void Apply(IReadOnlyList<RaftEntry> entries)
    {
        foreach (var entry in entries)
        {
            if (entry.Kind == RaftEntryKind.Command && LedgerWrite.Decode(entry.Data.Span) is { } write)
                Hold(write);
            else if (entry.Kind == RaftEntryKind.Command)
                IsFounded = true;
            system.Truth.Applied(this, entry);
            if (_proposals.Remove(entry.Index, out var proposal))
                proposal.Done.TrySetResult(proposal.Term == entry.Term);
        }
    }

    /// <inheritdoc/>
    public void ServeRead(long context)
    {
    }

    /// <inheritdoc/>
    public void LoseRead(long context)
    {
    }

    /// <inheritdoc/>
    public void Send(RaftMessage message) => system.Send(this, message is RaftMessage.SnapshotChunk { Position: >= 0 } chunk ? Fill(chunk) : message);

    private void Open()
    {
        // A founder's disk that was not used yet begins with the membership of one.
        if (disk.Identity is { IsFounder: true } founder && disk.Entries.Count == 0 && disk.Mark.Index == 0)
        {
            var seats = Membership.Empty.Seats.Add(founder.Id, new MemberSeat(founder.Name, true));
            disk.Append([new RaftEntry(1, 1, RaftEntryKind.Membership, MembershipFormat.Encode(new Membership(seats)))]);
            disk.Save(new HardState(1, MemberId.None));
        }
        Recall();
        var log = new RaftLog(disk.Mark, [.. disk.Entries]);
        Node = new RaftNode(Id, system.Raft with { Seed = system.Chance.NextUInt64() }, disk.State, log);
        _pump = new RaftPump(Node, disk, this);
        _wasMember = Node.Membership.Contains(Id);
        system.Truth.Opened(this);
    }

    private void Tick()
    {
        _ticks++;
        Act(static core => core.Tick());
        if (IsLeader)
        {
            Promote();
            MaybeFinishFounding();
            if (IsDraining)
                Act(static core => core.Transfer(core.BestSuccessor()));
        }
        if (_ticks % JoinTicks == 0)
        {
            NoteRemoval();
            TryJoin();
        }
        UpdateReadiness();
    }

    private void Promote()
    {
        var learner = Node!.Membership.Seats.FirstOrDefault(seat => !seat.Value.IsVoter && Node.IsCaughtUp(seat.Key));
        if (learner.Value is not null)
            Act(core => core.Change(new MembershipChange.Promote(learner.Key), out _));
    }

    private void MaybeFinishFounding()
    {
        if (IsFounded || _foundingTerm == Node!.Term || Node.Membership.VoterCount < LedgerSystem.Founders || Node.Log.MembershipIndex > Node.Log.CommitIndex)
            return;
        Act(core =>
        {
            if (core.Propose(LedgerWrite.Founding, out _) == RaftVerdict.Accepted)
                _foundingTerm = core.Term;
        });
    }

    private void GiveUpProposals()
    {
        foreach (var (_, done) in _proposals.Values)
            done.TrySetResult(false);
        _proposals.Clear();
    }
}
