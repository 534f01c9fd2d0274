using Holdfast.Client;
using Holdfast.Client.Caching;
using Holdfast.Client.Streaming;
using Holdfast.Controllers.Runtime;
using Holdfast.Steward.Actions;
using Holdfast.Steward.Observation;
using Holdfast.Steward.Webhooks;

namespace Holdfast.Steward.Running;

/// <summary>The Steward as a part of a process: its controllers, its calls to members and its webhooks, over one cluster.</summary>
public sealed class StewardProcess : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly List<IAsyncDisposable> _parts = [];
    private readonly MemberDoor _door;
    private readonly MemberWatches _watches;
    private Task _running = Task.CompletedTask;

    private StewardProcess(MemberDoor door, MemberWatches watches) => (_door, _watches) = (door, watches);

    /// <summary>The port of its webhooks.</summary>
    public int WebhookPort { get; private set; }

    /// <summary>Starts a Steward; when this ends it knows the cluster, and the API server asks it before a member goes.</summary>
    /// <param name="environment">The cluster and the world.</param>
    /// <param name="api">The API server over HTTP, for commands in pods and proxies; not disposed of.</param>
    /// <param name="options">How it runs.</param>
    /// <param name="cancellationToken">Gives the start up.</param>
    /// <exception cref="ApiException">The server refused what the Steward needs.</exception>
    public static async Task<StewardProcess> StartAsync(ClientEnvironment environment, HttpClient api, StewardOptions options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(environment);
        ArgumentNullException.ThrowIfNull(options);
        var client = new KubernetesClient(environment.Transport, StewardNames.FieldManager, "steward");
        await StewardInstallation.ApplyDefinitionAsync(client, environment.Time, cancellationToken);

        var context = new ControllerContext(environment, new SharedCaches(environment), new ControllerOptions { Workers = options.Workers });
        var door = new MemberDoor(options.Route, api, new PodExec(api, environment.Time), environment.Time);
        var controllers = new StewardControllers(context, new MemberCaller(door), new Outside(api, environment.Time));
        var process = new StewardProcess(door, controllers.Watches);
        try
        {
            await process.StartAsync(controllers, context, options, cancellationToken);
            return process;
        }
        catch
        {
            await process.DisposeAsync();
            throw;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _watches.Dispose();
        await _running;
        foreach (var part in Enumerable.Reverse(_parts))
            await part.DisposeAsync();
        _door.Dispose();
        _stop.Dispose();
    }

    private async Task StartAsync(StewardControllers controllers, ControllerContext context, StewardOptions options, CancellationToken cancellationToken)
    {
        var (environment, hosts) = (context.Environment, HostsOf(options));
        var authority = await WebhookAuthorities.OpenAsync(new KubernetesClient(environment.Transport, StewardNames.FieldManager), environment.Time, cancellationToken);
        var server = await WebhookServer.StartAsync(
            new WebhookServerOptions(options.WebhookAddress, options.WebhookPort, hosts), authority, controllers.Answerer, environment.Time, environment.Log, cancellationToken);
        _parts.Add(server);
        WebhookPort = server.Port;
        var reach = new WebhookReach(
            options.WebhookService.Length > 0
                ? WebhookConfigurations.ByService(StewardOptions.Namespace, options.WebhookService, authority.CertificatePem)
                : WebhookConfigurations.ByUrl(options.WebhookHost, server.Port, authority.CertificatePem),
            options.UserName);
        var host = new ControllerHost(context);
        controllers.AddTo(host);
        WebhookRegistrar.AddTo(host, context, reach);
        _running = environment.Runner.Start("steward", host.RunAsync, _stop.Token);
        await context.Caches.WaitForSyncAsync(cancellationToken);
    }

    private static string[] HostsOf(StewardOptions options) => options.WebhookService.Length == 0
        ? [options.WebhookHost]
        : [$"{options.WebhookService}.{StewardOptions.Namespace}.svc", $"{options.WebhookService}.{StewardOptions.Namespace}.svc.cluster.local"];
}
