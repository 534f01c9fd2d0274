using System.Security.Cryptography.X509Certificates;
using System.Text;
using Holdfast.ApiServer.Errors;
using Holdfast.ApiServer.Security;
using Holdfast.ApiServer.Security.Tokens;
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
    Authenticator authenticator, IAuthorizer authorizer, ResourceHandler resources, DiscoveryDocuments discovery, Responder responder,
    IOpenApiDocuments? openApi, ServiceAccountTokens tokens, Action<Exception> onFault)
{
    private const string Version = """
        {"major":"1","minor":"36","gitVersion":"v1.36.0+holdfast","gitCommit":"","gitTreeState":"clean","buildDate":"1970-01-01T00:00:00Z","goVersion":"","compiler":"dotnet","platform":"linux/amd64"}
        """;

    public async Task HandleAsync(HttpContext http)
    {
        http.Response.Headers.CacheControl = "no-cache, private";
        try
        {
            var path = RequestPath.Parse(http.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget);
            var user = Impersonation.Apply(http.Request.Headers, Identify(http), authorizer);
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
        if (request.Http.Request.Method is not ("GET" or "HEAD"))
            return NotFoundAsync(request);
        return request.Path.Segments switch
        {
            [] => Responder.BytesAsync(request, 200, Encoding.UTF8.GetBytes("""{"paths":["/api","/apis","/healthz","/livez","/openapi/v2","/openapi/v3","/readyz","/version"]}""")),
            ["version"] => Responder.BytesAsync(request, 200, Encoding.UTF8.GetBytes(Version)),
            ["healthz" or "livez" or "readyz"] => TextAsync(request, 200, "ok"),
            ["api"] when request.Form == AcceptedForm.Discovery => DocumentAsync(request, discovery.Aggregated(true), DiscoveryDocuments.AggregatedType),
            ["apis"] when request.Form == AcceptedForm.Discovery => DocumentAsync(request, discovery.Aggregated(false), DiscoveryDocuments.AggregatedType),
            ["api"] => DocumentAsync(request, DiscoveryDocuments.CoreVersions(request.Http.Request.Host.Value ?? "")),
            ["apis"] => DocumentAsync(request, discovery.Groups()),
            ["api", var version] => DocumentAsync(request, discovery.Resources("", version)),
            ["apis", var group] => DocumentAsync(request, discovery.Group(group)),
            ["apis", var group, var version] => DocumentAsync(request, discovery.Resources(group, version)),
            ["openapi", ..] => OpenApiAsync(request),
            ["openid", "v1", "jwks"] => Responder.BytesAsync(request, 200, tokens.PublicKeys(), "application/jwk-set+json"),
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
        return http.Connection.ClientCertificate is { } certificate
            ? ByCertificate(http, certificate) ?? throw ApiErrors.Unauthorized()
            : UserInfo.Anonymous;
    }

    // A certificate holds for its whole connection, so its chain is built once.
    private UserInfo? ByCertificate(HttpContext http, X509Certificate2 certificate)
    {
        var items = http.Features.Get<IConnectionItemsFeature>()?.Items;
        if (items is not null && items.TryGetValue(typeof(UserInfo), out var known))
            return known as UserInfo;
        var user = authenticator.ByCertificate(certificate);
        if (items is not null)
            items[typeof(UserInfo)] = user;
        return user;
    }

    private void AuthorizePath(ApiRequest request)
    {
        var access = new Access(request.Http.Request.Method is "GET" or "HEAD" ? "get" : request.Http.Request.Method.ToLowerInvariant(), request.Path.Text);
        if (authorizer.Decide(request.User, access).IsAllowed)
            return;
        throw request.User == UserInfo.Anonymous ? ApiErrors.Unauthorized() : ApiErrors.ForbiddenPath(access.Refusal(request.User));
    }

    private static Task DocumentAsync(ApiRequest request, byte[]? document, string contentType = "application/json") =>
        document is null ? NotFoundAsync(request) : Responder.BytesAsync(request, 200, document, contentType);

    private Task OpenApiAsync(ApiRequest request)
    {
        if (openApi?.Find(request.Path.Text.TrimEnd('/'), request.Http.Request.Headers.Accept.ToString()) is not { } document)
            return NotFoundAsync(request);
        var response = request.Http.Response;
        response.Headers.ETag = document.ETag;
        response.Headers.Vary = "Accept";
        if (request.Http.Request.Headers.IfNoneMatch.ToString() == document.ETag)
        {
            response.StatusCode = StatusCodes.Status304NotModified;
            return Task.CompletedTask;
        }
        response.ContentType = document.ContentType;
        response.ContentLength = document.Body.Length;
        return response.Body.WriteAsync(document.Body, request.Aborted).AsTask();
    }

    private static string Issuer(string? host) => new System.Text.Json.Nodes.JsonObject
    {
        ["issuer"] = ServiceAccountTokens.Issuer,
        ["jwks_uri"] = $"https://{host}/openid/v1/jwks",
        ["response_types_supported"] = new System.Text.Json.Nodes.JsonArray("id_token"),
        ["subject_types_supported"] = new System.Text.Json.Nodes.JsonArray("public"),
        ["id_token_signing_alg_values_supported"] = new System.Text.Json.Nodes.JsonArray("ES256"),
    }.ToJsonString();

    private static Task NotFoundAsync(ApiRequest request) => TextAsync(request, 404, "404 page not found\n");

    private static Task TextAsync(ApiRequest request, int code, string text)
    {
        request.Http.Response.StatusCode = code;
        request.Http.Response.ContentType = "text/plain; charset=utf-8";
        return request.Http.Response.WriteAsync(text, request.Aborted);
    }

    private static async Task RefuseAsync(HttpContext http, ApiException refusal)
    {
        if (http.Response.HasStarted)
        {
            http.Abort();
            return;
        }
        var body = ObjectJson.Of(refusal.Status);
        http.Response.StatusCode = refusal.Code;
        http.Response.ContentType = "application/json";
        http.Response.ContentLength = body.Length;
        if (refusal.Status.Details?.RetryAfterSeconds is > 0 and var seconds)
            http.Response.Headers.RetryAfter = seconds.ToString(System.Globalization.CultureInfo.InvariantCulture);
        await http.Response.Body.WriteAsync(body);
    }
}
