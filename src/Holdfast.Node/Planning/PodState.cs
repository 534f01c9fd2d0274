using System.Collections.Immutable;
using Holdfast.Node.Runtime;
using Holdfast.Node.Volumes;

namespace Holdfast.Node.Planning;

/// <summary>What the agent knows of a pod besides its object: immutable, swapped whole by the pod's worker.</summary>
public sealed record PodState
{
    /// <summary>A pod that nothing was done for yet.</summary>
    public static PodState Empty { get; } = new();

    /// <summary>The pod's place in the runtime, once it has one.</summary>
    public PodSandbox? Sandbox { get; init; }

    /// <summary>Why there is no sandbox, if making it failed.</summary>
    public RetriedFailure? SandboxFailure { get; init; }

    /// <summary>The containers, by name; one that is not here was never started.</summary>
    public ImmutableSortedDictionary<string, ContainerHistory> Containers { get; init; } =
        ImmutableSortedDictionary.Create<string, ContainerHistory>(StringComparer.Ordinal);

    /// <summary>The pod's volumes.</summary>
    public VolumesState Volumes { get; init; } = VolumesState.NotMounted;

    /// <summary>When the agent first saw the pod.</summary>
    public DateTimeOffset? StartTime { get; init; }

    /// <summary>When the agent began to end the pod.</summary>
    public DateTimeOffset? EndingSince { get; init; }

    /// <summary>Whether any container runs.</summary>
    public bool HasRunning => Containers.Values.Any(history => history.IsRunning);

    /// <summary>The history of a container.</summary>
    /// <param name="container">Its name.</param>
    public ContainerHistory this[string container] => Containers.GetValueOrDefault(container, ContainerHistory.Empty);

    /// <summary>The state with one container's history replaced.</summary>
    /// <param name="container">Its name.</param>
    /// <param name="history">The history.</param>
    public PodState With(string container, ContainerHistory history) => this with { Containers = Containers.SetItem(container, history) };

    /// <summary>What an agent that has just started knows of a pod: what the runtime still has, and what an earlier life wrote.</summary>
    /// <param name="pod">The pod's object.</param>
    /// <param name="runtime">What the runtime knows; null for nothing.</param>
    /// <param name="policy">How long restarts wait.</param>
    /// <param name="now">The time.</param>
    public static PodState Adopt(Core.Pod pod, PodRuntimeStatus? runtime, PodPolicy policy, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(pod);
        var isKnown = runtime is not null || pod.Status.StartTime is not null;
        var state = Empty with
        {
            Sandbox = runtime?.Sandbox,
            StartTime = pod.Status.StartTime ?? now,
            Volumes = isKnown ? VolumesState.Unknown : VolumesState.NotMounted,
        };
        foreach (var attempts in (runtime?.Containers ?? []).GroupBy(status => status.Id.Name, StringComparer.Ordinal))
            state = state.With(attempts.Key, FromRuntime([.. attempts.OrderBy(status => status.Id.Attempt)], policy));
        foreach (var container in PodContainer.Of(pod).Concat(PodContainer.AddedTo(pod)))
        {
            if (state[container.Name].Current is null && Written(pod, container.Name) is { } written)
                state = state.With(container.Name, FromStatus(pod, container, written, now));
        }
        return state;
    }

    private static ContainerHistory FromRuntime(ContainerStatus[] attempts, PodPolicy policy)
    {
        var history = ContainerHistory.Empty with { Previous = attempts.Length > 1 ? attempts[^2] : null };
        var current = attempts[^1];
        history = history with { Current = current, PostStart = PostStartProgress.Done, NextDelay = current.Id.Attempt > 0 ? policy.CrashInitial : TimeSpan.Zero };
        return current.State == ContainerState.Exited ? history.Ended(current, policy) : history;
    }

    // A container that ran when the node went down has ended, though nobody saw how; init containers run anew.
    private static ContainerHistory FromStatus(Core.Pod pod, PodContainer container, Core.ContainerStatus written, DateTimeOffset now)
    {
        var history = ContainerHistory.Empty with { FirstAttempt = written.RestartCount };
        if (written.State.Running is null && written.State.Terminated is null && written.LastState.Terminated is null)
            return history;
        if (container.Role is ContainerRole.Init or ContainerRole.Sidecar)
            return history with { FirstAttempt = written.RestartCount + 1 };
        var ended = written.State.Terminated ?? (written.State.Running is null ? written.LastState.Terminated : null);
        return history with
        {
            Current = new ContainerStatus
            {
                Id = new ContainerId(pod.Metadata.Uid, container.Name, written.RestartCount),
                Image = written.Image,
                State = ContainerState.Exited,
                CreatedAt = ended?.StartedAt ?? written.State.Running?.StartedAt ?? now,
                StartedAt = ended?.StartedAt ?? written.State.Running?.StartedAt,
                Exit = new ContainerExit
                {
                    Code = ended?.ExitCode ?? 137,
                    Reason = ended?.Reason ?? ContainerExitReason.ContainerStatusUnknown,
                    Message = ended is null ? "The container was gone when its node came back" : ended.Message,
                    FinishedAt = ended?.FinishedAt ?? now,
                },
                LogPath = "",
            },
            RestartAt = now,
        };
    }

    /// <summary>What a pod's status says of a container, or null.</summary>
    /// <param name="pod">The pod.</param>
    /// <param name="container">The container's name.</param>
    internal static Core.ContainerStatus? Written(Core.Pod pod, string container) =>
        pod.Status.ContainerStatuses.Concat(pod.Status.InitContainerStatuses).Concat(pod.Status.EphemeralContainerStatuses)
            .FirstOrDefault(status => status.Name == container);
}
