using LedgerStore.Ledger;
using LedgerStore.Quorum;
using LedgerStore.Raft;

namespace LedgerStore.Server;

/// <summary>Membership, leadership and data format, for a member of a quorum.</summary>
/// <param name="quorum">The member among its peers.</param>
/// <param name="proxy">Brings what only the leader can do to the leader.</param>
public sealed class QuorumEndpoints(QuorumMember quorum, LeaderProxy proxy)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>`GET /v1/members`.</summary>
    public Task MembersAsync(HttpContext context) => quorum.Ledger is { } ledger
        ? context.AnswerAsync(200, new MembersAnswer(ledger.View.ClusterId, ledger.View.Leader, ledger.View.Term, ledger.View.Members), AnswerJson.Readable.MembersAnswer)
        : context.AnswerAsync(LedgerError.Recovering);

    /// <summary>`POST /v1/members/add-learner?name=&amp;id=`, `/promote?name=`, `/remove?name=`.</summary>
    public async Task ChangeAsync(HttpContext context, string action)
    {
        if (quorum.Ledger is not { } ledger)
            await context.AnswerAsync(LedgerError.Recovering);
        else if (Wanted(context, ledger, action, out var problem) is not { } change)
            await context.AnswerAsync(LedgerError.BadRequest(problem));
        else
            await FinishAsync(context, ledger, await ledger.AskAsync(core => (Done: Try(core, change, out var objection), Objection: objection)));
    }

    /// <summary>`POST /v1/leadership?to=NAME`; without a name to the best successor.</summary>
    public async Task TransferAsync(HttpContext context)
    {
        if (quorum.Ledger is not { } ledger)
            await context.AnswerAsync(LedgerError.Recovering);
        else
        {
            var name = context.Request.Query["to"].ToString();
            var id = ledger.View.Members.FirstOrDefault(seat => seat.Name == name)?.Id;
            var verdict = await ledger.AskAsync(core => core.Transfer(name.Length == 0 ? core.BestSuccessor() : MemberId.TryParse(id, out var target) ? target : MemberId.None));
            await FinishAsync(context, ledger, (verdict, verdict == RaftVerdict.Invalid ? $"'{name}' is no other voter that can be reached" : null));
        }
    }

    /// <summary>`POST /v1/format?to=9`: the whole cluster writes a newer data format from here on, once every member can read it.</summary>
    public async Task FormatAsync(HttpContext context)
    {
        if (quorum.Ledger is not { } ledger)
            await context.AnswerAsync(LedgerError.Recovering);
        else if (!int.TryParse(context.Request.Query["to"], out var format) || format is < Storage.DataFormat.Oldest or > Storage.DataFormat.Newest)
            await context.AnswerAsync(LedgerError.BadRequest($"to is a data format from {Storage.DataFormat.Oldest} to {Storage.DataFormat.Newest}"));
        else if (!ledger.View.IsLeader)
            await BringAsync(context, ledger);
        else if (format < ledger.View.Format)
            await context.AnswerAsync(LedgerError.Conflict("FormatInUse", $"the cluster writes data format {ledger.View.Format} already, and there is no way back but a backup"));
        else if (format == ledger.View.Format)
            await MembersAsync(context); // It is so already, whoever is there now.
        else if (await quorum.CannotReadAsync(ledger, format) is { Count: > 0 } names)
            await context.AnswerAsync(LedgerError.Conflict("FormatUnreadable", $"{string.Join(", ", names)} cannot read data format {format}, or have not said so since they were last heard of: update every member first, and wait until all are back"));
        else if (await ledger.SwitchFormatAsync(format, context.RequestAborted) is AppendOutcome.Appended)
            await MembersAsync(context);
        else
            await context.AnswerAsync(LedgerError.NotLeader(ledger.View.Leader));
    }

    private static RaftVerdict Try(RaftNode core, MembershipChange change, out string? objection)
    {
        objection = core.Membership.Objection(change);
        return core.Change(change, out _);
    }

    private async Task FinishAsync(HttpContext context, QuorumLedger ledger, (RaftVerdict Verdict, string? Objection) result)
    {
        switch (result.Verdict)
        {
            case RaftVerdict.Accepted:
                await UntilSettledAsync(ledger, context.RequestAborted);
                await MembersAsync(context);
                break;
            case RaftVerdict.NotLeader:
                await BringAsync(context, ledger);
                break;
            case RaftVerdict.Invalid:
                await context.AnswerAsync(LedgerError.Conflict("InvalidChange", result.Objection ?? "that makes no sense for this membership"));
                break;
            case RaftVerdict.NotCaughtUp:
                await context.AnswerAsync(LedgerError.Conflict("NotCaughtUp", "the learner does not have nearly all entries yet; ask again later"));
                break;
            default:
                await context.AnswerAsync(LedgerError.Conflict("ChangePending", "the change before, or the leader's first entry, is not committed yet; ask again soon"));
                break;
        }
    }

    // A change is answered when it is committed, or when that takes too long to wait for.
    private static async Task UntilSettledAsync(QuorumLedger ledger, CancellationToken cancellation)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(Patience);
        while (!patience.IsCancellationRequested &&
            await ledger.AskAsync(static core => core.Role == RaftRole.Leader && (core.Log.MembershipIndex > core.Log.CommitIndex || !core.TransferTarget.IsNone)))
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, CancellationToken.None);
    }

    private async Task BringAsync(HttpContext context, QuorumLedger ledger)
    {
        if (await proxy.BringAsync(context, ledger.View.Leader, default) is { } error)
            await context.AnswerAsync(error);
    }

    private static MembershipChange? Wanted(HttpContext context, QuorumLedger ledger, string action, out string problem)
    {
        var name = context.Request.Query["name"].ToString();
        var given = context.Request.Query["id"].ToString();
        problem = "";
        if (action == "add-learner" && MembershipFormat.IsName(name) && MemberId.TryParse(given, out var added))
            return new MembershipChange.AddLearner(added, name);
        var seat = ledger.View.Members.FirstOrDefault(seat => seat.Name == name || seat.Id == given);
        if (seat is not null && MemberId.TryParse(seat.Id, out var id))
            return action switch { "promote" => new MembershipChange.Promote(id), "remove" => new MembershipChange.Remove(id), _ => Nothing(out problem) };
        problem = action == "add-learner" ? $"add-learner needs a name of at most {MembershipFormat.MaxNameLength} bytes, and an id of 16 hexadecimal digits" : $"name or id must be a member's; the members are {string.Join(", ", ledger.View.Members.Select(static member => member.Name))}";
        return null;
    }

    private static MembershipChange? Nothing(out string problem)
    {
        problem = "a membership can be changed by add-learner, promote and remove";
        return null;
    }
}
