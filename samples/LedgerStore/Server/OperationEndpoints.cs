using System.Text;

namespace LedgerStore.Server;

/// <summary>Probes, status, drain and metrics: what operators and the cluster ask.</summary>
/// <param name="member">The member.</param>
/// <param name="metrics">What it has counted.</param>
/// <param name="journal">Where a drain is noted.</param>
/// <param name="time">The clock.</param>
public sealed class OperationEndpoints(Member member, LedgerMetrics metrics, LedgerJournal journal, TimeProvider time)
{
    private readonly DrainSteps drain = new(member, journal, time);

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
        journal.Write($"drain: asked for over HTTP{(member.IsLeaving ? "; the membership is given back at the end" : "")}");
        var isDrained = await drain.RunAsync("drain");
        await context.AnswerAsync(isDrained ? 200 : 503, new DrainAnswer(isDrained, member.Status().LastIndex), AnswerJson.Readable.DrainAnswer);
    }

    /// <summary>`GET /metrics`.</summary>
    public async Task MetricsAsync(HttpContext context)
    {
        var text = metrics.Render(member.Status(), member.Ledger, member.Gate.UnderWay, member.Connections.Count);
        context.Response.ContentType = "text/plain; version=0.0.4; charset=utf-8";
        await context.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(text), context.RequestAborted);
    }

    private static Task ProbeAsync(HttpContext context, ProbeAnswer answer) =>
        context.AnswerAsync(answer.Ok ? 200 : 503, answer, AnswerJson.Readable.ProbeAnswer);
}
