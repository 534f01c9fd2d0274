using LedgerStore.Ledger;
using LedgerStore.Raft;

namespace LedgerStore.Quorum;

/// <summary>A ledger that a majority of members keeps: the core and its disk on one thread of their own, which requests, messages and ticks
/// reach through a bounded queue. What has queued up while the disk worked shares the next sync (group commit).</summary>
public sealed partial class QuorumLedger : ILedger
{
    private const int MaxWaiting = 8192;
    private const int MaxBatch = 1024;

    private readonly Inbox<Input> inbox = new(MaxWaiting);
    private readonly List<Input> batch = [];
    private readonly TaskCompletionSource closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Dictionary<long, Proposal> proposals = [];
    private readonly Dictionary<long, TaskCompletionSource<ReadVerdict>> reads = [];
    private readonly MemberIdentity identity;
    private readonly QuorumSettings settings;
    private readonly QuorumDisk disk;
    private readonly Action<RaftMessage> send;
    private readonly LedgerJournal journal;
    private readonly TimeProvider time;
    private readonly Action<Exception> onFatal;
    private readonly RaftNode node;
    private readonly RaftPump pump;
    private QuorumView view;
    private long busySince;
    private long readContexts;
    private long appliedIndex;
    private bool isClosing;

    /// <summary>Takes over an opened disk and starts.</summary>
    /// <param name="identity">Who the member is.</param>
    /// <param name="settings">How it runs.</param>
    /// <param name="disk">Its disk.</param>
    /// <param name="send">Sends a message; it may be lost, and never waits.</param>
    /// <param name="journal">Where it says what happens.</param>
    /// <param name="time">The clock.</param>
    /// <param name="onFatal">Called once when the member must stop: its disk has failed, or its data cannot be trusted.</param>
    public QuorumLedger(
        MemberIdentity identity, QuorumSettings settings, QuorumDisk disk, Action<RaftMessage> send, LedgerJournal journal, TimeProvider time, Action<Exception> onFatal)
    {
        (this.identity, this.settings, this.disk, this.send, this.journal, this.time, this.onFatal) = (identity, settings, disk, send, journal, time, onFatal);
        node = new RaftNode(identity.Id, settings.Raft with { Seed = identity.Id.Value ^ (ulong)time.GetTimestamp() }, disk.Files.State, new RaftLog(disk.Files.Mark, disk.Files.Entries, disk.Files.Committed));
        appliedIndex = node.Log.AppliedIndex;
        pump = new RaftPump(node, disk.Files, this);
        wasMember = node.Membership.Contains(identity.Id);
        // What is known to be committed is shown from the first answer on, by a member that is alone too.
        pump.Run();
        view = Look();
        new Thread(Run) { IsBackground = true, Name = "raft" }.Start();
    }

    /// <inheritdoc />
    public string Role => View.Role;

    /// <inheritdoc />
    public QuorumView View => Volatile.Read(ref view);

    QuorumView? ILedger.View => View;

    /// <inheritdoc />
    public long FirstIndex => disk.Ledger.FirstIndex;

    /// <inheritdoc />
    public LedgerHead Head => disk.Ledger.Head;

    /// <inheritdoc />
    public long SyncCount => disk.Files.SyncCount;

    /// <inheritdoc />
    public LatencyHistogram SyncSeconds => disk.Files.SyncSeconds;

    /// <inheritdoc />
    public TimeSpan Stalled => Volatile.Read(ref busySince) is var since and not 0 ? time.GetElapsedTime(since) : TimeSpan.Zero;

    /// <inheritdoc />
    public Task<AppendOutcome> AppendAsync(LedgerCommand command, CancellationToken cancellation) =>
        ProposeAsync(new ReplicatedCommand.Append(command, time.GetUtcNow()).Encode(), cancellation);

    /// <inheritdoc />
    public async Task<ReadVerdict> ConfirmReadAsync(CancellationToken cancellation)
    {
        var done = new TaskCompletionSource<ReadVerdict>(TaskCreationOptions.RunContinuationsAsynchronously);
        var context = Interlocked.Increment(ref readContexts);
        if (!inbox.TryAdd(new Input(core => BeginRead(core, context, done), () => done.TrySetResult(ReadVerdict.NoLeader))))
            return ReadVerdict.Overloaded;
        using var given = cancellation.Register(() => inbox.TryAdd(new Input(core => ForgetRead(core, context), static () => { })));
        return await done.Task.WaitAsync(cancellation);
    }

    /// <inheritdoc />
    public async Task<LedgerPlace> PlaceAsync() => await AskAsync(_ => Place()) ?? View.Place; // While the disk is full nothing is applied.

    /// <inheritdoc />
    public LedgerEntry? Read(long index) => disk.Ledger.Read(index);

    /// <inheritdoc />
    public Task FlushAsync() => AskAsync(static _ => true);

    /// <summary>A message of another member has come.</summary>
    public void Receive(RaftMessage message) => inbox.TryAdd(new Input(core => core.Step(message), static () => { }));

    /// <summary>Asks something on the core's own thread; the answer is the default while the disk is full.</summary>
    public async Task<T?> AskAsync<T>(Func<RaftNode, T> question)
    {
        var done = new TaskCompletionSource<T?>(TaskCreationOptions.RunContinuationsAsynchronously);
        var isIn = inbox.TryAdd(new Input(core => done.TrySetResult(question(core)), () => done.TrySetResult(default)));
        return isIn ? await done.Task : default;
    }

    /// <inheritdoc />
    public ValueTask DisposeAsync()
    {
        inbox.Shut();
        return new ValueTask(closed.Task);
    }

    private async Task<AppendOutcome> ProposeAsync(byte[] command, CancellationToken cancellation)
    {
        var proposal = new Proposal();
        var isIn = inbox.TryAdd(new Input(core => Propose(core, command, proposal), () => proposal.Done.TrySetResult(new AppendOutcome.DiskFull())));
        if (!isIn)
            return inbox.IsShut ? new AppendOutcome.Closing() : new AppendOutcome.Overloaded();
        return await proposal.Done.Task.WaitAsync(cancellation);
    }

    private void Run()
    {
        try
        {
            var nextTick = time.GetUtcNow() + settings.Tick;
            while (!isClosing)
                nextTick = Turn(nextTick);
            disk.Close();
            closed.SetResult();
        }
        catch (Exception failure)
        {
            onFatal(failure);
        }
    }

    private DateTimeOffset Turn(DateTimeOffset nextTick)
    {
        var wait = nextTick - time.GetUtcNow();
        inbox.Take(batch, MaxBatch, wait);
        Volatile.Write(ref busySince, time.GetTimestamp());
        // While the disk is full nothing is taken in: a member that cannot keep a promise makes none, and another one leads.
        var isStalled = pump.IsStalled && !pump.Run();
        foreach (var input in batch)
        {
            if (isStalled)
                input.Refuse();
            else
                input.Act(node);
        }
        batch.Clear();
        isClosing = inbox.IsFinished;
        var now = time.GetUtcNow();
        if (now >= nextTick && !isStalled)
            node.Tick();
        if (!isStalled)
        {
            node.Flush();
            pump.Run();
            KeepHouse(now >= nextTick);
        }
        Volatile.Write(ref view, Look());
        Volatile.Write(ref busySince, 0);
        // After a pause the ticks that were missed are not made up for: others may be just as late.
        return now < nextTick ? nextTick : now - nextTick > settings.Tick ? now + settings.Tick : nextTick + settings.Tick;
    }

    private void Propose(RaftNode core, byte[] command, Proposal proposal)
    {
        if (core.Role == RaftRole.Leader && !IsFounded)
        {
            proposal.Done.TrySetResult(new AppendOutcome.Founding());
            return;
        }
        switch (core.Propose(command, out var index))
        {
            case RaftVerdict.Accepted:
                proposal.Term = core.Term;
                if (proposals.Remove(index, out var replaced))
                    replaced.Done.TrySetResult(new AppendOutcome.LeadershipLost());
                proposals[index] = proposal;
                break;
            case RaftVerdict.Overloaded:
                proposal.Done.TrySetResult(new AppendOutcome.Overloaded());
                break;
            default:
                proposal.Done.TrySetResult(new AppendOutcome.NotLeader(NameOf(core.Leader == core.Id ? core.TransferTarget : core.Leader)));
                break;
        }
    }

    private void BeginRead(RaftNode core, long context, TaskCompletionSource<ReadVerdict> done)
    {
        var verdict = core.Read(context);
        if (verdict == RaftVerdict.Accepted)
            reads[context] = done;
        else
            done.TrySetResult(verdict == RaftVerdict.Overloaded ? ReadVerdict.Overloaded : ReadVerdict.NoLeader);
    }

    private void ForgetRead(RaftNode core, long context)
    {
        reads.Remove(context);
        core.ForgetRead(context);
    }

    private string? NameOf(MemberId id) => node.Membership.Seats.TryGetValue(id, out var seat) ? seat.Name : null;

    private sealed record Input(Action<RaftNode> Act, Action Refuse);

    private sealed class Proposal
    {
        public TaskCompletionSource<AppendOutcome> Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public long Term { get; set; }
    }
}
