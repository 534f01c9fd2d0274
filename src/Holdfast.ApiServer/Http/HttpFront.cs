using System.Buffers.Text;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Holdfast.ApiServer.Errors;
using Holdfast.ApiServer.Http.Fairness;
using Holdfast.ApiServer.Registry;
using Holdfast.ApiServer.Security;
using Holdfast.ApiServer.Security.Audit;
using Holdfast.ApiServer.Security.Tokens;
using Holdfast.Client;
using Holdfast.Platform.Metrics;
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
    Authenticator authenticator, IAuthorizer authorizer, ResourceHandler resources, DiscoveryDocuments discovery, Responder responder,
    IOpenApiDocuments? openApi, ServiceAccountTokens tokens, FlowControl flows, AuditLog audit, Action<Exception> onFault, StoreBackupResponse backup,
    MetricRegistry metrics)
{
    // kube-apiserver's answer to whoever asks for a path that it does not have.
    private const string NotFoundText = "404 page not found\n";

    private const string Version = """
        {"major":"1","minor":"36","gitVersion":"v1.36.0+holdfast","gitCommit":"","gitTreeState":"clean","buildDate":"1970-01-01T00:00:00Z","goVersion":"","compiler":"dotnet","platform":"linux/amd64"}
        """;

    public async Task HandleAsync(HttpContext http)
    {
        http.Response.Headers.CacheControl = "no-cache, private";
        var record = audit.Begin(http);
        try
        {
            await AnswerAsync(http, record);
        }
        finally
        {
            if (record is not null)
                await audit.TellAsync(record, http, "ResponseComplete");
        }
    }

    private async Task AnswerAsync(HttpContext http, AuditRecord? record)
    {
        try
        {
            var sender = Identify(http);
            record?.User = sender;
            var path = RequestPath.Parse(http.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget);
            var user = Impersonation.Apply(http.Request.Headers, sender, authorizer);
            if (!ReferenceEquals(user, sender))
                record?.Impersonated = user;
            var form = Negotiation.Choose(http.Request.Headers.Accept.ToString(), responder.HasTables);
            await RouteAsync(new ApiRequest(http, path, user, form));
        }
        catch (ApiException refusal)
        {
            await RefuseAsync(http, refusal);
        }
        catch (BadHttpRequestException problem)
        {
            await RefuseAsync(http, ApiErrors.Failure(problem.StatusCode, "BadRequest", problem.Message, null));
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
            && (discovery.Has(path.Group, path.Version) || Registry.ServedResources.IsLeftOut(path.Group, path.Plural)))
            return resources.HandleAsync(request, path);
        AuthorizePath(request);
        var isHealth = request.Path.Segments is ["healthz" or "livez" or "readyz" or "version"];
        if (request.Http.Request.Method is not "GET" && !(isHealth && request.Http.Request.Method is "HEAD"))
            return IsDocument(request.Path) ? throw ApiErrors.MethodNotAllowed() : NotFoundAsync(request);
        return isHealth ? DocumentAsync(request) : SeatedAsync(request);
    }

    private static bool IsDocument(RequestPath path) =>
        path.Segments is [] or ["version" or "healthz" or "livez" or "readyz" or "metrics" or "api" or "apis" or "openapi" or "openid" or ".well-known", ..];

    private async Task SeatedAsync(ApiRequest request)
    {
        using var seat = await flows.EnterAsync(request.User, "", false, request.Aborted);
        await DocumentAsync(request);
    }

    private Task DocumentAsync(ApiRequest request)
    {
        return request.Path.Segments switch
        {
            [] => Responder.BytesAsync(request, 200, Encoding.UTF8.GetBytes("""{"paths":["/api","/apis","/healthz","/livez","/metrics","/openapi/v2","/openapi/v3","/readyz","/version"]}""")),
            ["version"] => Responder.BytesAsync(request, 200, Encoding.UTF8.GetBytes(Version)),
            ["healthz" or "livez" or "readyz"] => TextAsync(request, 200, "ok"),
            ["api"] when request.Form == AcceptedForm.Discovery => AggregatedAsync(request, isCore: true),
            ["apis"] when request.Form == AcceptedForm.Discovery => AggregatedAsync(request, isCore: false),
            ["api"] => DocumentAsync(request, DiscoveryDocuments.CoreVersions(request.Http.Request.Host.Value ?? "")),
            ["apis"] => DocumentAsync(request, discovery.Groups()),
            ["api", var version] => DocumentAsync(request, discovery.Resources("", version)),
            ["apis", var group] => DocumentAsync(request, discovery.Group(group)),
            ["apis", var group, var version] => DocumentAsync(request, discovery.Resources(group, version)),
            ["metrics"] => TextAsync(request, 200, metrics.ToText(), "text/plain; version=0.0.4; charset=utf-8"),
            ["openapi", ..] => OpenApiAsync(request),
            ["openid", "v1", "jwks"] => Responder.BytesAsync(request, 200, tokens.PublicKeys(), "application/jwk-set+json"),
            ["holdfast", "store", "backup"] => backup.SendAsync(request),
            [".well-known", "openid-configuration"] => Responder.BytesAsync(request, 200, Encoding.UTF8.GetBytes(Issuer(request.Http.Request.Host.Value))),
            _ => NotFoundAsync(request),
        };
    }

    private UserInfo Identify(HttpContext http)
    {
        var header = http.Request.Headers.Authorization.ToString();
        if (header.Length > 0)
        {
            var isBearer = header.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase);
            return (isBearer ? authenticator.ByToken(header[7..].Trim()) : null) ?? throw ApiErrors.Unauthorized();
        }
        if (SocketToken(http) is { } token)
            return authenticator.ByToken(token) ?? throw ApiErrors.Unauthorized();
        return http.Connection.ClientCertificate is { } certificate
            ? ByCertificate(http, certificate) ?? throw ApiErrors.Unauthorized()
            : UserInfo.Anonymous;
    }

    // Browsers cannot set headers on a WebSocket: Kubernetes takes the token among the protocols, in base64.
    private static string? SocketToken(HttpContext http)
    {
        const string Prefix = "base64url.bearer.authorization.k8s.io.";
        var given = http.Request.Headers.SecWebSocketProtocol.SelectMany(line => (line ?? "").Split(','))
            .Select(protocol => protocol.Trim()).FirstOrDefault(protocol => protocol.StartsWith(Prefix, StringComparison.Ordinal));
        if (given is null)
            return null;
        var encoded = given.AsSpan(Prefix.Length);
        return Base64Url.IsValid(encoded) ? Encoding.UTF8.GetString(Base64Url.DecodeFromChars(encoded)) : throw ApiErrors.Unauthorized();
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
        throw request.User == UserInfo.Anonymous ? ApiErrors.Unauthorized() : ApiErrors.ForbiddenPath(access.Refusal(request.User));
    }

    private static Task DocumentAsync(ApiRequest request, byte[]? document, string contentType = "application/json") =>
        document is null ? NotFoundAsync(request) : TaggedDocument.WriteAsync(request, TaggedDocument.Of(document, contentType));

    // A client names the versions of aggregated discovery in its order; what it does not name it cannot read.
    private Task AggregatedAsync(ApiRequest request, bool isCore)
    {
        var version = DiscoveryDocuments.AggregatedVersion(request.Http.Request.Headers.Accept.ToString());
        return DocumentAsync(request, discovery.Aggregated(isCore, version), DiscoveryDocuments.AggregatedType(version));
    }

    private Task OpenApiAsync(ApiRequest request)
    {
        if (openApi?.Find(request.Path.Text.TrimEnd('/'), request.Http.Request.Headers.Accept.ToString()) is not { } document)
            return NotFoundAsync(request);
        var (response, hash) = (request.Http.Response, document.ETag.Trim('"'));
        if (request.Path.Segments.Length > 2 && request.Query.Text("hash") is { Length: > 0 } wanted)
        {
            if (wanted != hash)
            {
                response.Headers.Location = $"{request.Path.Text}?hash={hash}";
                response.StatusCode = StatusCodes.Status301MovedPermanently;
                return Task.CompletedTask;
            }
            // Under this address there is never anything else.
            response.Headers.CacheControl = "public, immutable";
            response.Headers.Expires = responder.Time.GetUtcNow().AddYears(1).ToString("R", System.Globalization.CultureInfo.InvariantCulture);
        }
        return TaggedDocument.WriteAsync(request, document);
    }

    private static string Issuer(string? host) => new System.Text.Json.Nodes.JsonObject
    {
        ["issuer"] = ServiceAccountTokens.Issuer,
        ["jwks_uri"] = $"https://{host}/openid/v1/jwks",
        ["response_types_supported"] = new System.Text.Json.Nodes.JsonArray("id_token"),
        ["subject_types_supported"] = new System.Text.Json.Nodes.JsonArray("public"),
        ["id_token_signing_alg_values_supported"] = new System.Text.Json.Nodes.JsonArray("ES256"),
    }.ToJsonString();

    private static Task NotFoundAsync(ApiRequest request) => TextAsync(request, 404, NotFoundText);

    private static Task TextAsync(ApiRequest request, int code, string text, string type = "text/plain; charset=utf-8")
    {
        request.Http.Response.StatusCode = code;
        request.Http.Response.ContentType = type;
        request.Http.Response.ContentLength = Encoding.UTF8.GetByteCount(text);
        return request.Http.Response.WriteAsync(text, request.Aborted);
    }

    private static async Task RefuseAsync(HttpContext http, ApiException refusal)
    {
        http.Features.Get<AuditRecord>()?.Refusal = (refusal.Status.Reason, refusal.Status.Message);
        if (http.Response.HasStarted)
        {
            http.Abort();
            return;
        }
        var body = ObjectJson.Of(refusal.Status);
        http.Response.StatusCode = refusal.Code;
        http.Response.ContentType = "application/json";
        http.Response.ContentLength = body.Length;
        Responder.Warn(http.Response, http.Items[typeof(WriteContext)] as WriteContext);
        if (refusal.Status.Details?.RetryAfterSeconds is > 0 and var seconds)
            http.Response.Headers.RetryAfter = seconds.ToString(System.Globalization.CultureInfo.InvariantCulture);
        await http.Response.Body.WriteAsync(body);
    }
}
