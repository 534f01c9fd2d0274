using System.Security.Cryptography.X509Certificates;
using Holdfast.ApiServer.Errors;
using Holdfast.ApiServer.Http.Streaming;
using Holdfast.ApiServer.Registry;
using Holdfast.ApiServer.Security;
using Holdfast.ApiServer.Security.Audit;
using Holdfast.Client;
using Holdfast.Store;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Holdfast.ApiServer.Http;

/// <summary>
/// The way of every request: path, who asks, the accepted form, and then a document or a resource. Whatever goes wrong
/// is turned into a Status here, once.
/// </summary>
internal sealed class HttpFront(
    Authenticator authenticator, IAuthorizer authorizer, ResourceHandler resources, DocumentHandler documents, AuditLog audit, Action<Exception> onFault)
{
    public async Task HandleAsync(HttpContext http)
    {
        http.Response.Headers.CacheControl = "no-cache, private";
        var record = audit.Begin(http);
        KestrelRefusals.Serving(http, true);
        try
        {
            await AnswerAsync(http, record);
        }
        finally
        {
            KestrelRefusals.Serving(http, false);
            if (record is not null)
                await audit.TellAsync(record, http, "ResponseComplete");
        }
    }

    private async Task AnswerAsync(HttpContext http, AuditRecord? record)
    {
        try
        {
            RequestLimits.CheckHeaders(http.Request.Headers);
            var sender = Identify(http);
            record?.User = sender;
            var path = RequestPath.Parse(http.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget);
            var user = Impersonation.Apply(http.Request.Headers, sender, authorizer);
            if (!ReferenceEquals(user, sender))
                record?.Impersonated = user;
            await RouteAsync(new ApiRequest(http, path, user));
        }
        catch (ApiException refusal)
        {
            await RefuseAsync(http, refusal);
        }
        catch (BadHttpRequestException problem)
        {
            await RefuseAsync(http, OfBody(problem.StatusCode));
        }
        catch (ValueTooLargeException large)
        {
            await RefuseAsync(http, ApiErrors.TooLarge(large.Limit));
        }
        catch (StoreUnavailableException stopped)
        {
            await RefuseAsync(http, ApiErrors.ServiceUnavailable(stopped.Message));
        }
        catch (Exception) when (http.RequestAborted.IsCancellationRequested)
        {
            http.Abort();
        }
        catch (Exception fault)
        {
            onFault(fault);
            await RefuseAsync(http, ApiErrors.Internal("the server failed to answer; its log says why"));
        }
    }

    private Task RouteAsync(ApiRequest request)
    {
        if (ResourcePath.Parse(request.Path.Segments) is { } path
            && (documents.HasVersion(path.Group, path.Version) || Registry.ServedResources.IsLeftOut(path.Group, path.Plural)))
            return resources.HandleAsync(request, path);
        AuthorizePath(request);
        return documents.HandleAsync(request);
    }

    private UserInfo Identify(HttpContext http)
    {
        var header = http.Request.Headers.Authorization.ToString();
        if (header.Length > 0)
        {
            var isBearer = header.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase);
            return (isBearer ? authenticator.ByToken(header[7..].Trim()) : null) ?? throw ApiErrors.Unauthorized();
        }
        if (SocketTokens.Take(http) is { } token)
            return authenticator.ByToken(token) ?? throw ApiErrors.Unauthorized();
        return http.Connection.ClientCertificate is { } certificate
            ? ByCertificate(http, certificate) ?? throw ApiErrors.Unauthorized()
            : UserInfo.Anonymous;
    }

    // A certificate holds for its whole connection, so its chain is built once.
    private UserInfo? ByCertificate(HttpContext http, X509Certificate2 certificate)
    {
        var items = http.Features.Get<IConnectionItemsFeature>()?.Items;
        if (items is null || !items.TryGetValue(typeof(UserInfo), out var known))
        {
            known = authenticator.ByCertificate(certificate);
            items?[typeof(UserInfo)] = known;
        }
        // A connection may outlive the certificate that opened it.
        return authenticator.IsCurrent(certificate) ? known as UserInfo : null;
    }

    private void AuthorizePath(ApiRequest request)
    {
        var access = new Access(request.Http.Request.Method is "GET" or "HEAD" ? "get" : request.Http.Request.Method.ToLowerInvariant(), request.Path.Text);
        var verdict = authorizer.Decide(request.User, access);
        request.Audit?.Decided(access, "", verdict);
        if (verdict.IsAllowed)
            return;
        throw ApiErrors.ForbiddenPath(access.Refusal(request.User));
    }

    // What the web server says of a body that it could not read, in Kubernetes' words.
    private static ApiException OfBody(int code) => code switch
    {
        StatusCodes.Status413PayloadTooLarge => ApiErrors.TooLarge(RequestBody.MaximumBytes),
        StatusCodes.Status408RequestTimeout => ApiErrors.Failure(code, "Timeout", "the request's body did not arrive in time", null),
        _ => ApiErrors.Failure(code, "BadRequest", "the request's body could not be read: unexpected EOF", null),
    };

    private static async Task RefuseAsync(HttpContext http, ApiException refusal)
    {
        http.Features.Get<AuditRecord>()?.Refusal = (refusal.Status.Reason, refusal.Status.Message);
        if (http.Response.HasStarted)
        {
            http.Abort();
            return;
        }
        var media = Negotiation.OfRefusal(http.Request.Headers.Accept.ToString());
        var status = ObjectJson.Of(refusal.Status);
        var body = media == AnswerMedia.Json && Negotiation.IsIndented(http.Request) ? AnswerBody.Indented(status) : AnswerBody.Of(status, media);
        http.Response.StatusCode = refusal.Code;
        http.Response.ContentType = AnswerBody.TypeOf(media);
        http.Response.ContentLength = body.Length;
        Responder.Warn(http.Response, http.Items[typeof(WriteContext)] as WriteContext);
        // Where the body's reading was cut short, the web server does not find the next request: a client is told not to send one.
        if (refusal.Code == StatusCodes.Status504GatewayTimeout && http.Request.Protocol == HttpProtocol.Http11)
            http.Response.Headers.Connection = "close";
        if (refusal.Status.Details?.RetryAfterSeconds is > 0 and var seconds)
            http.Response.Headers.RetryAfter = seconds.ToString(System.Globalization.CultureInfo.InvariantCulture);
        await http.Response.Body.WriteAsync(body);
    }
}
