using System.Net;
using System.Net.Security;
using System.Text;
using Holdfast.ApiServer.Admission.Webhooks;
using Holdfast.ApiServer.Http;
using Holdfast.ApiServer.Http.Fairness;
using Holdfast.ApiServer.Http.Health;
using Holdfast.ApiServer.Http.Proxying;
using Holdfast.ApiServer.Http.Streaming;
using Holdfast.ApiServer.Registry;
using Holdfast.ApiServer.Security;
using Holdfast.ApiServer.Security.Audit;
using Holdfast.ApiServer.Security.Tokens;
using Holdfast.Client;
using Holdfast.Platform;
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
/// A running API server: the registry over a store, served over HTTPS with HTTP/1.1 and HTTP/2, on the loopback address unless told otherwise.
/// </summary>
public sealed class ApiServerHost : IAsyncDisposable
{
    private readonly Parts _parts;
    private readonly CancellationTokenSource _stop = new();
    private WebApplication? _web;
    private ResourceProxy? _proxy;
    private ServerKeys? _keys;
    private Task _renewing = Task.CompletedTask;
    private bool _isStopped;

    private ApiServerHost(ApiServerCore core, Parts parts) => (Core, _parts) = (core, parts);

    /// <summary>The server without its HTTP front.</summary>
    public ApiServerCore Core { get; }

    /// <summary>The verbs.</summary>
    public ResourceRegistry Registry => Core.Registry;

    /// <summary>How many requests are being served or wait, and how many watches are open, over the network.</summary>
    public (int Requests, int Watches) Load => (_parts.Flows.InFlight, _parts.Watches.Open);

    /// <summary>Where it is reached, such as <c>https://127.0.0.1:6443</c>.</summary>
    public Uri Address { get; private set; } = new("https://127.0.0.1");

    /// <summary>Starts a server; when this ends, it answers.</summary>
    /// <param name="options">What it is started with.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <exception cref="IOException">The port is in use.</exception>
    public static async Task<ApiServerHost> StartAsync(ApiServerOptions options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        var parts = Parts.Of(options);
        var core = new ApiServerCore(options.Store, options.Time, options.Chance, options.ServiceBlock, parts.Tokens, parts.Webhooks);
        var host = new ApiServerHost(core, parts);
        options.Metrics.Observe("holdfast_api_requests_in_flight", "Requests over the network that are being served or wait for a seat.", () => host.Load.Requests);
        options.Metrics.Observe("holdfast_api_watches", "Watches that are open over the network.", () => host.Load.Watches);
        try
        {
            // Beside the web server's making and the opening of keys; whoever is answered finds the custom resources of before.
            var settled = parts.Runner.Start("custom resources", _ => core.Registry.ServeCustomResourcesAsync(), cancellationToken);
            await host.ListenAsync(options, settled, cancellationToken);
            var reached = options.Address.Equals(IPAddress.Any) || options.Address.Equals(IPAddress.IPv6Any) || options.Address.Equals(IPAddress.IPv6Loopback) ? IPAddress.Loopback : options.Address;
            await core.BootstrapAsync(new IPEndPoint(reached, host.Address.Port), cancellationToken);
            parts.Health!.Furnish();
            return host;
        }
        catch
        {
            await host.DisposeAsync();
            throw;
        }
    }

    /// <summary>A way in for a part of the same process; what it writes is told by the audit log.</summary>
    /// <param name="identity">Who asks.</param>
    public IApiTransport InProcess(UserInfo identity) =>
        _parts.Audit.IsKept ? new AuditedTransport(Core.InProcess(identity), identity, _parts.Audit) : Core.InProcess(identity);

    /// <summary>The certificate of the authority that clients are to trust, as PEM.</summary>
    public string AuthorityPem => Authority.CertificatePem;

    /// <summary>The administrator's credentials.</summary>
    public ClusterCredentials AdminCredentials() =>
        new(Address, AuthorityPem, Authority.Client("admin", UserInfo.Administrator), _parts.Authenticator!.AdminToken);

    /// <summary>The credentials of a part of this program that has to ask over HTTP.</summary>
    /// <param name="fileName">The name under which its certificate is kept.</param>
    /// <param name="user">Whom it stands for.</param>
    public ClusterCredentials CredentialsOf(string fileName, UserInfo user) =>
        new(Address, AuthorityPem, Authority.Client(fileName, user), "");

    /// <summary>Ends running requests and stops.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isStopped, true))
            return;
        await _stop.CancelAsync();
        await _renewing;
        if (_web is not null)
        {
            using var soon = new CancellationTokenSource(TimeSpan.FromSeconds(2));
            await _web.StopAsync(soon.Token);
            await _web.DisposeAsync();
            _proxy?.Dispose();
        }
        await _parts.Audit.DisposeAsync();
        _parts.Webhooks.Dispose();
        _parts.Signer.Dispose();
        _stop.Dispose();
    }

    private CertificateAuthority Authority => _keys!.Authority;

    private async Task ListenAsync(ApiServerOptions options, Task settled, CancellationToken cancellationToken)
    {
        CertificateRenewal? renewal = null;
        _web = Build(options, () => renewal!.Handshake);
        _keys = await _parts.Keys;
        renewal = new CertificateRenewal(_keys, AdminCredentials, options);
        _parts.Authenticator = Authenticator.Open(Authority, ServerKeys.FolderOf(options.DataFolder), options.Chance, _parts.Tokens, Core.Registry.View);
        await settled;
        Core.Served.Serve(Reviews.OfTokens(_parts.Authenticator));
        _proxy = new ResourceProxy(_web.Services.GetRequiredService<IHttpForwarder>(), options.Chance);
        var front = Front(options, Core, _parts, _proxy, _web.Lifetime.ApplicationStopping);
        _web.UseWebSockets(new WebSocketOptions { KeepAliveInterval = TimeSpan.FromSeconds(20) });
        _web.Run(front.HandleAsync);
        await _web.StartAsync(cancellationToken);
        Address = AddressOf(_web);
        _renewing = _parts.Runner.Start("certificate renewal", renewal.RunAsync, _stop.Token);
    }

    private static HttpFront Front(ApiServerOptions options, ApiServerCore core, Parts parts, ResourceProxy proxy, CancellationToken stopping)
    {
        var responder = new Responder(options.Tables, options.Time);
        var gate = new RequestGate(parts.Flows, parts.Watches, options.Bounds, options.Time);
        var resources = new ResourceHandler(core.Registry, core.Authorizer, responder, new PodLogs(options.Nodes),
            new PodStreams(options.Nodes, options.Time), proxy, options.Chance, gate, stopping);
        var documents = new DocumentHandler(responder, new DiscoveryDocuments(core.Served), options.OpenApi?.Invoke(core.Served), parts.Tokens,
            parts.Flows, parts.Health = new HealthChecks(options.Store, stopping), new StoreBackupResponse(options.Store, options.Time), options.Metrics);
        return new HttpFront(parts.Authenticator!, core.Authorizer, resources, documents, parts.Audit, options.OnFault);
    }

    private static WebApplication Build(ApiServerOptions options, Func<SslServerAuthenticationOptions> handshake)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        // The host process decides about signals, not the web server.
        builder.Services.AddHttpForwarder();
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(2));
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel =>
        {
            Bound(kestrel.Limits, options.Bounds);
            kestrel.AddServerHeader = false;
            kestrel.AllowSynchronousIO = false;
            // Kubernetes' clients read warnings as UTF-8; of all other headers the server writes ASCII alone. Over HTTP/1.1 the web
            // server asks without a name when it writes this one.
            kestrel.ResponseHeaderEncodingSelector = static name => name.Length == 0 || name.Equals("Warning", StringComparison.OrdinalIgnoreCase) ? Encoding.UTF8 : null;
            kestrel.Listen(options.Address, options.Port, endpoint =>
            {
                endpoint.Protocols = HttpProtocols.Http1AndHttp2;
                endpoint.UseHttps(new TlsHandshakeCallbackOptions { OnConnection = _ => ValueTask.FromResult(handshake()) });
                KestrelRefusals.Use(endpoint);
            });
        });
        return builder.Build();
    }

    private static void Bound(KestrelServerLimits limits, RequestBounds bounds)
    {
        RequestLimits.Set(limits);
        limits.MaxConcurrentConnections = bounds.Connections;
        limits.MaxConcurrentUpgradedConnections = bounds.Connections;
        limits.RequestHeadersTimeout = TimeSpan.FromSeconds(30);
        limits.Http2.MaxStreamsPerConnection = 1000;
        // Counted only while something waits to be read: a silent watch is not cut, a reader that stopped is.
        limits.MinResponseDataRate = new MinDataRate(240, TimeSpan.FromSeconds(30));
    }

    private static Uri AddressOf(WebApplication web)
    {
        var addresses = web.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>();
        var address = new UriBuilder(addresses!.Addresses.First());
        // Whoever listens everywhere is reached here too, and the certificate holds for that.
        if (IPAddress.TryParse(address.Host.Trim('[', ']'), out var listens) && (listens.Equals(IPAddress.Any) || listens.Equals(IPAddress.IPv6Any)))
            address.Host = IPAddress.Loopback.ToString();
        return address.Uri;
    }

    private sealed record Parts(
        Task<ServerKeys> Keys, TokenSigner Signer, ServiceAccountTokens Tokens, FlowControl Flows, WatchCount Watches, AuditLog Audit, ITaskRunner Runner)
    {
        public Authenticator? Authenticator { get; set; }

        public HealthChecks? Health { get; set; }

        public HttpWebhookTransport Webhooks { get; } = new();

        public static Parts Of(ApiServerOptions options)
        {
            var runner = new ThreadPoolTaskRunner(fault => options.OnFault(fault.Exception));
            var keys = options.Keys ?? runner.Begin("keys", () => Task.FromResult(ServerKeys.Open(options.DataFolder, options.KeySettings, options.Time, options.Chance)));
            var signer = TokenSigner.Open(ServerKeys.FolderOf(options.DataFolder));
            var audit = new AuditLog(options.DataFolder, options.Audit, options.Time, options.Chance, runner, options.OnFault);
            return new Parts(keys, signer, new ServiceAccountTokens(signer, options.Time, options.Chance),
                new FlowControl(options.Bounds, options.Time), new WatchCount(options.Bounds), audit, runner);
        }
    }

    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
