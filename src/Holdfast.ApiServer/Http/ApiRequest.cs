using Holdfast.ApiServer.Errors;
using Holdfast.ApiServer.Registry;
using Holdfast.ApiServer.Security;
using Holdfast.ApiServer.Security.Audit;
using Holdfast.Client.LeaderElection;
using Holdfast.Model.Rules;
using Microsoft.AspNetCore.Http;

namespace Holdfast.ApiServer.Http;

/// <summary>One request, once it is known who asks.</summary>
/// <param name="Http">The request and its response.</param>
/// <param name="Path">Its path.</param>
/// <param name="User">Who asks.</param>
internal sealed record ApiRequest(HttpContext Http, RequestPath Path, UserInfo User)
{
    /// <summary>What of what can be answered the client takes; whole objects as JSON until that was found out.</summary>
    public Accepted Accepted { get; init; }

    /// <summary>What the client wants to be told.</summary>
    public AcceptedForm Form => Accepted.Form;

    /// <summary>How that is written.</summary>
    public AnswerMedia Media => Accepted.Media;

    /// <summary>The header that says what the client takes; empty for none.</summary>
    public string Accept => Http.Request.Headers.Accept.ToString();

    /// <summary>Whether JSON is laid out for people.</summary>
    public bool IsIndented => Negotiation.IsIndented(Http.Request);

    public QueryOptions Query { get; } = new(Http.Request.Query);

    /// <summary>What is noted of it for the audit log; null when nothing is.</summary>
    public AuditRecord? Audit { get; } = Http.Features.Get<AuditRecord>();

    /// <summary>Ends when the client is gone or the request's time is over: for what is done to find the answer.</summary>
    public CancellationToken Aborted => Http.RequestAborted;

    /// <summary>
    /// Ends when the client is gone, and not with the request's time: for an answer in one piece. What was decided, and perhaps written to the
    /// store, is told; half an answer would cut the connection. A reader that takes none of it is cut by the web server's own bound.
    /// </summary>
    public CancellationToken ClientGone { get; } = Http.RequestAborted;

    /// <summary>The context of a write; what it warns of reaches the client even when the write is refused.</summary>
    /// <param name="optionsKind">The kind of its options, for messages.</param>
    /// <param name="found">What was found wrong with the options before.</param>
    public WriteContext Context(string optionsKind, params IEnumerable<FieldError> found)
    {
        var context = Query.Context(User, optionsKind, Http.Request.Headers.UserAgent.ToString(), Fence(), found);
        Keep(context);
        return context;
    }

    private Fence? Fence()
    {
        var given = Http.Request.Headers[Client.LeaderElection.Fence.Header].ToString();
        return given.Length == 0 ? null : Client.LeaderElection.Fence.Parse(given)
            ?? throw ApiErrors.BadRequest($"the header {Client.LeaderElection.Fence.Header} is \"{given}\", not NAMESPACE/LEASE/TERM/HOLDER");
    }

    /// <summary>Keeps the context of a write for what is told after it: warnings, and the audit log's line.</summary>
    public void Keep(WriteContext context)
    {
        Http.Items[typeof(WriteContext)] = context;
        Audit?.Annotations = context.AuditAnnotations;
    }
}
