using Holdfast.Node.Events;
using Holdfast.Node.Planning;
using Holdfast.Node.Runtime;
using Holdfast.Node.Volumes;
using Holdfast.Platform;

namespace Holdfast.Node.Pods;

/// <summary>Carries out what was planned for a pod. What takes long runs beside the worker and comes back as a change of what is known.</summary>
internal sealed class PodOperations(AgentParts parts, PodWorker worker, CancellationToken stop)
{
    private static readonly TimeSpan StillAlivePause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan StartPoll = TimeSpan.FromMilliseconds(500);

    private readonly ContainerStart _start = new(parts);
    private readonly ContainerStops _stops = new(parts);

    /// <summary>Carries out one effect; false when it failed in a way that is not written down and is to be tried again.</summary>
    public async Task<bool> ExecuteAsync(Core.Pod pod, PodState state, PodEffect effect, CancellationToken cancellationToken)
    {
        switch (effect)
        {
            case PodEffect.MountVolumes:
                await MountAsync(pod, state, cancellationToken);
                return true;
            case PodEffect.RefreshVolumes:
                await RefreshAsync(pod, state, cancellationToken);
                return true;
            case PodEffect.EnsureSandbox:
                await MakeSandboxAsync(pod, state, cancellationToken);
                return true;
            case PodEffect.StartContainer start:
                await StartAsync(pod, state, start, cancellationToken);
                return true;
            case PodEffect.RunPostStart hook:
                RunPostStart(pod, state, hook);
                return true;
            case PodEffect.StopContainer end:
                Stop(pod, state, end);
                return true;
            case PodEffect.Release:
                return await ReleaseAsync(pod, cancellationToken);
            default:
                throw new InvalidOperationException($"{effect.GetType().Name} is not carried out here");
        }
    }

    /// <summary>Tells the worker when a container has ended.</summary>
    public void Watch(ContainerId id) => _ = parts.Environment.Runner.Start($"end of {id}", async token =>
    {
        try
        {
            NoteEnd(await parts.Runtime.WaitExitAsync(id, token));
        }
        catch (RuntimeException error)
        {
            parts.Log(LogSeverity.Warning, $"container {id} cannot be watched any more and is taken for ended: {error.Message}", error);
            NoteLost(id, error);
        }
    }, stop);

    /// <summary>Tells the worker when a container runs whose start an earlier life of the agent began: nobody awaits that start any more.</summary>
    public void FollowStart(ContainerId id) => _ = parts.Environment.Runner.Start($"start of {id}", async token =>
    {
        while (worker.State[id.Name].Current is { State: ContainerState.Starting } current && current.Id == id)
        {
            await parts.Time.DelayAsync(StartPoll, token);
            if (await FindRunningAsync(id, token) is { } running)
                NoteStart(running);
        }
    }, stop);

    private async Task MountAsync(Core.Pod pod, PodState state, CancellationToken cancellationToken)
    {
        var now = parts.Time.GetUtcNow();
        try
        {
            var mounted = await parts.Volumes.MountAsync(pod, parts.Facts(state.Sandbox?.Address ?? ""), cancellationToken);
            var changes = pod.Spec.Volumes.Any(VolumePayloads.MayChange);
            worker.Set(known => known with
            {
                Volumes = new VolumesState { IsMounted = true, Mounted = mounted, RefreshAt = changes ? now + parts.Options.Policy.VolumeRefresh : null },
            });
        }
        catch (VolumeException error)
        {
            parts.Tell(pod, "", isWarning: true, EventReason.FailedMount, error.Message);
            var count = (state.Volumes.Failure?.Count ?? 0) + 1;
            var failure = new RetriedFailure(EventReason.FailedMount, error.Message, now + parts.Options.Policy.RetryDelay(count), count);
            worker.Set(known => known with { Volumes = known.Volumes with { IsReleased = false, Failure = failure } });
        }
    }

    private async Task RefreshAsync(Core.Pod pod, PodState state, CancellationToken cancellationToken)
    {
        try
        {
            await parts.Volumes.RefreshAsync(pod, parts.Facts(state.Sandbox?.Address ?? ""), cancellationToken);
        }
        catch (VolumeException error)
        {
            // The pod runs on with what it has, as on Kubernetes.
            parts.Tell(pod, "", isWarning: true, EventReason.FailedMount, error.Message);
        }
        var next = parts.Time.GetUtcNow() + parts.Options.Policy.VolumeRefresh;
        worker.Set(known => known with { Volumes = known.Volumes with { RefreshAt = next } });
    }

    private async Task MakeSandboxAsync(Core.Pod pod, PodState state, CancellationToken cancellationToken)
    {
        try
        {
            var sandbox = await parts.Runtime.EnsureSandboxAsync(SandboxSpecs.Of(pod, parts.Options, parts.Paths.Logs(pod.Metadata.Uid)), cancellationToken);
            foreach (var limitation in sandbox.Limitations)
                parts.Tell(pod, "", isWarning: true, limitation.Reason, limitation.Message);
            worker.Set(known => known with { Sandbox = sandbox, SandboxFailure = null });
        }
        catch (RuntimeException error)
        {
            parts.Tell(pod, "", isWarning: true, EventReason.FailedSandbox, $"Failed to create pod sandbox: {error.Message}");
            var count = (state.SandboxFailure?.Count ?? 0) + 1;
            var failure = new RetriedFailure(EventReason.FailedSandbox, error.Message, parts.Time.GetUtcNow() + parts.Options.Policy.RetryDelay(count), count);
            worker.Set(known => known with { SandboxFailure = failure });
        }
    }

    private async Task StartAsync(Core.Pod pod, PodState state, PodEffect.StartContainer effect, CancellationToken cancellationToken)
    {
        var history = await _start.RunAsync(pod, state, effect, cancellationToken);
        worker.Set(known => known.With(effect.Container.Name, history));
        if (history is { IsRunning: true, Current: { } current })
            Watch(current.Id);
        if (history is { Exit: not null, Delay: var delay } && delay > TimeSpan.Zero)
            TellBackOff(pod, effect.Container.Name);
    }

    private void RunPostStart(Core.Pod pod, PodState state, PodEffect.RunPostStart effect)
    {
        var (container, id) = (effect.Container, effect.Id);
        worker.Set(known => known.With(id.Name, known[id.Name] with { PostStart = PostStartProgress.Running }));
        var hook = container.Spec.Lifecycle!.PostStart!;
        _ = parts.Environment.Runner.Start($"postStart hook of {worker.FullName}/{id.Name}", async token =>
        {
            var failure = await parts.Hooks.RunAsync(hook, container.Spec, id, state.Sandbox?.Address ?? "", TimeSpan.FromDays(1), token);
            if (failure is not null)
                parts.Tell(pod, id.Name, isWarning: true, EventReason.FailedPostStart, $"PostStartHook failed: {failure}");
            worker.Update(known => known[id.Name].Current?.Id == id
                ? known.With(id.Name, known[id.Name] with { PostStart = failure is null ? PostStartProgress.Done : PostStartProgress.Failed })
                : known);
        }, stop);
    }

    private void Stop(Core.Pod pod, PodState state, PodEffect.StopContainer effect)
    {
        var id = effect.Id;
        if (state[id.Name].Stop is null)
            parts.Tell(pod, id.Name, isWarning: false, EventReason.Killing, effect.Reason);
        var order = new StopInProgress(effect.Grace, parts.Time.GetUtcNow());
        worker.Set(known => known.With(id.Name, known[id.Name] with { Stop = order }));
        var address = state.Sandbox?.Address ?? "";
        _ = parts.Environment.Runner.Start($"stop of {id}", async token =>
        {
            while (await _stops.StopAsync(pod, effect, address, token) is { } error)
            {
                parts.Tell(pod, id.Name, isWarning: true, EventReason.FailedKill, error);
                await parts.Time.DelayAsync(StillAlivePause, token);
            }
        }, stop);
    }

    private async Task<bool> ReleaseAsync(Core.Pod pod, CancellationToken cancellationToken)
    {
        try
        {
            await parts.Runtime.RemoveSandboxAsync(pod.Metadata.Uid, cancellationToken);
            parts.Volumes.Release(pod.Metadata.Uid);
            worker.Set(known => known with { Sandbox = null, SandboxFailure = null, Volumes = VolumesState.NotMounted });
            return true;
        }
        catch (Exception error) when (error is RuntimeException or IOException or UnauthorizedAccessException)
        {
            parts.Tell(pod, "", isWarning: true, EventReason.FailedKill, $"the pod has ended but what it used could not be let go of: {error.Message}");
            return false;
        }
    }

    private async Task<ContainerStatus?> FindRunningAsync(ContainerId id, CancellationToken cancellationToken)
    {
        try
        {
            var known = await parts.Runtime.ListAsync(cancellationToken);
            return known.SelectMany(pod => pod.Containers).FirstOrDefault(container => container.Id == id && container.State == ContainerState.Running);
        }
        catch (RuntimeException error)
        {
            parts.Log(LogSeverity.Warning, $"it could not be seen whether container {id} runs by now, which is tried again: {error.Message}", error);
            return null;
        }
    }

    private void NoteStart(ContainerStatus status) => worker.Update(known =>
        known[status.Id.Name] is { Current: { State: ContainerState.Starting } current } history && current.Id == status.Id
            ? known.With(status.Id.Name, history with { Current = status })
            : known);

    private void NoteEnd(ContainerStatus status) => worker.Update(known =>
    {
        var history = known[status.Id.Name];
        if (history.Current?.Id != status.Id || !history.IsRunning)
            return known;
        var ended = history.Ended(status, parts.Options.Policy);
        if (ended.Delay > TimeSpan.Zero && known.EndingSince is null)
            TellBackOff(worker.Pod, status.Id.Name);
        return known.With(status.Id.Name, ended);
    });

    private void TellBackOff(Core.Pod pod, string container) => parts.Tell(
        pod, container, isWarning: true, EventReason.BackOff,
        $"Back-off restarting failed container {container} in pod {pod.Metadata.Name}_{pod.Metadata.Namespace}({pod.Metadata.Uid})");

    private void NoteLost(ContainerId id, RuntimeException error)
    {
        if (worker.State[id.Name].Current is { } current && current.Id == id)
        {
            var exit = new ContainerExit { Code = 137, Reason = ContainerExitReason.ContainerStatusUnknown, Message = error.Message, FinishedAt = parts.Time.GetUtcNow() };
            NoteEnd(current with { State = ContainerState.Exited, Exit = exit });
        }
    }
}
