using System.Net;
using System.Security.Authentication;
using Holdfast.ApiServer.Http;
using Holdfast.ApiServer.Http.Proxying;
using Holdfast.ApiServer.Http.Streaming;
using Holdfast.ApiServer.Registry;
using Holdfast.ApiServer.Security;
using Holdfast.ApiServer.Security.Tokens;
using Holdfast.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Yarp.ReverseProxy.Forwarder;

namespace Holdfast.ApiServer;

/// <summary>
/// A running API server: the registry over a store, served over HTTPS on the loopback address, with HTTP/1.1 and HTTP/2.
/// </summary>
public sealed class ApiServerHost : IAsyncDisposable
{
    private readonly WebApplication _web;
    private readonly CertificateAuthority _authority;
    private readonly Authenticator _authenticator;
    private readonly TokenSigner _signer;

    private ApiServerHost(ApiServerCore core, WebApplication web, CertificateAuthority authority, Authenticator authenticator, TokenSigner signer)
    {
        _signer = signer;
        Core = core;
        _web = web;
        _authority = authority;
        _authenticator = authenticator;
    }

    /// <summary>The server without its HTTP front.</summary>
    public ApiServerCore Core { get; }

    /// <summary>The verbs.</summary>
    public ResourceRegistry Registry => Core.Registry;

    /// <summary>Where it is reached, such as <c>https://127.0.0.1:6443</c>.</summary>
    public Uri Address { get; private set; } = new("https://127.0.0.1");

    /// <summary>Starts a server; when this ends, it answers.</summary>
    /// <param name="options">What it is started with.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <exception cref="IOException">The port is in use.</exception>
    public static async Task<ApiServerHost> StartAsync(ApiServerOptions options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        var folder = Path.Combine(options.DataFolder, "pki");
        var authority = CertificateAuthority.Open(folder, options.Time, options.Chance);
        var signer = TokenSigner.Open(folder);
        var tokens = new ServiceAccountTokens(signer, options.Time, options.Chance);
        var core = new ApiServerCore(options.Store, options.Time, options.Chance, options.ServiceBlock, tokens);
        var authenticator = Authenticator.Open(authority, folder, options.Chance, tokens, core.Registry.View);
        core.Served.Serve(Reviews.OfTokens(authenticator));
        var web = Build(options, authority);
        var proxy = new ResourceProxy(web.Services.GetRequiredService<IHttpForwarder>(), options.Chance);
        web.Lifetime.ApplicationStopped.Register(proxy.Dispose);
        var front = Front(options, core, authenticator, tokens, proxy, web.Lifetime.ApplicationStopping);
        web.UseWebSockets(new WebSocketOptions { KeepAliveInterval = TimeSpan.FromSeconds(20) });
        web.Run(front.HandleAsync);
        var host = new ApiServerHost(core, web, authority, authenticator, signer);
        try
        {
            await web.StartAsync(cancellationToken);
            host.Address = AddressOf(web);
            await core.BootstrapAsync(host.Address.Port, cancellationToken);
            return host;
        }
        catch
        {
            await host.DisposeAsync();
            throw;
        }
    }

    /// <summary>A way in for a part of the same process.</summary>
    /// <param name="identity">Who asks.</param>
    public IApiTransport InProcess(UserInfo identity) => Core.InProcess(identity);

    /// <summary>The administrator's credentials.</summary>
    public ClusterCredentials AdminCredentials() =>
        new(Address, _authority.CertificatePem, _authority.Client("admin", UserInfo.Administrator), _authenticator.AdminToken);

    /// <summary>Ends running requests and stops.</summary>
    public async ValueTask DisposeAsync()
    {
        using var soon = new CancellationTokenSource(TimeSpan.FromSeconds(2));
        await _web.StopAsync(soon.Token);
        await _web.DisposeAsync();
        _signer.Dispose();
    }

    private static HttpFront Front(
        ApiServerOptions options, ApiServerCore core, Authenticator authenticator, ServiceAccountTokens tokens, ResourceProxy proxy,
        CancellationToken stopping)
    {
        var responder = new Responder(options.Tables, options.Time);
        var resources = new ResourceHandler(core.Registry, core.Authorizer, responder, new PodLogs(options.Nodes),
            new PodStreams(options.Nodes, options.Time), proxy, options.Chance, stopping);
        return new HttpFront(authenticator, core.Authorizer, resources, new DiscoveryDocuments(core.Served), responder,
            options.OpenApi?.Invoke(core.Served), tokens, options.OnFault);
    }

    private static WebApplication Build(ApiServerOptions options, CertificateAuthority authority)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        // The host process decides about signals, not the web server.
        builder.Services.AddHttpForwarder();
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(2));
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel =>
        {
            Bound(kestrel.Limits);
            kestrel.AddServerHeader = false;
            kestrel.AllowSynchronousIO = false;
            kestrel.Listen(IPAddress.Loopback, options.Port, endpoint =>
            {
                endpoint.Protocols = HttpProtocols.Http1AndHttp2;
                endpoint.UseHttps(new HttpsConnectionAdapterOptions
                {
                    ServerCertificate = authority.Serving(),
                    SslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
                    ClientCertificateMode = ClientCertificateMode.AllowCertificate,
                    // Whose it is, is looked at with each connection's first request; who is not known gets a Status.
                    ClientCertificateValidation = static (_, _, _) => true,
                });
            });
        });
        return builder.Build();
    }

    private static void Bound(KestrelServerLimits limits)
    {
        // Above the bound that is refused with a Status: what is a little too large is drained, so that the client reads it.
        limits.MaxRequestBodySize = 4 * RequestBody.MaximumBytes;
        limits.MaxRequestLineSize = 32 * 1024;
        limits.MaxRequestHeadersTotalSize = 64 * 1024;
        limits.MaxRequestHeaderCount = 100;
        limits.MaxConcurrentConnections = 4096;
        limits.RequestHeadersTimeout = TimeSpan.FromSeconds(30);
        limits.Http2.MaxStreamsPerConnection = 1000;
        // A watch may be silent for as long as its collection is.
        limits.MinResponseDataRate = null;
    }

    private static Uri AddressOf(WebApplication web)
    {
        var addresses = web.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>();
        return new Uri(addresses!.Addresses.First());
    }

    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
