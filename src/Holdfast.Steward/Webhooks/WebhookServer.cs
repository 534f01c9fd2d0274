using System.Net;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Holdfast.Platform;

namespace Holdfast.Steward.Webhooks;

/// <summary>Answers the API server's questions.</summary>
public interface IAdmissionAnswerer
{
    /// <summary>Answers a question. What it throws becomes a refusal.</summary>
    /// <param name="question">The question.</param>
    /// <param name="cancellationToken">Cancelled when nobody waits for the answer any more.</param>
    Task<AdmissionAnswer> AnswerAsync(AdmissionQuestion question, CancellationToken cancellationToken);
}

/// <summary>Where the webhook server listens.</summary>
/// <param name="Address">The address.</param>
/// <param name="Port">The port; 0 for any that is free.</param>
/// <param name="Hosts">The names and addresses by which the API server reaches it.</param>
public sealed record WebhookServerOptions(IPAddress Address, int Port, params IReadOnlyList<string> Hosts);

/// <summary>
/// Serves the Steward's admission webhooks over HTTPS. Every question gets an answer: one that cannot be given in time, or fails, is a
/// refusal that says so.
/// </summary>
public sealed class WebhookServer : IAsyncDisposable
{
    /// <summary>The path of all questions.</summary>
    public const string Path = "/admission";

    private const int MaximumBodyBytes = 8 * 1024 * 1024;

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(9);

    private readonly Lock _gate = new();
    private readonly WebhookServerOptions _options;
    private readonly WebhookAuthority _authority;
    private readonly IAdmissionAnswerer _answerer;
    private readonly TimeProvider _time;
    private readonly ILogSink _log;
    private readonly WebApplication _web;
    private X509Certificate2? _certificate;

    private WebhookServer(WebhookServerOptions options, WebhookAuthority authority, IAdmissionAnswerer answerer, TimeProvider time, ILogSink log)
    {
        (_options, _authority, _answerer, _time, _log) = (options, authority, answerer, time, log);
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = MaximumBodyBytes;
            kestrel.Limits.MaxConcurrentConnections = 256;
            kestrel.Listen(options.Address, options.Port, listen => listen.UseHttps(https => https.ServerCertificateSelector = (_, _) => Certificate()));
        });
        _web = builder.Build();
        _web.Run(HandleAsync);
    }

    /// <summary>The port that it listens on.</summary>
    public int Port { get; private set; }

    /// <summary>Starts a server.</summary>
    /// <param name="options">Where it listens.</param>
    /// <param name="authority">Signs its certificate.</param>
    /// <param name="answerer">Answers.</param>
    /// <param name="time">The clock.</param>
    /// <param name="log">Where failures are told.</param>
    /// <param name="cancellationToken">Gives the start up.</param>
    /// <exception cref="IOException">The address is taken.</exception>
    public static async Task<WebhookServer> StartAsync(
        WebhookServerOptions options, WebhookAuthority authority, IAdmissionAnswerer answerer, TimeProvider time, ILogSink log, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        var server = new WebhookServer(options, authority, answerer, time, log);
        await server._web.StartAsync(cancellationToken);
        var address = server._web.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        server.Port = BindingAddress.Parse(address).Port;
        return server;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        using var soon = new CancellationTokenSource(TimeSpan.FromSeconds(2), _time);
        await _web.StopAsync(soon.Token);
        await _web.DisposeAsync();
        _certificate?.Dispose();
    }

    private X509Certificate2 Certificate()
    {
        lock (_gate)
        {
            if (_certificate is null || WebhookAuthority.IsDue(_certificate, _time))
                _certificate = _authority.Sign(_options.Hosts, _time);
            return _certificate;
        }
    }

    private async Task HandleAsync(HttpContext http)
    {
        if (!HttpMethods.IsPost(http.Request.Method) || http.Request.Path.Value?.StartsWith(Path, StringComparison.Ordinal) != true)
        {
            http.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }
        using var body = new MemoryStream();
        try
        {
            await http.Request.Body.CopyToAsync(body, http.RequestAborted);
        }
        catch (BadHttpRequestException error)
        {
            http.Response.StatusCode = error.StatusCode;
            return;
        }
        if (AdmissionReview.Read(body.GetBuffer().AsSpan(0, (int)body.Length)) is not { } question)
        {
            http.Response.StatusCode = StatusCodes.Status400BadRequest;
            await http.Response.WriteAsync("the body is no AdmissionReview with a request\n", http.RequestAborted);
            return;
        }
        var answer = await AnswerAsync(question, http.RequestAborted);
        http.Response.ContentType = "application/json";
        await http.Response.Body.WriteAsync(AdmissionReview.Write(question.Uid, answer), http.RequestAborted);
    }

    private async Task<AdmissionAnswer> AnswerAsync(AdmissionQuestion question, CancellationToken aborted)
    {
        using var limit = new CancellationTokenSource(Limit, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, aborted);
        try
        {
            return await _answerer.AnswerAsync(question, either.Token);
        }
        catch (OperationCanceledException)
        {
            return AdmissionAnswer.Later("the Steward could not find out in time whether this is safe; nothing was done", null);
        }
        catch (Exception error) when (error is not InvariantBrokenException)
        {
            _log.Write(new LogEntry(LogSeverity.Error, "steward webhook", $"{question.Operation} {question.Resource} {question.Namespace}/{question.Name}: {error.Message}", error));
            return AdmissionAnswer.Later("the Steward could not find out whether this is safe; its log says why", null);
        }
    }
}
