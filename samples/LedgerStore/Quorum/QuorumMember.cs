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

    /// <summary>Who it is; null while its disk is empty.</summary>
    public MemberIdentity? Identity => Volatile.Read(ref identity);

    /// <summary>The ledger; null until it is recovered.</summary>
    public QuorumLedger? Ledger => Volatile.Read(ref ledger);

    /// <summary>Recovery is done.</summary>
    public void Serve(QuorumLedger recovered) => Volatile.Write(ref ledger, recovered);

    /// <summary>What others are told.</summary>
    public PeerAnswer Describe() => new(
        options.Member, Identity?.ClusterId, Identity?.MemberId, Ledger?.View.Leader, options.Release.Version, options.Release.ReadsFormatsTo);

    /// <summary>Another member reads formats up to this one.</summary>
    public void NoteReads(string member, int readsFormatsTo) => reads[member] = readsFormatsTo;

    /// <summary>Members that are not known to read a data format, by name.</summary>
    public IReadOnlyList<string> CannotRead(int format) => Ledger is not { } held ? [] :
        [.. held.View.Members.Where(seat => seat.Id == Identity!.MemberId ? options.Release.ReadsFormatsTo < format : reads.GetValueOrDefault(seat.Id) < format)
            .Select(static seat => seat.Name)];

    /// <summary>Finds out whose disk this is: reads it, or, when it is empty, asks the others for their cluster, or founds one.</summary>
    /// <remarks>A cluster is founded only by ordinal 0, on an empty disk, when no one else who has an address belongs to one or keeps silent; the
    /// flag is part of the founder's identity, which every member can be asked for. An empty disk never gets an old identity (T4).</remarks>
    public async Task<MemberIdentity> IdentifyAsync(string folder, CancellationToken cancellation)
    {
        var found = MemberIdentity.Read(folder);
        for (var tries = 0; found is null; tries++)
        {
            var (cluster, isSure) = await AskAroundAsync(cancellation);
            if (cluster is not null)
                found = new MemberIdentity(cluster, MemberIdentity.NewId(), options.Member, false);
            else if (isSure && options.Peers!.MayFound && PeerOptions.OrdinalOf(options.Member) == 0)
                found = new MemberIdentity(MemberIdentity.NewId(), MemberIdentity.NewId(), options.Member, true);
            else
            {
                if (tries % 50 == 0)
                    journal.Write("quorum: the disk is empty and nobody has told of a cluster yet; asking on");
                await Task.Delay(Pause, time, cancellation);
                continue;
            }
            found.Write(folder);
            journal.Write($"quorum: {(found.IsFounder ? "founds" : "joins")} cluster {found.ClusterId} as member {found.MemberId}");
        }
        Volatile.Write(ref identity, found);
        return found;
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

    private async Task<(string? Cluster, bool IsSure)> AskAroundAsync(CancellationToken cancellation)
    {
        var answers = await Task.WhenAll(options.Peers!.Candidates(options.Member).Select(async name =>
        {
            try
            {
                return (Answer: await client.AskIdentityAsync(name, cancellation), IsSure: true);
            }
            catch (HttpRequestException)
            {
                // It has an address and is silent: it may well know a cluster.
                return (null, false);
            }
        }));
        return (answers.Select(static answer => answer.Answer?.ClusterId).FirstOrDefault(static cluster => cluster is not null), answers.All(static answer => answer.IsSure));
    }
}
