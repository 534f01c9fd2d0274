using System.Globalization;
using Holdfast.Platform;

namespace Holdfast.Node.Runtime;

/// <summary>
/// A runtime whose containers run nothing: they are running at once, and end when they are stopped or when a test
/// or the simulator says so. No threads, no disk; the same calls in the same order give the same results.
/// </summary>
/// <param name="time">The clock for times in statuses and for grace periods.</param>
/// <param name="networkPrefix">First two bytes of the addresses it gives, such as <c>127.20</c>.</param>
public sealed class FakeContainerRuntime(TimeProvider time, string networkPrefix = "127.20") : IContainerRuntime
{
    private const int AddressCapacity = 250 * 250;

    private readonly SortedDictionary<string, FakePod> _pods = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Namespace, string Name), List<FakePod>> _byName = [];
    private readonly HashSet<string> _addresses = new(StringComparer.Ordinal);
    private int _lastAddress;

    // An agent's workers come from several threads; in the simulator there is one, and nobody waits.
    private readonly Lock _gate = new();

    /// <inheritdoc/>
    public RuntimeInfo Info { get; } = new() { Name = "fake", Version = "1" };

    /// <inheritdoc/>
    public IImageStore Images { get; } = new AnyImage();

    /// <summary>How long a container takes until its program runs, whatever becomes of who asked for it; zero unless set.</summary>
    public TimeSpan StartTime { get; set; } = TimeSpan.Zero;

    /// <summary>How long a container takes to end after it was asked to; zero unless set.</summary>
    public TimeSpan TerminationTime { get; set; } = TimeSpan.Zero;

    /// <summary>Decides what a command gives; null answers every command with exit code 0.</summary>
    public Func<ExecRequest, ExecResult>? OnExec { get; set; }

    /// <summary>Makes a start fail when it returns an exception; null lets every start succeed.</summary>
    public Func<ContainerSpec, RuntimeException?>? OnStart { get; set; }

    /// <inheritdoc/>
    public Task<PodSandbox> EnsureSandboxAsync(PodSandboxSpec spec, CancellationToken cancellationToken)
    {
        using Lock.Scope held = _gate.EnterScope();
        ArgumentNullException.ThrowIfNull(spec);
        cancellationToken.ThrowIfCancellationRequested();
        if (_pods.TryGetValue(spec.Uid, out FakePod? known)) return Task.FromResult(known.Sandbox);
        if (!_byName.TryGetValue((spec.Namespace, spec.Name), out List<FakePod>? namesakes))
            _byName[(spec.Namespace, spec.Name)] = namesakes = [];
        if (namesakes.Find(pod => pod.HasRunning) is { } other) throw RuntimeErrors.NameInUse(spec, other.Sandbox.Uid);
        PodSandbox sandbox = new()
        {
            Namespace = spec.Namespace,
            Name = spec.Name,
            Uid = spec.Uid,
            Address = spec.RequestedAddress ?? NextAddress(),
            CreatedAt = time.GetUtcNow(),
        };
        FakePod made = new(sandbox, spec.LogDirectory);
        _pods.Add(spec.Uid, made);
        namesakes.Add(made);
        _addresses.Add(sandbox.Address);
        return Task.FromResult(sandbox);
    }

    /// <inheritdoc/>
    public Task<ContainerStatus> StartContainerAsync(ContainerSpec spec, CancellationToken cancellationToken)
    {
        using Lock.Scope held = _gate.EnterScope();
        ArgumentNullException.ThrowIfNull(spec);
        cancellationToken.ThrowIfCancellationRequested();
        if (!_pods.TryGetValue(spec.Id.PodUid, out FakePod? pod)) throw RuntimeErrors.NoSandbox(spec.Id.PodUid);
        ContainerId? obstacle = pod.Containers.Keys
            .Where(id => id == spec.Id || (id.Name == spec.Id.Name && !pod.Containers[id].HasExited))
            .Cast<ContainerId?>().FirstOrDefault();
        if (obstacle is { } id) throw RuntimeErrors.AttemptInTheWay(spec.Id, id);
        FakeContainer container = new(NewStatus(spec, pod));
        pod.Containers.Add(spec.Id, container);
        if (OnStart?.Invoke(spec) is { } failure)
        {
            End(container, failure is ContainerStartException start ? start.ExitCode : 128, ContainerExitReason.StartError, failure.Problem);
            throw failure;
        }

        if (StartTime > TimeSpan.Zero) return StartLaterAsync(container, cancellationToken);
        Run(container);
        return Task.FromResult(container.Status);
    }

    /// <inheritdoc/>
    public Task SignalAsync(ContainerId id, int signal, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        FakeContainer container = Find(id);
        if (signal is LinuxSignal.Terminate or LinuxSignal.Interrupt or LinuxSignal.Kill) ExitWith(id, 128 + signal);
        return Task.FromResult(container.Status);
    }

    /// <inheritdoc/>
    public async Task<ContainerStatus> StopContainerAsync(ContainerId id, TimeSpan grace, CancellationToken cancellationToken)
    {
        FakeContainer container = Find(id);
        if (container.HasExited) return container.Status;
        bool obeys = TerminationTime <= grace;
        TimeSpan wait = obeys ? TerminationTime : grace;
        if (wait > TimeSpan.Zero)
            await EndedOrPassedAsync(container, wait, cancellationToken);
        cancellationToken.ThrowIfCancellationRequested();
        ExitWith(id, 128 + (obeys ? LinuxSignal.Terminate : LinuxSignal.Kill));
        return container.Status;
    }

    /// <inheritdoc/>
    public Task<ContainerStatus> WaitExitAsync(ContainerId id, CancellationToken cancellationToken) =>
        Find(id).Ended.Task.WaitAsync(cancellationToken);

    /// <inheritdoc/>
    public Task RemoveContainerAsync(ContainerId id, CancellationToken cancellationToken)
    {
        using Lock.Scope held = _gate.EnterScope();
        if (!Find(id).HasExited) throw RuntimeErrors.StillRunning(id);
        _pods[id.PodUid].Containers.Remove(id);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task RemoveSandboxAsync(string podUid, CancellationToken cancellationToken)
    {
        using Lock.Scope held = _gate.EnterScope();
        if (!_pods.TryGetValue(podUid, out FakePod? pod)) return Task.CompletedTask;
        foreach ((ContainerId id, FakeContainer container) in pod.Containers)
        {
            if (!container.HasExited) throw RuntimeErrors.StillRunning(id);
        }

        _pods.Remove(podUid);
        _addresses.Remove(pod.Sandbox.Address);
        (string, string) name = (pod.Sandbox.Namespace, pod.Sandbox.Name);
        if (_byName.TryGetValue(name, out List<FakePod>? namesakes) && namesakes.Remove(pod) && namesakes.Count == 0)
            _byName.Remove(name);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<PodRuntimeStatus>> ListAsync(CancellationToken cancellationToken)
    {
        using Lock.Scope held = _gate.EnterScope();
        cancellationToken.ThrowIfCancellationRequested();
        return Task.FromResult<IReadOnlyList<PodRuntimeStatus>>(
            [.. _pods.Values.Select(pod => new PodRuntimeStatus(pod.Sandbox, [.. pod.Containers.Values.Select(c => c.Status)]))]);
    }

    /// <inheritdoc/>
    public Task<ExecResult> ExecAsync(ExecRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        cancellationToken.ThrowIfCancellationRequested();
        if (Find(request.Id).HasExited) throw RuntimeErrors.NotRunning(request.Id);
        return Task.FromResult(OnExec?.Invoke(request) ?? new ExecResult(0, HasTimedOut: false));
    }

    /// <inheritdoc/>
    public async Task AttachAsync(AttachRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (Find(request.Id).HasExited) throw RuntimeErrors.NotRunning(request.Id);
        await WaitExitAsync(request.Id, cancellationToken);
    }

    /// <summary>Ends a running container, as if its program had; nothing happens if it has ended.</summary>
    /// <param name="id">The container.</param>
    /// <param name="exitCode">Its exit code; 128 + n for an end by signal n.</param>
    public void ExitWith(ContainerId id, int exitCode)
    {
        using Lock.Scope held = _gate.EnterScope();
        FakeContainer container = Find(id);
        if (!container.HasExited)
            End(container, exitCode, exitCode == 0 ? ContainerExitReason.Completed : ContainerExitReason.Error, message: null);
    }

    /// <summary>Lets go of nothing: there are no resources.</summary>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private async Task<ContainerStatus> StartLaterAsync(FakeContainer container, CancellationToken cancellationToken)
    {
        var started = Completions.Source();
        container.Start = time.CreateTimer(
            _ =>
            {
                using Lock.Scope held = _gate.EnterScope();
                if (!container.HasExited) Run(container);
                started.TrySetResult();
            },
            null, StartTime, Timeout.InfiniteTimeSpan);
        await started.Task.WaitAsync(cancellationToken);
        return container.Status;
    }

    private void Run(FakeContainer container) =>
        container.Status = container.Status with { State = ContainerState.Running, StartedAt = time.GetUtcNow() };

    // A delay that is cancelled under WhenAny would leave the simulated thread; a source of our own does not.
    private async Task EndedOrPassedAsync(FakeContainer container, TimeSpan wait, CancellationToken cancellationToken)
    {
        var passed = Completions.Source();
        await using var timer = time.CreateTimer(_ => passed.TrySetResult(), null, wait, Timeout.InfiniteTimeSpan);
        await using var cancelled = cancellationToken.UnsafeRegister(_ => passed.TrySetResult(), null);
        await Task.WhenAny(container.Ended.Task, passed.Task);
    }

    private void End(FakeContainer container, int code, string reason, string? message)
    {
        container.Status = container.Status with
        {
            State = ContainerState.Exited,
            Exit = new ContainerExit
            {
                Code = code,
                Signal = LinuxSignal.FromExitCode(code),
                Reason = reason,
                Message = message,
                FinishedAt = time.GetUtcNow(),
            },
        };
        container.Ended.SetResult(container.Status);
    }

    private ContainerStatus NewStatus(ContainerSpec spec, FakePod pod) => new()
    {
        Id = spec.Id,
        Image = spec.Image.Reference,
        State = ContainerState.Starting,
        CreatedAt = time.GetUtcNow(),
        LogPath = Path.Combine(pod.LogDirectory, spec.LogFile),
    };

    private FakeContainer Find(ContainerId id)
    {
        using Lock.Scope held = _gate.EnterScope();
        return _pods.TryGetValue(id.PodUid, out FakePod? pod) && pod.Containers.TryGetValue(id, out FakeContainer? container)
            ? container
            : throw RuntimeErrors.NoContainer(id);
    }

    private string NextAddress()
    {
        if (_pods.Count >= AddressCapacity)
            throw RuntimeErrors.NoAddress(networkPrefix + ".0.0/16");
        string address;
        do
        {
            _lastAddress = (_lastAddress % AddressCapacity) + 1;
            int index = _lastAddress - 1;
            address = string.Create(CultureInfo.InvariantCulture, $"{networkPrefix}.{index / 250}.{(index % 250) + 1}");
        }
        while (_addresses.Contains(address));
        return address;
    }

    private sealed class FakePod(PodSandbox sandbox, string logDirectory)
    {
        public PodSandbox Sandbox { get; } = sandbox;

        public string LogDirectory { get; } = logDirectory;

        public SortedDictionary<ContainerId, FakeContainer> Containers { get; } = new(Comparer<ContainerId>.Create(
            (a, b) => string.CompareOrdinal(a.Name, b.Name) is var order && order != 0 ? order : a.Attempt.CompareTo(b.Attempt)));

        public bool HasRunning => Containers.Values.Any(container => !container.HasExited);
    }

    private sealed class FakeContainer(ContainerStatus status)
    {
        public ContainerStatus Status { get; set; } = status;

        public ITimer? Start { get; set; }

        public TaskCompletionSource<ContainerStatus> Ended { get; } = Completions.Source<ContainerStatus>();

        public bool HasExited => Status.State == ContainerState.Exited;
    }

    private sealed class AnyImage : IImageStore
    {
        public Task<ImageEntry> ResolveAsync(string reference, CancellationToken cancellationToken) =>
            Task.FromResult(new ImageEntry { Reference = ImageReference.Normalize(reference) });

        public Task<IReadOnlyList<ImageEntry>> ListAsync(CancellationToken cancellationToken) =>
            Task.FromResult<IReadOnlyList<ImageEntry>>([]);
    }
}
