using Holdfast.Node.Probes;
using Holdfast.Node.Runtime;
using Holdfast.Platform;
using Holdfast.Platform.Simulation;
using Holdfast.Simulator.Checkers;
using Holdfast.Simulator.Ledger;
using Holdfast.Simulator.Options;
using Holdfast.Simulator.Story;

namespace Holdfast.Simulator.World;

/// <summary>What a machine works with.</summary>
/// <param name="NodeName">Its name.</param>
/// <param name="Options">How long things take.</param>
/// <param name="Scheduler">Runs everything.</param>
/// <param name="Chance">Chooses.</param>
/// <param name="Truth">Holds what runs and what is stored.</param>
/// <param name="Story">What is told.</param>
/// <param name="Claims">Told what a pod found on its volume.</param>
/// <param name="Ledger">The data system whose members run here; null when there is none.</param>
internal sealed record MachineParts(
    string NodeName, SimulationOptions Options, SingleThreadScheduler Scheduler, IChance Chance, GroundTruth Truth, StoryTeller Story, ClaimChecker Claims, LedgerSystem? Ledger);

/// <summary>
/// A machine on which processes run, whether or not an agent looks after them: they start, become ready, end when they are asked and die with
/// the machine. The processes in the <see cref="ProcessTable"/> are the truth.
/// </summary>
/// <param name="parts">What it works with.</param>
internal sealed class Machine(MachineParts parts) : IPodNetwork
{
    private readonly SortedDictionary<string, (PodSandbox Sandbox, string Logs)> _sandboxes = new(StringComparer.Ordinal);
    private readonly List<MachineContainer> _containers = [];
    private SimulatedProcess _power = parts.Scheduler.CreateProcess($"machine {parts.NodeName}");
    private int _lastAddress;

    public TimeProvider Time => parts.Scheduler.Time;

    public MachineParts Parts => parts;

    public IEnumerable<(PodSandbox Sandbox, string Logs)> Sandboxes => _sandboxes.Values;

    /// <summary>The containers of a pod, by name and attempt.</summary>
    public IEnumerable<MachineContainer> ContainersOf(string podUid) => _containers.Where(container => container.Spec.Id.PodUid == podUid)
        .OrderBy(container => container.Spec.Id.Name, StringComparer.Ordinal).ThenBy(container => container.Spec.Id.Attempt);

    public MachineContainer Find(ContainerId id) => _containers.Find(container => container.Spec.Id == id) ?? throw RuntimeErrors.NoContainer(id);

    public PodSandbox? Sandbox(string podUid) => _sandboxes.TryGetValue(podUid, out var known) ? known.Sandbox : null;

    public PodSandbox MakeSandbox(PodSandboxSpec spec)
    {
        var index = _lastAddress++;
        var sandbox = new PodSandbox
        {
            Namespace = spec.Namespace,
            Name = spec.Name,
            Uid = spec.Uid,
            Address = spec.RequestedAddress ?? $"127.{20 + parts.NodeName[^1] - 'a'}.{index / 250}.{(index % 250) + 1}",
            CreatedAt = Time.GetUtcNow(),
        };
        _sandboxes.Add(spec.Uid, (sandbox, spec.LogDirectory));
        return sandbox;
    }

    public void RemoveSandbox(string podUid)
    {
        _sandboxes.Remove(podUid);
        _containers.RemoveAll(container => container.Spec.Id.PodUid == podUid);
    }

    public void Remove(MachineContainer container) => _containers.Remove(container);

    /// <summary>A folder is prepared for a pod: if it is a volume's, its claim must be there to stay.</summary>
    public void Prepare(string path)
    {
        if (path.StartsWith(VolumeDisks.Folder, StringComparison.Ordinal))
            parts.Claims.OnPrepared(parts.NodeName, ClaimUid(path));
    }

    /// <summary>Begins to start a container; it goes on whatever becomes of who asked.</summary>
    public MachineContainer Begin(ContainerSpec spec)
    {
        var logs = _sandboxes[spec.Id.PodUid].Logs;
        var container = new MachineContainer(spec, new ContainerStatus
        {
            Id = spec.Id,
            Image = spec.Image.Reference,
            State = ContainerState.Starting,
            CreatedAt = Time.GetUtcNow(),
            LogPath = $"{logs}/{spec.LogFile}",
        })
        {
            IsStubborn = parts.Chance.Next(8) == 0,
            StopTime = parts.Options.StopDelay * parts.Chance.NextDouble(),
        };
        _containers.Add(container);
        Run("start", async stop =>
        {
            await Time.DelayAsync(parts.Options.StartDelay * parts.Chance.NextDouble(), stop);
            await LiveAsync(container, stop);
        });
        return container;
    }

    /// <summary>SIGTERM: it ends in its own time, whatever becomes of who asked.</summary>
    public void Ask(MachineContainer container)
    {
        if (container.IsAsked || container.HasExited)
            return;
        container.IsAsked = true;
        if (container.Process is { } process)
        {
            parts.Truth.Processes.SetReady(process, false);
            parts.Ledger?.Drain(process);
        }
        if (!container.IsStubborn)
            Run("end", async stop =>
            {
                await Time.DelayAsync(container.StopTime, stop);
                End(container, 143);
            });
    }

    /// <summary>All of it has ended.</summary>
    public void End(MachineContainer container, int code, string reason = ContainerExitReason.Error)
    {
        if (container.HasExited && container.Process is null)
            return;
        if (container.Process is { } process)
        {
            parts.Truth.Processes.End(process);
            parts.Ledger?.End(process);
            parts.Story.Tell(parts.NodeName, $"{process.PodName} has ended{(code is 143 ? "" : $" with {code}")}");
            container.Process = null;
        }
        Report(container, code, reason);
    }

    /// <summary>Says that it has ended.</summary>
    public void Report(MachineContainer container, int code, string reason = ContainerExitReason.Error)
    {
        if (container.HasExited)
            return;
        container.Status = container.Status with
        {
            State = ContainerState.Exited,
            Exit = new ContainerExit { Code = code, Signal = LinuxSignal.FromExitCode(code), Reason = reason, FinishedAt = Time.GetUtcNow() },
        };
        container.Started.TrySetResult(container.Status);
        container.Ended.TrySetResult(container.Status);
    }

    /// <summary>Makes a pod's processes fail, if they run here.</summary>
    public bool Fail(string podUid, int code)
    {
        var running = ContainersOf(podUid).Where(container => !container.HasExited).ToList();
        running.ForEach(container => End(container, code));
        return running.Count > 0;
    }

    /// <summary>The power goes: everything that runs ends at once, and nobody keeps how.</summary>
    public void Kill()
    {
        _power.Kill();
        _power = parts.Scheduler.CreateProcess($"machine {parts.NodeName}");
        foreach (var container in _containers.ToList())
            End(container, 137, ContainerExitReason.ContainerStatusUnknown);
    }

    public Task<int> GetAsync(Uri address, IReadOnlyList<KeyValuePair<string, string>> headers, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var sandbox = _sandboxes.Values.Select(each => each.Sandbox).FirstOrDefault(sandbox => sandbox.Address == address.Host);
        var isReady = sandbox is not null && ContainersOf(sandbox.Uid).Any(container => container.Process is { IsReady: true });
        return isReady ? Task.FromResult(200) : throw new PodNetworkException("connection refused");
    }

    public Task ConnectAsync(string host, int port, TimeSpan timeout, CancellationToken cancellationToken) => Task.CompletedTask;

    private async Task LiveAsync(MachineContainer container, CancellationToken stop)
    {
        if (container.HasExited || !_sandboxes.TryGetValue(container.Spec.Id.PodUid, out var pod))
            return;
        var volumes = container.Spec.Mounts.Where(mount => mount.HostPath.StartsWith(VolumeDisks.Folder, StringComparison.Ordinal))
            .ToDictionary(mount => ClaimName(mount.HostPath), mount => new MountedPath(mount.HostPath, ClaimUid(mount.HostPath), parts.Options.IsForOnePod));
        var process = new PodProcess(pod.Sandbox.Namespace, pod.Sandbox.Name, pod.Sandbox.Uid, container.Spec.Id.Name, parts.NodeName, container.Spec.Image.Reference, volumes);
        container.Process = process;
        container.Status = container.Status with { State = ContainerState.Running, StartedAt = Time.GetUtcNow() };
        parts.Truth.Processes.Start(process);
        parts.Story.Tell(parts.NodeName, $"{process.PodName} runs {process.Image}{(container.Spec.Id.Attempt > 0 ? ", again" : "")}");
        foreach (var (claim, path) in volumes)
        {
            var (found, earlier) = parts.Truth.Disks.Mount(parts.NodeName, path.Path, process.PodName);
            parts.Claims.OnMount(process, claim, path, found, earlier);
        }
        container.Started.TrySetResult(container.Status);
        if (parts.Ledger is { } ledger && LedgerSystem.IsMember(process))
        {
            if (!container.IsAsked)
                await ledger.Start(process, pod.Sandbox.Address).RunAsync(stop);
            return;
        }
        var isOfSet = process.Volumes.Count > 0;
        var hasProbe = parts.Options.HasProbes && isOfSet;
        var isBroken = process.Image.Contains("broken", StringComparison.Ordinal);
        // Without a probe nobody knows better: what runs counts as ready, and what is broken ends again.
        if (!hasProbe && !container.IsAsked)
            parts.Truth.Processes.SetReady(process, true);
        await Time.DelayAsync(parts.Options.ReadyDelay * parts.Chance.NextDouble(), stop);
        if (process.Image.Contains("job", StringComparison.Ordinal))
            End(container, 0);
        else if (isBroken && !hasProbe)
            End(container, 1);
        else if (!isBroken && container is { Process: not null, IsAsked: false })
            parts.Truth.Processes.SetReady(process, true);
    }

    // A volume is named after its claim: pvc-UID.
    private static string ClaimUid(string path) => path[(path.IndexOf("pvc-", StringComparison.Ordinal) + 4)..];

    private string ClaimName(string path) => parts.Truth.World.ByUid(ClaimUid(path))?.Metadata.Name ?? ClaimUid(path);

    private void Run(string what, Func<CancellationToken, Task> work) => _ = new SimulatedTaskRunner(_power, fault => parts.Scheduler.Main.Post(_ => throw fault.Exception, null))
        .Start($"{what} on {parts.NodeName}", work, CancellationToken.None);
}
