using System.Collections.Concurrent;
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
    private readonly ConcurrentDictionary<string, int> reads = new();
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
    public PeerAnswer Describe() => new(
        options.Member, Identity?.ClusterId, Identity?.MemberId, Ledger?.View.Leader, options.Release.Version, options.Release.ReadsFormatsTo);

    /// <summary>Another member reads formats up to this one.</summary>
    public void NoteReads(string member, int readsFormatsTo) => reads[member] = readsFormatsTo;

    /// <summary>Members that are not known to read a data format now, by name; only the leader can tell.</summary>
    public async Task<IReadOnlyList<string>> CannotReadAsync(QuorumLedger held, int format) => await held.AskAsync<IReadOnlyList<string>>(core =>
        [.. FormatRule.CannotRead(format, core, options.Release.ReadsFormatsTo, id => reads.GetValueOrDefault(id.ToString())).Select(id => core.Membership.Seats[id].Name)]) ?? [];

    /// <summary>Finds out whose disk this is: reads it, or, when it is empty, asks the others for their cluster, or founds one.</summary>
    /// <remarks>By <see cref="FoundingPlan"/>. An empty disk never gets an old identity (T4).</remarks>
    public async Task<MemberIdentity> IdentifyAsync(string folder, CancellationToken cancellation)
    {
        var found = MemberIdentity.Read(folder);
        found?.RequireName(options.Member, folder);
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
        reads[request.MemberId] = request.ReadsFormatsTo;
        return await held.AskAsync(core => Admit(core, id, request.Name)) ?? new JoinAnswer(false, null, "my disk is full");
    }

    private static JoinAnswer Admit(RaftNode core, MemberId id, string name)
    {
        var leader = core.Membership.Seats.GetValueOrDefault(core.Leader)?.Name;
        if (core.Role != RaftRole.Leader)
            return new JoinAnswer(false, leader, null);
        if (core.Membership.Contains(id))
            return new JoinAnswer(true, leader, null);
        var old = core.Membership.Named(name);
        MembershipChange change = old.IsNone ? new MembershipChange.AddLearner(id, name) : new MembershipChange.Remove(old);
        if (core.Membership.Objection(change) is { } objection)
            return new JoinAnswer(false, leader, objection);
        if (!old.IsNone && !KeepsQuorum(core, old))
            return new JoinAnswer(false, leader, $"{name} was {old} before; without it too few voters would be heard of, so it stays until they are");
        core.Change(change, out _);
        return new JoinAnswer(false, leader, old.IsNone ? "you are being added as a learner" : $"{name} was {old} before, which is being removed: an empty disk gets a new identity");
    }

    private static bool KeepsQuorum(RaftNode core, MemberId gone)
    {
        var after = core.Membership.With(new MembershipChange.Remove(gone));
        return after.VoterCount > 0 && after.HasQuorum(voter => voter == core.Id || core.IsHeard(voter));
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
