using System.Text;

namespace LedgerStore.Server;

/// <summary>Probes, status, drain and metrics: what operators and the cluster ask.</summary>
/// <param name="member">The member.</param>
/// <param name="metrics">What it has counted.</param>
/// <param name="journal">Where a drain is noted.</param>
public sealed class OperationEndpoints(Member member, LedgerMetrics metrics, LedgerJournal journal)
{
    /// <summary>`GET /startup`.</summary>
    public Task StartupAsync(HttpContext context) => ProbeAsync(context, member.Startup());

    /// <summary>`GET /ready`.</summary>
    public Task ReadyAsync(HttpContext context) => ProbeAsync(context, member.Ready(context.Request.Query["role"]));

    /// <summary>`GET /live`.</summary>
    public Task LiveAsync(HttpContext context) => ProbeAsync(context, member.Live());

    /// <summary>`GET /status`.</summary>
    public Task StatusAsync(HttpContext context) =>
        context.AnswerAsync(200, member.Status(), AnswerJson.Readable.StatusAnswer);

    /// <summary>`POST /drain`, or `GET` since a preStop hook can do no other: answers when nothing is under way any more.</summary>
    public async Task DrainAsync(HttpContext context)
    {
        member.IsLeaving |= context.Request.Query["leave"] == "true";
        journal.Write($"drain: asked for over HTTP; no longer ready, no new writes{(member.IsLeaving ? "; the membership is given back at the end" : "")}");
        try
        {
            await member.DrainAsync(context.RequestAborted);
            await context.AnswerAsync(200, new DrainAnswer(true, member.Status().LastIndex), AnswerJson.Readable.DrainAnswer);
            journal.Write("drain: done");
        }
        catch (TimeoutException)
        {
            journal.Write($"drain: {member.Gate.UnderWay} appends are still under way after {member.Options.DrainTimeout.TotalSeconds} seconds");
            await context.AnswerAsync(503, new DrainAnswer(false, member.Status().LastIndex), AnswerJson.Readable.DrainAnswer);
        }
    }

    /// <summary>`GET /metrics`.</summary>
    public async Task MetricsAsync(HttpContext context)
    {
        var text = metrics.Render(member.Status(), member.Ledger?.View, member.Ledger?.SyncCount ?? 0, member.Gate.UnderWay);
        context.Response.ContentType = "text/plain; version=0.0.4; charset=utf-8";
        await context.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(text), context.RequestAborted);
    }

    private static Task ProbeAsync(HttpContext context, ProbeAnswer answer) =>
        context.AnswerAsync(answer.Ok ? 200 : 503, answer, AnswerJson.Readable.ProbeAnswer);
}
