using Holdfast.Node.Runtime;
using Holdfast.Platform;
using Holdfast.Simulator.Options;

namespace Holdfast.Simulator.World;

/// <summary>The runtime that agents see of a machine. Every call may be the last of the agent that makes it.</summary>
/// <param name="machine">The machine.</param>
/// <param name="onCall">Told of each start and stop as it begins.</param>
internal sealed class MachineRuntime(Machine machine, Action<string> onCall) : IContainerRuntime
{
    /// <summary>When the agent that asks came up.</summary>
    public long AgentUpSince { get; set; }

    public RuntimeInfo Info { get; } = new() { Name = "simulated", Version = "1" };

    public IImageStore Images { get; } = new AnyImage();

    public Task<PodSandbox> EnsureSandboxAsync(PodSandboxSpec spec, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (machine.Sandbox(spec.Uid) is { } known)
            return Task.FromResult(known);
        var other = machine.Sandboxes.Select(each => each.Sandbox).FirstOrDefault(sandbox => sandbox.Namespace == spec.Namespace && sandbox.Name == spec.Name
            && machine.ContainersOf(sandbox.Uid).Any(container => !container.HasExited));
        return other is null ? Task.FromResult(machine.MakeSandbox(spec)) : throw RuntimeErrors.NameInUse(spec, other.Uid);
    }

    public async Task<ContainerStatus> StartContainerAsync(ContainerSpec spec, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (machine.Sandbox(spec.Id.PodUid) is null)
            throw RuntimeErrors.NoSandbox(spec.Id.PodUid);
        foreach (var container in machine.ContainersOf(spec.Id.PodUid).Where(each => each.Spec.Id == spec.Id || (each.Spec.Id.Name == spec.Id.Name && !each.HasExited)))
        {
            if (container.Process is { } running)
                machine.Parts.Truth.Processes.AskAgain(running);
            throw new RuntimeException(RuntimeErrorKind.Conflict, $"container {container.Spec.Id}", "it is there already", "Use the next attempt once it has ended");
        }
        var begun = machine.Begin(spec);
        onCall("start");
        if (machine.Parts.Options.Mutant == Mutant.RepeatsSlowStarts)
        {
            await Task.WhenAny(begun.Started.Task, machine.Time.DelayAsync(machine.Parts.Options.StartDelay / 2, cancellationToken));
            begun = begun.Started.Task.IsCompleted ? begun : machine.Begin(spec);
        }
        return await begun.Started.Task.WaitAsync(cancellationToken);
    }

    public Task SignalAsync(ContainerId id, int signal, CancellationToken cancellationToken)
    {
        var container = machine.Find(id);
        if (signal == LinuxSignal.Kill)
            machine.End(container, 137);
        else
            machine.Ask(container);
        return Task.CompletedTask;
    }

    public async Task<ContainerStatus> StopContainerAsync(ContainerId id, TimeSpan grace, CancellationToken cancellationToken)
    {
        var container = machine.Find(id);
        machine.Ask(container);
        if (machine.Parts.Options.Mutant == Mutant.ConfirmsEndTooSoon)
            machine.Report(container, 143);
        onCall("stop");
        var passed = Completions.Source();
        await using var timer = machine.Time.CreateTimer(_ => passed.TrySetResult(), null, grace > TimeSpan.Zero ? grace : TimeSpan.FromMilliseconds(1), Timeout.InfiniteTimeSpan);
        await using var cancelled = cancellationToken.UnsafeRegister(_ => passed.TrySetResult(), null);
        await Task.WhenAny(container.Ended.Task, passed.Task);
        cancellationToken.ThrowIfCancellationRequested();
        if (!container.HasExited)
            machine.End(container, 137);
        return container.Status;
    }

    public Task<ContainerStatus> WaitExitAsync(ContainerId id, CancellationToken cancellationToken) => machine.Find(id).Ended.Task.WaitAsync(cancellationToken);

    public Task RemoveContainerAsync(ContainerId id, CancellationToken cancellationToken)
    {
        var container = machine.Find(id);
        if (!container.HasExited)
            throw RuntimeErrors.StillRunning(id);
        machine.Remove(container);
        return Task.CompletedTask;
    }

    public Task RemoveSandboxAsync(string podUid, CancellationToken cancellationToken)
    {
        if (machine.ContainersOf(podUid).FirstOrDefault(container => !container.HasExited) is { } running)
            throw RuntimeErrors.StillRunning(running.Spec.Id);
        machine.RemoveSandbox(podUid);
        return Task.CompletedTask;
    }

    public Task<IReadOnlyList<PodRuntimeStatus>> ListAsync(CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<PodRuntimeStatus>>(
    [
        .. machine.Sandboxes.Select(pod => new PodRuntimeStatus(pod.Sandbox, ForgetsNow() ? [] : [.. machine.ContainersOf(pod.Sandbox.Uid).Select(container => container.Status)])),
    ]);

    private bool ForgetsNow() => machine.Parts.Options.Mutant == Mutant.ForgetsWhatRuns && machine.Time.GetElapsedTime(AgentUpSince) < TimeSpan.FromSeconds(1);

    public Task<ExecResult> ExecAsync(ExecRequest request, CancellationToken cancellationToken) =>
        machine.Find(request.Id).HasExited ? throw RuntimeErrors.NotRunning(request.Id) : Task.FromResult(new ExecResult(0, HasTimedOut: false));

    public Task AttachAsync(AttachRequest request, CancellationToken cancellationToken) =>
        machine.Find(request.Id).HasExited ? throw RuntimeErrors.NotRunning(request.Id) : WaitExitAsync(request.Id, cancellationToken);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private sealed class AnyImage : IImageStore
    {
        public Task<ImageEntry> ResolveAsync(string reference, CancellationToken cancellationToken) =>
            Task.FromResult(new ImageEntry { Reference = ImageReference.Normalize(reference) });

        public Task<IReadOnlyList<ImageEntry>> ListAsync(CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<ImageEntry>>([]);
    }
}
