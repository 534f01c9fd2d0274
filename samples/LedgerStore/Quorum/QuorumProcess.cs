using System.Net.Http.Json;
using System.Text.Json;
using LedgerStore.Raft;
using LedgerStore.Server;

namespace LedgerStore.Quorum;

/// <summary>The parts of a process that only a member of a quorum has, put together.</summary>
public sealed class QuorumProcess : IAsyncDisposable
{
    private static readonly TimeSpan LookAround = TimeSpan.FromMilliseconds(500);
    private readonly CancellationTokenSource stopping = new();
    private readonly LedgerOptions options;
    private readonly LedgerJournal journal;
    private readonly TimeProvider time;
    private readonly PeerCertificates? certificates;
    private readonly PeerClient client;
    private readonly WebApplication front;
    private PeerLinks? links;
    private bool isAmongTheFirst;
    private bool isDisposed;

    /// <summary>The parts, not started.</summary>
    /// <exception cref="LedgerOptionsException">The certificates cannot be used.</exception>
    public QuorumProcess(LedgerOptions options, LedgerJournal journal, TimeProvider time)
    {
        (this.options, this.journal, this.time) = (options, journal, time);
        certificates = PeerCertificates.Find(options.Peers!.TlsFolder, options.Peers.RequiresTls, journal);
        Directory = new PeerDirectory(options.Peers);
        client = new PeerClient(Directory, certificates);
        Member = new QuorumMember(options, client, journal, time);
        front = new PeerFront(Member, Directory).Build(options.Peers, certificates, time);
    }

    /// <summary>Where the others are.</summary>
    public PeerDirectory Directory { get; }

    /// <summary>The member among its peers.</summary>
    public QuorumMember Member { get; }

    /// <summary>True when, as far as was seen last, too few others have been started for a cluster to go on: a set that starts its pods one after the
    /// other starts the next only when this one is ready.</summary>
    public bool IsAmongTheFirst => Member.Waits?.LacksFounders ?? Volatile.Read(ref isAmongTheFirst);

    /// <summary>Listens, recovers, joins; returns when the member belongs to its cluster, or fails.</summary>
    public async Task RunAsync(string folder, Action<QuorumLedger> serve, Action<Exception> onFatal)
    {
        try
        {
            await front.StartAsync(stopping.Token);
            journal.Write($"peers: listening on {options.Peers!.Listen} " + (certificates is not null ? "with mutual TLS"
                : $"without TLS, so whoever reaches the port can speak as a member: {options.Peers.TlsFolder} holds no tls.crt, tls.key and ca.crt"));
            var identity = await Member.IdentifyAsync(folder, stopping.Token);
            var disk = QuorumDisk.Open(folder, identity, options.Release, note => journal.Write($"recovery: {note}"));
            links = new PeerLinks(client, identity, options.Release, options.Listen, NameOf, journal, time);
            var ledger = new QuorumLedger(identity, options.Quorum with { Founders = options.Peers.FounderNames(options.Member).Count }, disk, links.Send, journal, time, onFatal);
            journal.Write($"recovered {disk.Ledger.Head.Index} entries and the replicated log from {disk.Files.Mark.Index} to {ledger.View.LastLogIndex}, of which {ledger.View.Applied} are known to be committed");
            Member.Serve(ledger);
            serve(ledger);
            await Task.WhenAll(Member.JoinAsync(stopping.Token), LookAroundAsync(ledger));
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            journal.Write("peers: stopped");
        }
        catch (Exception failure)
        {
            onFatal(failure);
        }
    }

    /// <summary>Gives the membership back; says how that went.</summary>
    public async Task<string> LeaveAsync(QuorumLedger ledger, TimeSpan patience)
    {
        var began = time.GetTimestamp();
        var isGone = false;
        while (!isGone && ledger.View.Role is "leader" or "follower" or "learner" or "candidate" && time.GetElapsedTime(began) < patience)
        {
            if (ledger.View.IsLeader)
                await ledger.AskAsync(static core => core.Change(new MembershipChange.Remove(core.Id), out _));
            else if (ledger.View.Leader is { } leader && await Directory.FindApiAsync(leader, CancellationToken.None) is { } api)
                isGone = await IsRemovedAsync(api);
            await Task.Delay(LookAround / 5, time, CancellationToken.None);
        }
        return isGone || ledger.View.Role is "removed" or "joining" ? "membership: given back" : "membership: could not be given back in time; remove the member by hand";
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        if (isDisposed)
            return;
        isDisposed = true;
        await stopping.CancelAsync();
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(1), time);
        await front.StopAsync(patience.Token);
        await front.DisposeAsync();
        if (links is not null)
            await links.DisposeAsync();
        client.Dispose();
        certificates?.Dispose();
        stopping.Dispose();
    }

    // Whoever was removed is sent nothing more, not even that: what the leader answers is what there is to know.
    private async Task<bool> IsRemovedAsync(Uri api)
    {
        using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(3) };
        try
        {
            using var answer = await http.PostAsync(new Uri(api, $"/v1/members/remove?id={Member.Identity!.MemberId}"), null);
            journal.Write($"membership: {api} answers {(int)answer.StatusCode}");
            if (!answer.IsSuccessStatusCode)
                return false;
            var left = await answer.Content.ReadFromJsonAsync(AnswerJson.Readable.MembersAnswer);
            return left is not null && left.Members.All(seat => seat.Id != Member.Identity.MemberId);
        }
        catch (Exception failure) when (failure is HttpRequestException or TaskCanceledException or JsonException)
        {
            journal.Write($"membership: {api} does not answer: {failure.Message}");
            return false;
        }
    }

    private string? NameOf(MemberId id)
    {
        var text = id.ToString();
        // A leader that this member does not know yet is known by the names of all who may be members; it is found by asking. One whose removal was never committed
        // is missing from this member's log until that same leader has been answered.
        if (Member.Ledger?.View.Members.FirstOrDefault(seat => seat.Id == text)?.Name is { } name)
            names[text] = name;
        return names.GetValueOrDefault(text);
    }

    private readonly System.Collections.Concurrent.ConcurrentDictionary<string, string> names = new();

    private async Task LookAroundAsync(QuorumLedger ledger)
    {
        while (!stopping.IsCancellationRequested)
        {
            // At once: whoever does not answer is waited for long enough.
            var view = ledger.View;
            await Task.WhenAll(
                view.Role == "joining" || view.Leader is null ? LearnNamesAsync() : Task.CompletedTask,
                view.Leader is null ? LookForOthersAsync(view) : Task.CompletedTask,
                view.Leader is null ? Task.WhenAll(view.Members.Where(seat => seat.Name != options.Member).Select(seat => AskWhetherRemovedAsync(ledger, seat.Name))) : Task.CompletedTask);
            await Task.Delay(LookAround, time, stopping.Token);
        }
    }

    private async Task LookForOthersAsync(QuorumView view) => Volatile.Write(ref isAmongTheFirst, await LacksOthersAsync(view));

    private async Task AskWhetherRemovedAsync(QuorumLedger ledger, string name)
    {
        var own = Member.Identity!;
        try
        {
            if (await client.AskIdentityAsync(name, stopping.Token) is { Members: { } members } answer && answer.ClusterId == own.ClusterId && !members.Contains(own.MemberId))
                ledger.TellRemoved(name);
        }
        catch (HttpRequestException)
        {
            // It is not there; another one may tell.
        }
    }

    private Task LearnNamesAsync() => Task.WhenAll(options.Peers!.Candidates(options.Member).Select(async name =>
    {
        try
        {
            if (await client.AskIdentityAsync(name, stopping.Token) is { MemberId: { } id })
                names[id] = name;
        }
        catch (HttpRequestException)
        {
            // It is not there; it will say who it is when it is.
        }
    }));

    private async Task<bool> LacksOthersAsync(QuorumView view)
    {
        var voters = view.Members.Where(static seat => seat.IsVoter).ToList();
        if (voters.Count == 0)
            return (await Task.WhenAll(options.Peers!.FounderNames(options.Member).Select(name => Directory.FindAsync(name, stopping.Token)))).Contains(null);
        var there = await Task.WhenAll(voters.Select(IsThereAsync));
        return there.Count(static isThere => isThere) < (voters.Count / 2) + 1;
    }

    // Whoever has an address and is silent may be there all the same, cut off from us; an empty disk under a voter's name is not that voter.
    private async Task<bool> IsThereAsync(SeatView voter)
    {
        if (voter.Name == options.Member)
            return voter.Id == Member.Identity!.MemberId;
        try
        {
            return await client.AskIdentityAsync(voter.Name, stopping.Token) is { } answer && answer.MemberId == voter.Id;
        }
        catch (HttpRequestException)
        {
            return true;
        }
    }
}
