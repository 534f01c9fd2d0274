using LedgerStore.Ledger;
using LedgerStore.Quorum;
using LedgerStore.Raft;

namespace LedgerStore.Server;

/// <summary>Membership, leadership and data format, for a member of a quorum.</summary>
/// <param name="quorum">The member among its peers.</param>
/// <param name="proxy">Brings what only the leader can do to the leader.</param>
public sealed class QuorumEndpoints(QuorumMember quorum, LeaderProxy proxy)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(8); // Less than whoever has passed a request on waits.

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
            await FinishAsync(context, ledger, await ledger.AskAsync(core => Try(core, change)));
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
            await FinishAsync(context, ledger, await ledger.AskAsync(core => Try(core, name.Length == 0 ? core.BestSuccessor() : MemberId.TryParse(id, out var to) ? to : MemberId.None, name)));
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
        else
            await SwitchFormatAsync(context, ledger, format);
    }

    private async Task SwitchFormatAsync(HttpContext context, QuorumLedger ledger, int format)
    {
        var (outcome, inTheWay) = await quorum.SwitchFormatAsync(ledger, format, context.RequestAborted);
        if (outcome is AppendOutcome.Appended)
            await MembersAsync(context);
        else if (inTheWay.Count > 0)
            await context.AnswerAsync(LedgerError.Conflict("FormatUnreadable", $"{string.Join(", ", inTheWay)} cannot read data format {format}, or did not answer when asked: update every member first, and wait until all are back"));
        else
            await context.AnswerAsync(LedgerError.NotLeader(ledger.View.Leader));
    }

    private static Asked Try(RaftNode core, MembershipChange change)
    {
        var objection = core.Membership.Objection(change);
        var verdict = core.Change(change, out var index);
        return new Asked(verdict, objection ?? "that makes no sense for this membership", change.Member) { Index = index, Term = core.Term };
    }

    private static Asked Try(RaftNode core, MemberId target, string name) =>
        new(core.Transfer(target), name.Length == 0 ? "there is no other voter that is heard of" : $"'{name}' is no other voter", target);

    private async Task FinishAsync(HttpContext context, QuorumLedger ledger, Asked? asked)
    {
        var error = asked?.Verdict switch
        {
            // Nothing was asked: the disk is full, or too much is under way.
            null => ledger.View.IsStalled ? LedgerError.NotLeader(null) : LedgerError.Overloaded,
            RaftVerdict.Accepted when asked.Index == 0 => await ledger.HasMovedAsync(asked.Member, Patience, context.RequestAborted) ? null : LedgerError.NotTransferred(ledger.View.Leader),
            RaftVerdict.Accepted => await ledger.FateAsync(asked.Index, asked.Term, Patience, context.RequestAborted) switch
            {
                ChangeOutcome.Committed => null,
                ChangeOutcome.Lost => LedgerError.ChangeLost(ledger.View.Leader),
                _ => LedgerError.ChangeOpen(ledger.View.Leader),
            },
            RaftVerdict.NotLeader => await proxy.BringAsync(context, ledger.View.Leader, default),
            RaftVerdict.Invalid => LedgerError.Conflict("InvalidChange", asked.Objection),
            RaftVerdict.NotCaughtUp => LedgerError.Conflict("NotCaughtUp", "the learner does not have nearly all entries yet; ask again later"),
            RaftVerdict.LosesQuorum => LedgerError.Conflict("LosesQuorum",
                "of the voters that would be left too few are heard of, and the cluster would stop for good: bring them back first, or remove one of those that are gone"),
            _ => LedgerError.Conflict("ChangePending", "the change before, or the leader's first entry, is not committed yet; ask again soon"),
        };
        if (error is not null)
            await context.AnswerAsync(error);
        else if (asked?.Verdict == RaftVerdict.Accepted)
        {
            // Once more round the core, so that what is shown is not older than what is answered.
            await ledger.FlushAsync();
            await MembersAsync(context);
        }
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
        if (action == "add-learner")
            return WantedLearner(name, given, out problem);
        var seat = ledger.View.Members.FirstOrDefault(seat => seat.Name == name || seat.Id == given);
        if (seat is not null && MemberId.TryParse(seat.Id, out var id))
            return action switch { "promote" => new MembershipChange.Promote(id), "remove" => new MembershipChange.Remove(id), _ => Nothing(out problem) };
        problem = $"name or id must be a member's; the members are {string.Join(", ", ledger.View.Members.Select(static member => member.Name))}";
        return null;
    }

    private static MembershipChange.AddLearner? WantedLearner(string name, string given, out string problem)
    {
        var hasId = MemberId.TryParse(given, out var id);
        problem = !MemberName.IsValid(name) ? $"name, of the member to add, must be {MemberName.Rule}"
            : hasId ? "" : "id, of the member to add, must be its 16 hexadecimal digits, and not all zero";
        return problem.Length == 0 ? new MembershipChange.AddLearner(id, name) : null;
    }

    private static MembershipChange? Nothing(out string problem)
    {
        problem = "a membership can be changed by add-learner, promote and remove";
        return null;
    }

    private sealed record Asked(RaftVerdict Verdict, string Objection, MemberId Member)
    {
        // Of a change: where it is in the log. A transfer has none.
        public long Index { get; init; }

        public long Term { get; init; }
    }
}
