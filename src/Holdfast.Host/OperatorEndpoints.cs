using System.Net;
using Holdfast.Platform.Metrics;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace Holdfast.Host;

/// <summary>
/// What an operator shows of itself over plain HTTP: <c>/metrics</c> for Prometheus, <c>/healthz</c> while it runs and <c>/readyz</c> while it leads, so that
/// its Service sends questions to the copy that answers them.
/// </summary>
internal sealed class OperatorEndpoints : IAsyncDisposable
{
    private readonly WebApplication _web;
    private volatile bool _isReady;

    private OperatorEndpoints(IPEndPoint address, MetricRegistry metrics)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxConcurrentConnections = 64;
            kestrel.Listen(address);
        });
        _web = builder.Build();
        _web.Run(http => http.Request.Path.Value switch
        {
            "/metrics" => AnswerAsync(http, StatusCodes.Status200OK, "text/plain; version=0.0.4; charset=utf-8", metrics.ToText()),
            "/healthz" => AnswerAsync(http, StatusCodes.Status200OK, "text/plain", "ok\n"),
            "/readyz" when _isReady => AnswerAsync(http, StatusCodes.Status200OK, "text/plain", "ok\n"),
            "/readyz" => AnswerAsync(http, StatusCodes.Status503ServiceUnavailable, "text/plain", "another copy holds the lease, or this one has only begun\n"),
            _ => AnswerAsync(http, StatusCodes.Status404NotFound, "text/plain", "there are /metrics, /healthz and /readyz\n"),
        });
    }

    /// <summary>Whether the Steward works in this process at the moment.</summary>
    internal bool IsReady
    {
        get => _isReady;
        set => _isReady = value;
    }

    /// <summary>Begins to listen.</summary>
    /// <exception cref="IOException">The address is taken.</exception>
    internal static async Task<OperatorEndpoints> StartAsync(IPEndPoint address, MetricRegistry metrics, CancellationToken cancellationToken)
    {
        var endpoints = new OperatorEndpoints(address, metrics);
        await endpoints._web.StartAsync(cancellationToken);
        return endpoints;
    }

    public async ValueTask DisposeAsync() => await _web.DisposeAsync();

    private static Task AnswerAsync(HttpContext http, int status, string type, string text)
    {
        (http.Response.StatusCode, http.Response.ContentType) = (status, type);
        return http.Response.WriteAsync(text, http.RequestAborted);
    }
}
