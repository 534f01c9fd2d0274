using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace LedgerStore.Server;

/// <summary>The HTTP server: Kestrel with a bound on everything that a client can make it hold.</summary>
public static class HttpFront
{
    /// <summary>Builds a server that hands every request to <paramref name="router"/>.</summary>
    /// <param name="options">How the member runs.</param>
    /// <param name="router">Handles requests.</param>
    /// <param name="connections">Bounds the connections: Kestrel's own bound would refuse probes too, without a word.</param>
    public static WebApplication Build(LedgerOptions options, LedgerRouter router, ConnectionLimit connections)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = "ledger-store" });
        // The program itself decides what a signal means and in which order things end.
        builder.Services.AddSingleton<IHostLifetime, SilentLifetime>();
        // Nothing here waits on a thread, so each request may be handled where it was read: one change of threads less.
        builder.WebHost.UseKestrelCore().UseSockets(static sockets => sockets.UnsafePreferInlineScheduling = true).ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Listen(options.Listen, listen =>
            {
                listen.Protocols = HttpProtocols.Http1;
                listen.Use(connections.Guard);
            });
            SetLimits(kestrel.Limits, options);
        });
        var app = builder.Build();
        app.Run(connections.Guard(new RequestLanes(options.MaxRequests).Guard(router.HandleAsync)));
        return app;
    }

    private static void SetLimits(KestrelServerLimits limits, LedgerOptions options)
    {
        // Above the bound that is refused with a reason: what is a little too large is read to its end, so that the client sees why.
        limits.MaxRequestBodySize = 4L * options.MaxEntryBytes;
        limits.MaxRequestLineSize = 4096;
        limits.MaxRequestHeadersTotalSize = 16 * 1024;
        limits.MaxRequestHeaderCount = 64;
        limits.RequestHeadersTimeout = TimeSpan.FromSeconds(10);
        limits.KeepAliveTimeout = TimeSpan.FromMinutes(2);
    }

    private sealed class SilentLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
