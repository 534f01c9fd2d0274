using System.Text.Json;
using Holdfast.Node.Process.Addresses;
using Holdfast.Node.Process.Isolation;
using Holdfast.Node.Process.Launch;
using Holdfast.Node.Process.Supervision;
using Holdfast.Node.Runtime;
using Holdfast.Platform;

namespace Holdfast.Node.Process;

/// <summary>
/// A runtime whose containers are processes of this machine. Each has a minder of its own (a small shell script)
/// that outlives Holdfast, and a folder that tells a later life all it needs.
/// </summary>
/// <remarks>
/// Guarantees: nothing is made on the machine outside the node's folder; no process that is not a container's is ever
/// signalled. Assumes one runtime for each folder at a time, and callers that come one after another for the same pod
/// (different pods may come at once). Caveat: without isolation, a process that clears its environment, leaves its
/// session and loses its parents before the container is stopped can no longer be told from others.
/// </remarks>
public sealed partial class ProcessRuntime : IContainerRuntime
{
    private readonly ProcessRuntimeOptions _options;
    private readonly TimeProvider _time;
    private readonly ITaskRunner _tasks;
    private readonly HostTools _tools;
    private readonly Scripts _scripts;
    private readonly AddressAllocator _addresses;
    private readonly IsolationMode _mode;
    private readonly HostView _host = new();
    private readonly CancellationTokenSource _lettingGo = new();
    private readonly Dictionary<string, ManagedPod> _pods = new(StringComparer.Ordinal);
    private readonly List<Task> _following = [];
    private readonly Lock _gate = new();
    private int _lastExec;

    private ProcessRuntime(
        ProcessRuntimeOptions options, TimeProvider time, ITaskRunner tasks, HostTools tools, IsolationMode mode, string? complaint)
    {
        (_options, _time, _tasks, _tools, _mode) = (options, time, tasks, tools, mode);
        _scripts = Scripts.LayOut(Path.Combine(options.Folder, "runtime"));
        _addresses = AddressAllocator.Open(Path.Combine(options.Folder, "addresses.json"), options.AddressPrefix);
        Info = new RuntimeInfo
        {
            Name = "process",
            Version = typeof(ProcessRuntime).Assembly.GetName().Version?.ToString(3) ?? "0",
            Limitations = RuntimeLimitations.For(mode, Signals.EffectiveUser, complaint),
        };
    }

    /// <inheritdoc/>
    public RuntimeInfo Info { get; }

    /// <inheritdoc/>
    public IImageStore Images => _options.Images;

    private string PodsFolder => Path.Combine(_options.Folder, "pods");

    /// <summary>Finds out what the machine allows, and adopts the pods that an earlier life left in the folder.</summary>
    /// <exception cref="RuntimeException">The machine lacks a program that the runtime cannot do without.</exception>
    public static async Task<ProcessRuntime> OpenAsync(
        ProcessRuntimeOptions options, TimeProvider time, ITaskRunner tasks, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        HostTools tools = HostTools.Find();
        PrivateFile.CreateFolder(options.Folder);
        IsolationTrial isolation = options.MayIsolate
            ? options.Isolation ?? await IsolationTrial.RunAsync(options.Folder, time, cancellationToken)
            : new IsolationTrial(IsolationMode.None, "it was switched off");
        ProcessRuntime runtime = new(options, time, tasks, tools, isolation.Mode, isolation.Complaint);
        runtime.Adopt();
        return runtime;
    }

    /// <inheritdoc/>
    public Task<PodSandbox> EnsureSandboxAsync(PodSandboxSpec spec, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(spec);
        cancellationToken.ThrowIfCancellationRequested();
        Names.Check("pod uid", spec.Uid);
        lock (_gate)
        {
            if (_pods.TryGetValue(spec.Uid, out ManagedPod? known)) return Task.FromResult(known.Record.Sandbox);
            ManagedPod? other = _pods.Values.FirstOrDefault(pod =>
                pod.Record.Sandbox.Namespace == spec.Namespace && pod.Record.Sandbox.Name == spec.Name && pod.HasRunning);
            if (other is not null) throw RuntimeErrors.NameInUse(spec, other.Record.Sandbox.Uid);
            PodSandbox sandbox = new()
            {
                Namespace = spec.Namespace,
                Name = spec.Name,
                Uid = spec.Uid,
                Address = _addresses.Allocate(spec.Uid, spec.RequestedAddress),
                CreatedAt = _time.GetUtcNow(),
                Limitations = Info.Limitations,
            };
            PodFolder folder = new(Path.Combine(PodsFolder, spec.Uid));
            SandboxRecord record = SandboxFiles.Write(folder, spec, sandbox);
            _pods.Add(spec.Uid, new ManagedPod(folder, record));
            return Task.FromResult(sandbox);
        }
    }

    /// <inheritdoc/>
    public Task SignalAsync(ContainerId id, int signal, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        ManagedContainer container = Find(id);
        if (!container.HasEnded && container.Main is { } main) Signals.Send(main, signal);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public async Task<ContainerStatus> StopContainerAsync(ContainerId id, TimeSpan grace, CancellationToken cancellationToken)
    {
        ManagedContainer container = Find(id);
        if (grace > TimeSpan.Zero)
        {
            await SignalAsync(id, LinuxSignal.Terminate, cancellationToken);
            await Task.WhenAny(container.Ended, Task.Delay(grace, _time, cancellationToken));
            cancellationToken.ThrowIfCancellationRequested();
        }

        if (container.HasEnded) return container.Status;
        IReadOnlyList<ProcessIdentity> alive = await container.KillAsync(isMainKnown: true, cancellationToken);
        if (alive.Count > 0) throw StillAlive(id, alive);
        return await container.Ended.WaitAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public Task<ContainerStatus> WaitExitAsync(ContainerId id, CancellationToken cancellationToken) =>
        Find(id).Ended.WaitAsync(cancellationToken);

    /// <inheritdoc/>
    public Task RemoveContainerAsync(ContainerId id, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        ManagedContainer container = Find(id);
        if (!container.HasEnded) throw RuntimeErrors.StillRunning(id);
        Directory.Delete(container.Folder.Path, recursive: true);
        lock (_gate) _pods[id.PodUid].Containers.Remove(id);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task RemoveSandboxAsync(string podUid, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (_gate)
        {
            if (!_pods.TryGetValue(podUid, out ManagedPod? pod)) return Task.CompletedTask;
            if (pod.Containers.Values.FirstOrDefault(container => !container.HasEnded) is { } running)
                throw RuntimeErrors.StillRunning(running.Record.Id);
            // The record goes first: a crash on the way leaves a folder that is no pod any more and is swept up.
            File.Delete(pod.Folder.Record);
            Directory.Delete(pod.Folder.Path, recursive: true);
            _addresses.Release(podUid);
            _pods.Remove(podUid);
        }

        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<PodRuntimeStatus>> ListAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (_gate)
        {
            return Task.FromResult<IReadOnlyList<PodRuntimeStatus>>(
            [
                .. _pods.Values.OrderBy(pod => pod.Record.Sandbox.Uid, StringComparer.Ordinal).Select(pod => new PodRuntimeStatus(
                    pod.Record.Sandbox,
                    [.. pod.Containers.Values.Select(container => container.Status).OrderBy(status => status.Id.Name, StringComparer.Ordinal).ThenBy(status => status.Id.Attempt)])),
            ]);
        }
    }

    /// <summary>Lets go of every container; all of them go on running.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_lettingGo.IsCancellationRequested) return;
        await _lettingGo.CancelAsync();
        Task[] following;
        lock (_gate) following = [.. _following];
        await Task.WhenAll(following);
    }

    private static RuntimeException StillAlive(ContainerId id, IReadOnlyList<ProcessIdentity> alive) => new(
        RuntimeErrorKind.StillAlive,
        $"container {id}",
        $"its processes {string.Join(", ", alive.Select(process => process.Pid))} were killed and are still there",
        "Look at what they wait for (often a disk or network file system), and try again");

    private ManagedContainer Find(ContainerId id)
    {
        lock (_gate)
        {
            return _pods.TryGetValue(id.PodUid, out ManagedPod? pod) && pod.Containers.TryGetValue(id, out ManagedContainer? container)
                ? container
                : throw RuntimeErrors.NoContainer(id);
        }
    }

    private void Follow(ManagedContainer container, System.Diagnostics.Process? minder)
    {
        lock (_gate)
        {
            _following.RemoveAll(task => task.IsCompletedSuccessfully);
            _following.Add(_tasks.Start(
                $"container {container.Record.Id}", _ => FollowUntilLetGoAsync(container, minder), CancellationToken.None));
        }
    }

    private async Task FollowUntilLetGoAsync(ManagedContainer container, System.Diagnostics.Process? minder)
    {
        using (minder)
        {
            try
            {
                await container.FollowAsync(minder, _lettingGo.Token);
            }
            catch (OperationCanceledException) when (_lettingGo.IsCancellationRequested)
            {
                // The container goes on; a later life follows it.
                container.LetGo();
            }
        }
    }

    private void Adopt()
    {
        if (!Directory.Exists(PodsFolder)) return;
        foreach (string path in Directory.EnumerateDirectories(PodsFolder))
        {
            PodFolder folder = new(path);
            if (PrivateFile.TryRead(folder.Record) is not { } text)
            {
                Directory.Delete(path, recursive: true);
                _addresses.Release(Path.GetFileName(path));
                continue;
            }

            ManagedPod pod = new(folder, JsonSerializer.Deserialize(text, ProcessJson.Default.SandboxRecord)!);
            _pods.Add(pod.Record.Sandbox.Uid, pod);
            AdoptContainers(pod);
        }
    }

    private void AdoptContainers(ManagedPod pod)
    {
        if (!Directory.Exists(pod.Folder.Containers)) return;
        foreach (string path in Directory.EnumerateDirectories(pod.Folder.Containers).SelectMany(Directory.EnumerateDirectories))
        {
            ContainerFolder folder = new(path);
            if (PrivateFile.TryRead(folder.Record) is not { } text)
            {
                // The record is written before anything runs, so nothing does.
                Directory.Delete(path, recursive: true);
                continue;
            }

            ContainerRecord record = JsonSerializer.Deserialize(text, ProcessJson.Default.ContainerRecord)!;
            ManagedContainer container = new(folder, record, _options, _time);
            pod.Containers.Add(record.Id, container);
            if (!container.RestoreEnd()) Follow(container, minder: null);
        }
    }
}
