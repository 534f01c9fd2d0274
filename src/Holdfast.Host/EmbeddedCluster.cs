using System.Diagnostics;
using System.Net;
using Holdfast.ApiServer;
using Holdfast.ApiServer.Security;
using Holdfast.Client;
using Holdfast.Node.Process;
using Holdfast.Platform;
using Holdfast.Platform.Metrics;
using Holdfast.Store;

namespace Holdfast.Host;

/// <summary>
/// A Kubernetes cluster in this process: API server, controllers, scheduler, nodes, volumes and DNS, all on loopback. What
/// <c>holdfast up</c> runs, and what a test in .NET holds with <c>await using</c>.
/// </summary>
/// <example>
/// <code>
/// await using var cluster = await EmbeddedCluster.StartAsync(new EmbeddedClusterOptions(), cancellationToken);
/// await cluster.Client.CreateAsync(pod, cancellationToken);
/// </code>
/// </example>
public sealed class EmbeddedCluster : IAsyncDisposable
{
    private readonly ClusterFolder _folder;
    private readonly ClusterFaults _faults;
    private readonly List<(string Name, Func<bool, Task> Stop)> _stops = [];
    private readonly TimeProvider _time = TimeProvider.System;
    private readonly IChance _chance = new SystemChance();
    private readonly MetricRegistry _metrics = new();
    private readonly ThreadPoolTaskRunner _runner;
    private readonly EmbeddedClusterOptions _options;
    private readonly ClusterNodeProxy _nodeLogs = new(TimeProvider.System);
    private KubernetesClient? _client;
    private bool _isStopped;

    private EmbeddedCluster(EmbeddedClusterOptions options, ClusterFolder folder)
    {
        (_options, _folder) = (options, folder);
        _faults = new ClusterFaults();
        _runner = new ThreadPoolTaskRunner(OnFault);
        Log = new HostLog(Path.Combine(folder.Path, "holdfast.log"), _time, _runner);
        Stopping("log", async () => await Log.DisposeAsync());
    }

    /// <summary>A typed client with the administrator's rights, in process.</summary>
    public KubernetesClient Client => _client ?? throw new InvalidOperationException("The cluster's API server has not started.");

    /// <summary>Where the API server is reached.</summary>
    public Uri Server { get; private set; } = new("https://127.0.0.1");

    /// <summary>The kubeconfig that was written.</summary>
    public string Kubeconfig => _options.Kubeconfig ?? KubeconfigOf(_folder.Path);

    /// <summary>The folder that holds everything.</summary>
    public string DataFolder => _folder.Path;

    /// <summary>Where the cluster's DNS answers.</summary>
    public IPEndPoint Dns { get; private set; } = new(IPAddress.Loopback, 0);

    private HostLog Log { get; }

    /// <summary>Where a cluster's kubeconfig is unless the options say otherwise.</summary>
    /// <param name="dataFolder">The cluster's data folder.</param>
    public static string KubeconfigOf(string dataFolder) => Path.Combine(dataFolder, "kubeconfig");

    /// <summary>Where a cluster's store is.</summary>
    /// <param name="dataFolder">The cluster's data folder.</param>
    public static string StoreOf(string dataFolder) => Path.Combine(dataFolder, ClusterFolder.StoreFile);

    /// <summary>Starts a cluster; when this ends, its API answers and its nodes are ready.</summary>
    /// <param name="options">How it is set up.</param>
    /// <param name="cancellationToken">Gives the start up; what has been started is stopped again.</param>
    /// <exception cref="ClusterException">It cannot be started; the message says why and what to do.</exception>
    public static async Task<EmbeddedCluster> StartAsync(EmbeddedClusterOptions options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Check();
        var folder = await ClusterFolder.OpenAsync(options, cancellationToken);
        var cluster = new EmbeddedCluster(options, folder);
        try
        {
            await cluster.StartPartsAsync(cancellationToken);
            return cluster;
        }
        catch (Exception error)
        {
            // What cannot be explained is told by the log, which stays.
            var explained = StartFailure.Explain(error, options);
            if (explained is not null)
            {
                folder.Abandon();
            }
            await cluster.StopAsync(leavePods: true);
            if (explained is not null)
            {
                throw explained;
            }
            throw;
        }
    }

    /// <summary>Waits until the caller wants to stop or the cluster cannot go on.</summary>
    /// <param name="cancellationToken">The caller's wish.</param>
    /// <returns>Why the cluster cannot go on, in words; null when the caller wanted to stop.</returns>
    public async Task<string?> WaitForStopAsync(CancellationToken cancellationToken)
    {
        var wanted = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = cancellationToken.Register(() => wanted.TrySetResult());
        return await Task.WhenAny(wanted.Task, _faults.First) == wanted.Task ? null : await _faults.First;
    }

    /// <summary>Stops the cluster in order.</summary>
    /// <param name="leavePods">Whether pods are left running, for the next start to find.</param>
    public async Task StopAsync(bool leavePods)
    {
        if (_isStopped)
        {
            return;
        }
        _isStopped = true;
        foreach (var (_, stop) in Enumerable.Reverse(_stops))
        {
            await stop(leavePods);
        }
        _folder.Dispose();
    }

    /// <summary>Stops the cluster and its pods.</summary>
    public async ValueTask DisposeAsync() => await StopAsync(leavePods: false);

    /// <summary>A part that fails unforeseen ends the cluster; the log keeps where it was.</summary>
    private void OnFault(TaskFault fault)
    {
        Log.Write(new LogEntry(LogSeverity.Error, fault.Name, fault.Exception.ToString()));
        _faults.Report($"the part \"{fault.Name}\" failed: {fault.Exception.Message}");
    }

    private async Task StartPartsAsync(CancellationToken cancellationToken)
    {
        var addresses = AddressPlan.Claim(_folder.Path);
        Stopping("addresses", () => { addresses.Dispose(); return Task.CompletedTask; });
        // Takes long and waits for nothing: it is awaited where it is needed.
        var keys = Beside("keys", () => Task.FromResult(ServerKeys.Open(_folder.Path, new(_options.Address, addresses.ServiceBlock), _time, _chance)));
        var store = await TimedAsync("store", () => OpenStoreAsync(cancellationToken), opened => $"revision {opened.CurrentRevision}");
        var api = await TimedAsync("API server", () => StartApiAsync(store, keys, addresses, cancellationToken), _ => Server.GetLeftPart(UriPartial.Authority));
        var isolation = Beside("isolation trial", () => ClusterNodes.TryIsolationAsync(_options, _folder.Path, _time, cancellationToken));
        var controllers = ClusterControllers.Make(
            Environment(api, UserInfo.Component("kube-controller-manager")), ClusterWiring.WatchedKinds(api), _folder.Volumes, api.AuthorityPem);
        var network = await TimedAsync("DNS", () => Task.FromResult(StartNetwork(addresses, controllers)), started => started.Dns.ToString());
        foreach (var name in await RetiredNodes.RetireAsync(Client, _folder.Path, _options.Nodes, Log, cancellationToken))
        {
            Log.Write(new LogEntry(LogSeverity.Information, "nodes", $"{name} is not asked for any more; its pods are ended and it is gone"));
        }
        await Task.WhenAll(
            TimedAsync("controllers", () => StartControllersAsync(controllers, network, cancellationToken), names => names),
            _options.Nodes == 0 ? Task.CompletedTask : TimedAsync("nodes", () => StartNodesAsync(api, addresses, network, isolation, cancellationToken), nodes => nodes));
        if (_options.HasSteward)
        {
            await TimedAsync("Steward", () => StartStewardAsync(api, cancellationToken), steward => $"webhooks on {steward.WebhookAddress}");
        }
        else
        {
            await ClusterSteward.LeaveOutAsync(Client, cancellationToken);
        }
    }

    private ClusterNetwork StartNetwork(AddressPlan addresses, ClusterControllers controllers)
    {
        var network = ClusterNetwork.Start(addresses, controllers.Caches, _runner, _chance, _time);
        Stopping("network", async () => await network.DisposeAsync());
        Dns = network.Dns;
        return network;
    }

    private async Task<string> StartControllersAsync(ClusterControllers controllers, ClusterNetwork network, CancellationToken cancellationToken)
    {
        Stopping("controllers", async () => await controllers.DisposeAsync());
        await controllers.StartAsync(cancellationToken);
        await network.WaitForSyncAsync(cancellationToken);
        return string.Join(", ", controllers.Names);
    }

    private async Task<string> StartNodesAsync(
        ApiServerHost api, AddressPlan addresses, ClusterNetwork network, Task<IsolationTrial?> isolation, CancellationToken cancellationToken)
    {
        var nodes = new ClusterNodes(_options, _folder, addresses, network, isolation, _runner, _time);
        _stops.Add(("nodes", nodes.StopAsync));
        await nodes.StartAsync(name => Environment(api, UserInfo.Node(name)), Server, cancellationToken);
        _nodeLogs.Attach(nodes);
        return string.Join(", ", nodes.Names);
    }

    private async Task<ClusterSteward> StartStewardAsync(ApiServerHost api, CancellationToken cancellationToken)
    {
        var steward = await ClusterSteward.StartAsync(api, Environment(api, ClusterSteward.User), Client, cancellationToken);
        Stopping("Steward", async () => await steward.DisposeAsync());
        return steward;
    }

    private ClientEnvironment Environment(ApiServerHost api, UserInfo identity) =>
        new(api.InProcess(identity), _runner, _time, _chance, Log) { Metrics = _metrics };

    /// <summary>Begins a part of the start beside the rest; a stop waits for it.</summary>
    private Task<T> Beside<T>(string name, Func<Task<T>> work)
    {
        var begun = _runner.Begin(name, work);
        Stopping(name, () => Task.WhenAny(begun));
        return begun;
    }

    private void Stopping(string name, Func<Task> stop) => _stops.Add((name, _ => stop()));

    private async Task<ResourceStore> OpenStoreAsync(CancellationToken cancellationToken)
    {
        var journal = new SqliteJournal(Path.Combine(_folder.Path, ClusterFolder.StoreFile), _chance);
        var store = await ResourceStore.OpenAsync(journal, new StoreOptions(), _time, _runner, cancellationToken);
        Stopping("store", async () => await store.DisposeAsync());
        _ = _runner.Start("store watch", async _ => _faults.Report((await store.Failed).Message), CancellationToken.None);
        return store;
    }

    private async Task<ApiServerHost> StartApiAsync(ResourceStore store, Task<ServerKeys> keys, AddressPlan addresses, CancellationToken cancellationToken)
    {
        var options = ClusterWiring.ApiOptions(_folder.Path, store, Log) with
        {
            Address = _options.Address,
            Port = _options.Port,
            Keys = keys,
            Audit = _options.Audit,
            OnRenewed = WriteKubeconfig,
            ServiceBlock = addresses.ServiceBlock,
            Time = _time,
            Chance = _chance,
            Metrics = _metrics,
            Nodes = _nodeLogs,
        };
        var api = await ApiServerHost.StartAsync(options, cancellationToken);
        Stopping("API server", async () => await api.DisposeAsync());
        Server = api.Address;
        _client = new KubernetesClient(api.InProcess(UserInfo.Administrator), "holdfast");
        WriteKubeconfig(api.AdminCredentials());
        await ClusterDefaults.EnsureAsync(Client, cancellationToken);
        return api;
    }

    private void WriteKubeconfig(ClusterCredentials credentials) => KubeconfigFile.Write(
        Kubeconfig, Server, credentials.AuthorityPem, credentials.Certificate.CertificatePem, credentials.Certificate.KeyPem);

    private async Task<T> TimedAsync<T>(string name, Func<Task<T>> start, Func<T, string> detail)
    {
        var begun = Stopwatch.GetTimestamp();
        var started = await start();
        _options.Progress?.Report(new StartedPart(name, detail(started), Stopwatch.GetElapsedTime(begun)));
        return started;
    }
}
