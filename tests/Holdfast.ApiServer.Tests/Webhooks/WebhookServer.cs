using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace Holdfast.ApiServer.Tests.Webhooks;

/// <summary>A real webhook: an HTTPS server on the loopback address of this process, with a certificate of its own.</summary>
internal sealed class WebhookServer : IAsyncDisposable
{
    private readonly WebApplication _web;
    private readonly X509Certificate2 _certificate;

    private WebhookServer(WebApplication web, X509Certificate2 certificate)
    {
        _web = web;
        _certificate = certificate;
    }

    /// <summary>The requests of the reviews that came, by the path that they came to.</summary>
    public ConcurrentQueue<(string Path, JsonObject Request)> Reviews { get; } = new();

    /// <summary>What is answered, by path: an answer's <c>response</c>, or anything else that writes itself.</summary>
    public ConcurrentDictionary<string, Func<HttpContext, JsonObject, Task>> Answers { get; } = new(StringComparer.Ordinal);

    public int Port => new Uri(_web.Urls.First()).Port;

    public string Bundle => Convert.ToBase64String(Encoding.UTF8.GetBytes(_certificate.ExportCertificatePem()));

    public static async Task<WebhookServer> StartAsync()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=webhook", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        names.AddDnsName("hook.default.svc");
        request.CertificateExtensions.Add(names.Build());
        using var made = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddMinutes(-5), DateTimeOffset.UtcNow.AddHours(1));
        var certificate = X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pkcs12), null);
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration()
            .ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, endpoint => endpoint.UseHttps(certificate)));
        var server = new WebhookServer(builder.Build(), certificate);
        server._web.Run(server.AnswerAsync);
        await server._web.StartAsync(TestContext.Current.CancellationToken);
        return server;
    }

    /// <summary>Answers a path with what is made of each request.</summary>
    public void Answer(string path, Func<JsonObject, JsonObject> response) => Answers[path] = async (http, request) =>
    {
        var answer = response(request);
        answer["uid"] ??= request["uid"]!.GetValue<string>();
        await WriteAsync(http, new JsonObject { ["apiVersion"] = "admission.k8s.io/v1", ["kind"] = "AdmissionReview", ["response"] = answer }.ToJsonString());
    };

    public void Allow(string path) => Answer(path, _ => new JsonObject { ["allowed"] = true });

    public void Patch(string path, string patch) => Answer(path, _ => new JsonObject
    {
        ["allowed"] = true,
        ["patchType"] = "JSONPatch",
        ["patch"] = Convert.ToBase64String(Encoding.UTF8.GetBytes(patch)),
    });

    public static Task WriteAsync(HttpContext http, string text)
    {
        http.Response.ContentType = "application/json";
        return http.Response.WriteAsync(text, http.RequestAborted);
    }

    public JsonObject Single(string path) => Assert.Single(Reviews, review => review.Path == path).Request;

    public async ValueTask DisposeAsync()
    {
        using var soon = new CancellationTokenSource(TimeSpan.FromSeconds(2));
        await _web.StopAsync(soon.Token);
        await _web.DisposeAsync();
        _certificate.Dispose();
    }

    private async Task AnswerAsync(HttpContext http)
    {
        var review = (await JsonNode.ParseAsync(http.Request.Body, cancellationToken: http.RequestAborted))!.AsObject();
        var (path, request) = (http.Request.Path.Value!, review["request"]!.AsObject());
        Reviews.Enqueue((path, request));
        await Answers[path](http, request);
    }
}
