using Holdfast.Client;
using Holdfast.Client.Http;
using Holdfast.Model.Resources;

namespace Holdfast.ApiServer.Security.Audit;

/// <summary>
/// The way in of the cluster's own parts, with a line of the audit log for each write, by its metadata alone, as if it had come over the
/// network. What they read is told only when it is refused: their caches read everything, all the time, without a request.
/// </summary>
/// <param name="inner">The way in.</param>
/// <param name="identity">Who asks.</param>
/// <param name="audit">The log.</param>
internal sealed class AuditedTransport(IApiTransport inner, UserInfo identity, AuditLog audit) : IApiTransport
{
    private const int Created = 201;
    private const int Done = 200;

    /// <inheritdoc/>
    public async Task<ApiAnswer> CallAsync(ApiCall call, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(call);
        var received = audit.Now();
        try
        {
            var answer = await inner.CallAsync(call, cancellationToken);
            if (call.Verb != ApiVerb.Get)
                await TellAsync(audit.Begin(identity, received), call, call.Verb == ApiVerb.Create ? Created : Done);
            return answer;
        }
        catch (ApiException refusal) when (call.Verb != ApiVerb.Get || refusal.Code == 403)
        {
            var record = audit.Begin(identity, received);
            record.Refusal = (refusal.Status.Reason, refusal.Status.Message);
            await TellAsync(record, call, refusal.Code);
            throw;
        }
    }

    /// <inheritdoc/>
    public Task<ResourceList<T>> ListAsync<T>(ListQuery query, CancellationToken cancellationToken) where T : class, IResource<T> =>
        inner.ListAsync<T>(query, cancellationToken);

    /// <inheritdoc/>
    public IAsyncEnumerable<WatchEvent<T>> WatchAsync<T>(ListQuery query, CancellationToken cancellationToken) where T : class, IResource<T> =>
        inner.WatchAsync<T>(query, cancellationToken);

    private ValueTask TellAsync(AuditRecord record, ApiCall call, int code)
    {
        record.Asked(Access.ToResource(call.Verb.ToString().ToLowerInvariant(), call.Type.Group, call.Type.Plural) with
        {
            Namespace = call.Namespace,
            Name = call.Name.Length > 0 ? call.Name : call.Body?.Metadata.Name ?? "",
            Subresource = call.Subresource,
        }, call.Type.Version);
        var agent = call.Component.Length > 0 ? call.Component : call.FieldManager;
        return audit.TellAsync(record, new AuditedRequest(ApiPath.Of(call), call.Verb.ToString(), "", agent, code), "ResponseComplete");
    }
}
