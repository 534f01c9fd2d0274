using Holdfast.Client;
using Holdfast.Client.Caching;
using Holdfast.Client.Events;
using Holdfast.Node.Events;
using Holdfast.Node.Hooks;
using Holdfast.Node.Logs;
using Holdfast.Node.Pods;
using Holdfast.Node.Probes;
using Holdfast.Node.Registration;
using Holdfast.Node.Runtime;
using Holdfast.Node.Volumes;
using Holdfast.Platform;

namespace Holdfast.Node;

/// <summary>
/// The agent of one node: keeps the node's object and lease, and sees to it that the pods which are bound to the node run as
/// their objects say, that their statuses tell the truth, and that their objects go only after their processes.
/// </summary>
/// <remarks>
/// It reaches the cluster through the API alone. After a crash it finds its pods again through the runtime: those it knows go on,
/// those whose objects are gone are ended.
/// </remarks>
public sealed class NodeAgent : IAsyncDisposable
{
    private const string FieldManager = "kubelet";

    private readonly CancellationTokenSource _stop = new();
    private readonly NodeAgentOptions _options;
    private readonly ClientEnvironment _environment;
    private readonly NodeRegistrar _registrar;
    private readonly AgentParts _parts;
    private readonly PodWorkers _workers;
    private readonly SharedCaches _caches;
    private readonly List<Task> _loops = [];
    private IDisposable? _subscription;

    /// <summary>Makes an agent; nothing happens before <see cref="StartAsync"/>.</summary>
    /// <param name="options">What it is told.</param>
    /// <param name="environment">The server and the world.</param>
    public NodeAgent(NodeAgentOptions options, ClientEnvironment environment)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(environment);
        (_options, _environment) = (options, environment);
        var client = new KubernetesClient(environment.Transport, FieldManager);
        _registrar = new NodeRegistrar(options, client, environment);
        _caches = new SharedCaches(environment);
        _parts = MakeParts(options, environment, client);
        _workers = new PodWorkers(_parts, _stop.Token);
        Logs = new NodeLogs(_parts.Paths, _workers.Find, environment.Runner, environment.Time, _stop.Token);
    }

    /// <summary>The node's name.</summary>
    public string Name => _options.Name;

    /// <summary>The logs of the node's containers.</summary>
    public INodeLogs Logs { get; }

    /// <summary>Registers the node, takes over what an earlier life left running, and begins to work.</summary>
    /// <param name="cancellationToken">Ends the start.</param>
    /// <exception cref="ApiException">The API refused the node.</exception>
    /// <exception cref="RuntimeException">The runtime cannot be reached.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await _registrar.RegisterAsync(cancellationToken);
        _workers.Adopt(await _options.Runtime.ListAsync(cancellationToken));
        var pods = _caches.Get<Core.Pod>(new ListQuery { FieldSelector = $"spec.nodeName={_options.Name}" });
        _caches.Start(_stop.Token);
        if (_parts.Events is EventRecorder events && _options.Events is null)
            _loops.Add(events.Start(_stop.Token));
        await pods.WaitForSyncAsync(cancellationToken);
        _subscription = pods.Subscribe(_workers.OnChange);
        _workers.EndUnknown();
        RemoveForgottenFolders();
        Run("heartbeat", _registrar.RunAsync);
    }

    /// <summary>
    /// Stops the agent. Unless its pods are left running they are ended, the youngest first, each within its grace period; their
    /// objects stay, and the next start runs them again.
    /// </summary>
    /// <param name="leavePods">Whether the pods run on.</param>
    /// <param name="cancellationToken">Ends the wait for the pods; those that still run then are left.</param>
    public async Task StopAsync(bool leavePods, CancellationToken cancellationToken)
    {
        _workers.Close();
        if (!leavePods)
            await TryEndPodsAsync(cancellationToken);
        _subscription?.Dispose();
        _stop.Cancel();
        foreach (var loop in _loops)
            await loop;
        await _caches.WaitForStopAsync();
        foreach (var worker in _workers.All)
            worker.Dispose();
    }

    /// <summary>Whether a container runs now.</summary>
    /// <param name="podUid">The pod's uid.</param>
    /// <param name="container">The container's name.</param>
    public bool Runs(string podUid, string container) => _workers.Find(podUid)?.State[container] is { IsRunning: true };

    /// <summary>Runs a command in a running container.</summary>
    /// <param name="podUid">The pod's uid.</param>
    /// <param name="container">The container's name.</param>
    /// <param name="request">Makes the request for the attempt that runs.</param>
    /// <param name="cancellationToken">Ends the command.</param>
    /// <exception cref="RuntimeException">The container does not run.</exception>
    public Task<ExecResult> ExecAsync(string podUid, string container, Func<ContainerId, ExecRequest> request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        return _options.Runtime.ExecAsync(request(RunningAttempt(podUid, container)), cancellationToken);
    }

    /// <summary>Joins a running container's input and terminal until it has ended.</summary>
    /// <param name="podUid">The pod's uid.</param>
    /// <param name="container">The container's name.</param>
    /// <param name="request">Makes the request for the attempt that runs.</param>
    /// <param name="cancellationToken">Lets go of it.</param>
    /// <exception cref="RuntimeException">The container does not run, or was started without what is to be joined.</exception>
    public Task AttachAsync(string podUid, string container, Func<ContainerId, AttachRequest> request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        return _options.Runtime.AttachAsync(request(RunningAttempt(podUid, container)), cancellationToken);
    }

    private ContainerId RunningAttempt(string podUid, string container) =>
        _workers.Find(podUid)?.State[container] is { IsRunning: true, Current: { } current }
            ? current.Id
            : throw RuntimeErrors.NotRunning(new ContainerId(podUid, container, 0));

    /// <summary>Stops without ending the pods, as a crash would, unless it was stopped already.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!_stop.IsCancellationRequested)
            await StopAsync(leavePods: true, CancellationToken.None);
        _stop.Dispose();
    }

    private static AgentParts MakeParts(NodeAgentOptions options, ClientEnvironment environment, KubernetesClient client)
    {
        var paths = new NodePaths(options.DataFolder, options.Name);
        var events = options.Events ?? new EventRecorder(FieldManager, environment, options.Name);
        var payloads = new VolumePayloads(client, options.Tokens ?? new ApiServiceAccountTokens(client, environment.Time), (pod, file) => events.Record(new EventNote(
            PodReference.Of(pod, ""), "Warning", EventReason.FailedToken, $"this cluster gives no service account tokens, so the pod goes without the file {file}")));
        var claims = new ClaimVolumes(client, paths, options.VolumeFiles, NodeObject.LabelsOf(options));
        return new AgentParts(
            options, environment, client, paths, new PodVolumes(paths, options.VolumeFiles, claims, payloads), events,
            new Prober(options.Runtime, options.Network), new LifecycleHooks(options.Runtime, options.Network, environment.Time));
    }

    private async Task TryEndPodsAsync(CancellationToken cancellationToken)
    {
        try
        {
            await EndPodsAsync(cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            var left = _workers.All.Where(worker => !worker.Over.IsCompleted).Select(worker => worker.FullName);
            _parts.Log(LogSeverity.Warning, $"the time to stop in was over before all pods had ended; these are left running: {string.Join(", ", left)}");
        }
    }

    private async Task EndPodsAsync(CancellationToken cancellationToken)
    {
        var workers = _workers.All;
        foreach (var worker in workers.Reverse())
        {
            worker.EndWithAgent();
            try
            {
                await worker.Over.WaitAsync(_options.StopStagger, _environment.Time, cancellationToken);
            }
            catch (TimeoutException)
            {
                // One that takes long does not keep those before it from ending too; all are awaited below.
            }
        }
        foreach (var worker in workers)
            await worker.Over.WaitAsync(cancellationToken);
    }

    private void RemoveForgottenFolders()
    {
        foreach (var uid in _options.VolumeFiles.FoldersIn(_parts.Paths.Pods).Where(uid => _workers.Find(uid) is null))
            _parts.Volumes.Forget(uid);
    }

    private void Run(string what, Func<CancellationToken, Task> work) =>
        _loops.Add(_environment.Runner.Start($"node {_options.Name} {what}", work, _stop.Token));
}
