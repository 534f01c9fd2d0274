using System.Collections.Concurrent;
using LedgerStore.Ledger;
using LedgerStore.Raft;

namespace LedgerStore.Quorum;

/// <summary>A member of a quorum from its first look at an empty disk to its last word: finds its cluster, or founds it, joins it, and lets others join.</summary>
/// <param name="options">How it runs.</param>
/// <param name="client">Speaks to the others.</param>
/// <param name="journal">Where it says what happens.</param>
/// <param name="time">The clock.</param>
public sealed class QuorumMember(LedgerOptions options, PeerClient client, LedgerJournal journal, TimeProvider time)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan AnswerPause = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan AnswerPatience = TimeSpan.FromSeconds(2);
    private readonly ConcurrentDictionary<string, (int FormatsTo, object Stream)> reads = new();
    private MemberIdentity? identity;
    private QuorumLedger? ledger;
    private FoundingPlan.Wait? waits;

    /// <summary>Who it is; null while its disk is empty.</summary>
    public MemberIdentity? Identity => Volatile.Read(ref identity);

    /// <summary>The ledger; null until it is recovered.</summary>
    public QuorumLedger? Ledger => Volatile.Read(ref ledger);

    /// <summary>Recovery is done.</summary>
    public void Serve(QuorumLedger recovered) => Volatile.Write(ref ledger, recovered);

    /// <summary>While the disk is empty: what is missing before the member can join or found a cluster; null otherwise.</summary>
    public FoundingPlan.Wait? Waits => Volatile.Read(ref waits);

    /// <summary>What others are told.</summary>
    public PeerAnswer Describe()
    {
        var view = Ledger?.View;
        return new PeerAnswer(options.Member, Identity?.ClusterId, Identity?.MemberId, view?.Leader, options.Release.Version, options.Release.ReadsFormatsTo,
            view is { Leader: not null, IsMembershipSettled: true } ? [.. view.Members.Select(static seat => seat.Id)] : null);
    }

    /// <summary>Another member reads formats up to this one, as it says when its stream begins.</summary>
    public void NoteReads(string member, int readsFormatsTo, object stream) => reads[member] = (readsFormatsTo, stream);

    /// <summary>A stream has ended, and with it perhaps the process that had spoken: what it reads is open until it says so again. A newer stream's word stays.</summary>
    public void ForgetReads(string member, object stream)
    {
        if (reads.TryGetValue(member, out var said) && said.Stream == stream)
            reads.TryRemove(KeyValuePair.Create(member, said));
    }

    /// <summary>Lets the cluster write a newer data format, once every member has answered anew that it reads it.</summary>
    /// <returns>Null for the outcome when some members are in the way: those, by name.</returns>
    public async Task<(AppendOutcome? Outcome, IReadOnlyList<string> InTheWay)> SwitchFormatAsync(QuorumLedger held, int format, CancellationToken cancellation)
    {
        var began = time.GetTimestamp();
        var round = await held.AskAsync(static core => core.BeginRound());
        IReadOnlyList<MemberId> InTheWay(RaftNode core) => FormatRule.CannotRead(format, core, options.Release.ReadsFormatsTo, id => reads.GetValueOrDefault(id.ToString()).FormatsTo, round);
        while (true)
        {
            // Looked at and proposed in one step, so that nobody can say otherwise in between.
            if (await held.SwitchFormatAsync(format, core => InTheWay(core).Count == 0, cancellation) is { } outcome)
                return (outcome, []);
            if (time.GetElapsedTime(began) > AnswerPatience || !held.View.IsLeader)
                return (null, await held.AskAsync<IReadOnlyList<string>>(core => [.. InTheWay(core).Select(id => core.Membership.Seats[id].Name)]) ?? []);
            await Task.Delay(AnswerPause, time, cancellation);
        }
    }

    /// <summary>Finds out whose disk this is: reads it, or, when it is empty, asks the others for their cluster, or founds one.</summary>
    /// <remarks>By <see cref="FoundingPlan"/>. An empty disk never gets an old identity (T4).</remarks>
    public async Task<MemberIdentity> IdentifyAsync(string folder, CancellationToken cancellation)
    {
        var found = MemberIdentity.Read(folder);
        found?.RequireName(options.Member, folder);
        if (found is null && !MemberName.IsValid(options.Member))
            throw new LedgerOptionsException($"the member's name (POD_NAME, else HOSTNAME, else the host's) must be {MemberName.Rule}, but is '{options.Member}'");
        while (found is null)
        {
            found = FoundingPlan.Decide(options.Member, options.Peers!, await AskAroundAsync(cancellation)) switch
            {
                FoundingPlan.Join join => new MemberIdentity(join.ClusterId, MemberIdentity.NewId(), options.Member, false),
                FoundingPlan.Found => new MemberIdentity(MemberIdentity.NewId(), MemberIdentity.NewId(), options.Member, true),
                FoundingPlan.Wait wait => await WaitAsync(wait, cancellation),
                _ => null,
            };
            if (found is null)
                continue;
            found.Write(folder);
            journal.Write($"quorum: {(found.IsFounder ? "founds" : "joins")} cluster {found.ClusterId} as member {found.MemberId}");
        }
        Volatile.Write(ref identity, found);
        Volatile.Write(ref waits, null);
        return found;
    }

    private async Task<MemberIdentity?> WaitAsync(FoundingPlan.Wait wait, CancellationToken cancellation)
    {
        if (wait != Waits)
            journal.Write($"quorum: the disk is empty: {wait.Reason}");
        Volatile.Write(ref waits, wait);
        await Task.Delay(Pause, time, cancellation);
        return null;
    }

    /// <summary>Asks to be let in until it is a member and has heard of its leader. Only at the start: one that was removed without hearing of it
    /// finds out so, and one that runs on after its removal does not come back by itself.</summary>
    public async Task JoinAsync(CancellationToken cancellation)
    {
        var request = new JoinRequest(Identity!.ClusterId, Identity.MemberId, options.Member, options.Release.ReadsFormatsTo);
        var lastReason = "";
        while (Ledger is { } held && (held.View.Role == "joining" || held.View.Leader is null))
        {
            foreach (var name in options.Peers!.Candidates(options.Member))
            {
                if (await TryJoinAsync(name, request, cancellation) is not { IsMember: false, Reason: { } reason } || reason == lastReason)
                    continue;
                lastReason = reason;
                journal.Write($"quorum: {name} says: {reason}");
            }
            await Task.Delay(Pause, time, cancellation);
        }
    }

    /// <summary>Lets a member in: as a learner, with its own identity. Whoever had its name before has lost its disk and goes first.</summary>
    public async Task<JoinAnswer> AdmitAsync(JoinRequest request)
    {
        if (Ledger is not { } held || Identity is not { } own)
            return new JoinAnswer(false, null, "I have no cluster yet");
        if (request.ClusterId != own.ClusterId)
            return new JoinAnswer(false, null, $"I belong to cluster {own.ClusterId}, not to {request.ClusterId}");
        if (!MemberId.TryParse(request.MemberId, out var id))
            return new JoinAnswer(false, null, $"'{request.MemberId}' is no member id");
        if (request.ReadsFormatsTo < held.View.Format)
            return new JoinAnswer(false, null, $"the cluster writes data format {held.View.Format} and you read formats up to {request.ReadsFormatsTo}: run a newer version");
        return await held.AskAsync(core => Admit(core, id, request.Name)) ?? new JoinAnswer(false, null, "my disk is full");
    }

    /// <summary>What a member answers that is asked to let another one in; while it leads, the step towards that is begun. On the core's own thread.</summary>
    /// <param name="core">The core of the one that is asked.</param>
    /// <param name="id">Who asks.</param>
    /// <param name="name">What it is called.</param>
    public static JoinAnswer Admit(RaftNode core, MemberId id, string name)
    {
        var leader = core.Membership.Seats.GetValueOrDefault(core.Leader)?.Name;
        if (core.Role != RaftRole.Leader)
            return new JoinAnswer(false, leader, null);
        if (core.Membership.Contains(id))
            return new JoinAnswer(true, leader, null);
        if (!MemberName.IsValid(name))
            return new JoinAnswer(false, leader, $"the name of a new member must be {MemberName.Rule}");
        var old = core.Membership.Named(name);
        MembershipChange change = old.IsNone ? new MembershipChange.AddLearner(id, name) : new MembershipChange.Remove(old);
        if (core.Membership.Objection(change) is { } objection)
            return new JoinAnswer(false, leader, objection);
        // An empty disk is no proof that the disk before it is gone: whoever answers under the name keeps it (T4; Talos pull request 3715 names
        // the danger, etcd issue 5244 what two members of one name come to).
        if (!old.IsNone && core.IsHeard(old))
            return new JoinAnswer(false, leader, $"{name} is {old}, which runs and answers: two members cannot have one name; stop that one for good, or remove it, and this disk is let in");
        var verdict = core.Change(change, out _);
        return new JoinAnswer(false, leader,
            verdict == RaftVerdict.LosesQuorum ? $"{name} was {old} before; without it too few voters would be heard of, so it stays until they are" :
            old.IsNone ? "you are being added as a learner" : $"{name} was {old} before, which is being removed: an empty disk gets a new identity");
    }

    private async Task<JoinAnswer?> TryJoinAsync(string name, JoinRequest request, CancellationToken cancellation)
    {
        try
        {
            return await client.JoinAsync(name, request, cancellation);
        }
        catch (HttpRequestException)
        {
            // It is not there; another one may lead.
            return null;
        }
    }

    private Task<Neighbour[]> AskAroundAsync(CancellationToken cancellation) => Task.WhenAll(options.Peers!.Candidates(options.Member).Select(async name =>
    {
        try
        {
            return await client.AskIdentityAsync(name, cancellation) switch
            {
                null => new Neighbour(name, NeighbourState.NoAddress),
                { ClusterId: { } cluster } => new Neighbour(name, NeighbourState.Member, cluster),
                _ => new Neighbour(name, NeighbourState.Empty),
            };
        }
        catch (HttpRequestException)
        {
            // Whether it knows a cluster is open, and so is what may be done.
            return new Neighbour(name, NeighbourState.Silent);
        }
    }));
}
