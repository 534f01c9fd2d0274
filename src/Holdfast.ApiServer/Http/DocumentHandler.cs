using System.Text;
using Holdfast.ApiServer.Errors;
using Holdfast.ApiServer.Http.Fairness;
using Holdfast.ApiServer.Http.Health;
using Holdfast.ApiServer.Security.Tokens;
using Holdfast.Platform.Metrics;
using Microsoft.AspNetCore.Http;

namespace Holdfast.ApiServer.Http;

/// <summary>Answers requests for what is no resource: discovery, OpenAPI, health, version, metrics, the keys of tokens and the store's backup.</summary>
internal sealed class DocumentHandler(
    Responder responder, DiscoveryDocuments discovery, IOpenApiDocuments? openApi, ServiceAccountTokens tokens, FlowControl flows, HealthChecks health,
    StoreBackupResponse backup, MetricRegistry metrics)
{
    // kube-apiserver's answer to whoever asks for a path that it does not have.
    private const string NotFoundText = "404 page not found\n";

    private const string Version = """
        {"major":"1","minor":"36","gitVersion":"v1.36.0+holdfast","gitCommit":"","gitTreeState":"clean","buildDate":"1970-01-01T00:00:00Z","goVersion":"","compiler":"dotnet","platform":"linux/amd64"}
        """;

    /// <summary>Whether a group and version are served.</summary>
    public bool HasVersion(string group, string version) => discovery.Has(group, version);

    /// <summary>Answers; who asks may already.</summary>
    public Task HandleAsync(ApiRequest request)
    {
        var isHealth = request.Path.Segments is ["healthz" or "livez" or "readyz", ..] or ["version"];
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

    private Task DocumentAsync(ApiRequest request) => request.Path.Segments switch
    {
        [] => Responder.BytesAsync(request, 200, Encoding.UTF8.GetBytes("""{"paths":["/api","/apis","/healthz","/livez","/metrics","/openapi/v2","/openapi/v3","/readyz","/version"]}""")),
        ["version"] => Responder.BytesAsync(request, 200, Encoding.UTF8.GetBytes(Version)),
        ["healthz" or "livez" or "readyz", ..] => HealthAsync(request),
        ["api" or "apis", ..] => DiscoveryAsync(request with { Accepted = Negotiation.Choose(request.Accept, new Offer(false, true, false)) }),
        ["metrics"] => TextAsync(request, 200, metrics.ToText(), "text/plain; version=0.0.4; charset=utf-8"),
        ["openapi", ..] => OpenApiAsync(request),
        ["openid", "v1", "jwks"] => Responder.BytesAsync(request, 200, tokens.PublicKeys(), "application/jwk-set+json"),
        ["holdfast", "store", "backup"] => backup.SendAsync(request),
        [".well-known", "openid-configuration"] => Responder.BytesAsync(request, 200, Encoding.UTF8.GetBytes(Issuer(request.Http.Request.Host.Value))),
        _ => NotFoundAsync(request),
    };

    private Task HealthAsync(ApiRequest request)
    {
        var segments = request.Path.Segments;
        request.Http.Response.Headers.XContentTypeOptions = "nosniff";
        return health.Answer(segments[0], string.Join('/', segments.AsSpan()[1..]), request.Http.Request.Query) is var (code, text)
            ? TextAsync(request, code, text)
            : NotFoundAsync(request);
    }

    private Task DiscoveryAsync(ApiRequest request) => request.Path.Segments switch
    {
        ["api"] when request.Form == AcceptedForm.Discovery => AggregatedAsync(request, isCore: true),
        ["apis"] when request.Form == AcceptedForm.Discovery => AggregatedAsync(request, isCore: false),
        ["api"] => DocumentAsync(request, DiscoveryDocuments.CoreVersions(request.Http.Request.Host.Value ?? "")),
        ["apis"] => DocumentAsync(request, discovery.Groups()),
        ["api", var version] => DocumentAsync(request, discovery.Resources("", version)),
        ["apis", var group] => DocumentAsync(request, discovery.Group(group)),
        ["apis", var group, var version] => DocumentAsync(request, discovery.Resources(group, version)),
        _ => NotFoundAsync(request),
    };

    private static Task DocumentAsync(ApiRequest request, byte[]? json, string parameters = "")
    {
        if (json is null)
            return NotFoundAsync(request);
        var body = request.Media == AnswerMedia.Json && request.IsIndented ? AnswerBody.Indented(json) : AnswerBody.Of(json, request.Media);
        return TaggedDocument.WriteAsync(request, TaggedDocument.Of(body.ToArray(), AnswerBody.TypeOf(request.Media) + parameters));
    }

    // A client names the versions of aggregated discovery in its order; what it does not name it cannot read.
    private Task AggregatedAsync(ApiRequest request, bool isCore)
    {
        var version = DiscoveryDocuments.AggregatedVersion(request.Accept);
        return DocumentAsync(request, discovery.Aggregated(isCore, version), DiscoveryDocuments.AggregatedParameters(version));
    }

    private Task OpenApiAsync(ApiRequest request)
    {
        var path = request.Path.Text.TrimEnd('/');
        if (openApi?.Find(path, request.Accept) is not { } document)
            return openApi?.Has(path) == true ? NotAcceptableAsync(request) : NotFoundAsync(request);
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

    // As kube-apiserver does here: with nothing in it.
    private static Task NotAcceptableAsync(ApiRequest request)
    {
        request.Http.Response.StatusCode = StatusCodes.Status406NotAcceptable;
        request.Http.Response.Headers.Vary = "Accept";
        // Sent while the request is served: what the web server itself refuses with nothing in it gets a Status on its way out.
        return request.Http.Response.CompleteAsync();
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
        return request.Http.Response.WriteAsync(text, request.ClientGone);
    }
}
