using Holdfast.Node.Events;
using Holdfast.Node.Planning;
using Holdfast.Node.Runtime;

namespace Holdfast.Node.Pods;

/// <summary>Stops containers: preStop hook, then SIGTERM, then SIGKILL, all within one grace period.</summary>
internal sealed class ContainerStops(AgentParts parts)
{
    private static readonly TimeSpan AfterLateHook = TimeSpan.FromSeconds(2);

    private readonly Lock _gate = new();
    private readonly Dictionary<ContainerId, CancellationTokenSource> _hooks = [];

    /// <summary>Returns when the container has ended, or with what stands in the way.</summary>
    public async Task<string?> StopAsync(Core.Pod pod, PodEffect.StopContainer effect, string address, CancellationToken cancellationToken)
    {
        var started = parts.Time.GetTimestamp();
        var ranHook = EndEarlierHook(effect.Id) || await RunHookAsync(pod, effect, address, cancellationToken);
        var left = effect.Grace - parts.Time.GetElapsedTime(started);
        // A hook that used up the time leaves the program a moment, as the kubelet does, unless there was none to begin with.
        var least = ranHook && effect.Grace > AfterLateHook ? AfterLateHook : TimeSpan.Zero;
        try
        {
            await parts.Runtime.StopContainerAsync(effect.Id, left > least ? left : least, cancellationToken);
            return null;
        }
        catch (RuntimeException error) when (error.Kind == RuntimeErrorKind.NotFound)
        {
            return null;
        }
        catch (RuntimeException error)
        {
            return error.Message;
        }
    }

    private bool EndEarlierHook(ContainerId id)
    {
        lock (_gate)
        {
            if (!_hooks.TryGetValue(id, out var hook))
                return false;
            hook.Cancel();
            return true;
        }
    }

    private async Task<bool> RunHookAsync(Core.Pod pod, PodEffect.StopContainer effect, string address, CancellationToken cancellationToken)
    {
        if (effect.Container is not { Spec.Lifecycle.PreStop: { } hook } container || effect.Grace <= TimeSpan.Zero)
            return false;
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var limit = new CancellationTokenSource(effect.Grace, parts.Time);
        using var late = limit.Token.UnsafeRegister(_ => ending.Cancel(), null);
        lock (_gate)
            _hooks[effect.Id] = ending;
        try
        {
            if (await parts.Hooks.RunAsync(hook, container.Spec, effect.Id, address, effect.Grace, ending.Token) is { } failure)
                parts.Tell(pod, container.Name, isWarning: true, EventReason.FailedPreStop, $"PreStopHook failed: {failure}");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            parts.Tell(pod, container.Name, isWarning: true, EventReason.FailedPreStop, "PreStopHook failed: the grace period was over before it ended");
        }
        finally
        {
            lock (_gate)
                _hooks.Remove(effect.Id);
        }
        return true;
    }
}
