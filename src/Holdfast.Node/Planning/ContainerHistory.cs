using Holdfast.Node.Probes;
using Holdfast.Node.Runtime;

namespace Holdfast.Node.Planning;

/// <summary>How far a container's postStart hook has come.</summary>
public enum PostStartProgress
{
    /// <summary>There is none.</summary>
    None,

    /// <summary>It has to be run.</summary>
    Due,

    /// <summary>It runs.</summary>
    Running,

    /// <summary>It ended well, or the agent that started it was gone and the container ran on.</summary>
    Done,

    /// <summary>It failed; the container is to be stopped.</summary>
    Failed,
}

/// <summary>Something could not be done and is tried again.</summary>
/// <param name="Reason">CamelCase word for the status: <c>ErrImagePull</c>.</param>
/// <param name="Message">What happened and what to do.</param>
/// <param name="RetryAt">When it is tried again.</param>
/// <param name="Count">How often it failed in a row; at least 1.</param>
public sealed record RetriedFailure(string Reason, string Message, DateTimeOffset RetryAt, int Count);

/// <summary>A stop that has been ordered and whose end is awaited.</summary>
/// <param name="Grace">How long the container was given, from <paramref name="Since"/>.</param>
/// <param name="Since">When.</param>
public sealed record StopInProgress(TimeSpan Grace, DateTimeOffset Since);

/// <summary>What the agent knows of one container of a pod over all its attempts: immutable, changed by the methods here alone.</summary>
public sealed record ContainerHistory
{
    /// <summary>A container that was never started.</summary>
    public static ContainerHistory Empty { get; } = new();

    /// <summary>Number of the first attempt that this agent starts; above 0 when an earlier life of the node has used some.</summary>
    public int FirstAttempt { get; init; }

    /// <summary>The newest attempt.</summary>
    public ContainerStatus? Current { get; init; }

    /// <summary>The attempt before the newest.</summary>
    public ContainerStatus? Previous { get; init; }

    /// <summary>How long the restart after the next end waits.</summary>
    public TimeSpan NextDelay { get; init; }

    /// <summary>How long the restart after the last end waits.</summary>
    public TimeSpan Delay { get; init; }

    /// <summary>When the container may start again after its last end.</summary>
    public DateTimeOffset? RestartAt { get; init; }

    /// <summary>Why it could not be started, if it could not.</summary>
    public RetriedFailure? Failure { get; init; }

    /// <summary>How far the newest attempt's postStart hook has come.</summary>
    public PostStartProgress PostStart { get; init; }

    /// <summary>The stop that is under way, if one is.</summary>
    public StopInProgress? Stop { get; init; }

    /// <summary>What the newest attempt's probes say.</summary>
    public ProbeVerdicts Probes { get; init; } = ProbeVerdicts.Empty;

    /// <summary>Number of the attempt that comes next.</summary>
    public int NextAttempt => Current is { } current ? current.Id.Attempt + 1 : FirstAttempt;

    /// <summary>Whether the newest attempt runs or is being started.</summary>
    public bool IsRunning => Current is { State: not ContainerState.Exited };

    /// <summary>How the newest attempt ended, if it has.</summary>
    public ContainerExit? Exit => Current is { State: ContainerState.Exited } current ? current.Exit : null;

    /// <summary>A new attempt runs.</summary>
    /// <param name="status">The attempt.</param>
    /// <param name="hasPostStart">Whether a hook has to be run.</param>
    public ContainerHistory Started(ContainerStatus status, bool hasPostStart) => this with
    {
        Previous = Current ?? Previous,
        Current = status,
        RestartAt = null,
        Failure = null,
        Stop = null,
        PostStart = hasPostStart ? PostStartProgress.Due : PostStartProgress.None,
        Probes = ProbeVerdicts.Empty,
    };

    /// <summary>The newest attempt has ended: its restart waits longer with each end, unless it ran for long.</summary>
    /// <param name="status">The attempt, ended.</param>
    /// <param name="policy">How long restarts wait.</param>
    public ContainerHistory Ended(ContainerStatus status, PodPolicy policy)
    {
        ArgumentNullException.ThrowIfNull(policy);
        var finished = status.Exit?.FinishedAt ?? status.CreatedAt;
        var delay = finished - (status.StartedAt ?? status.CreatedAt) >= policy.CrashReset ? TimeSpan.Zero : NextDelay;
        var next = delay == TimeSpan.Zero ? policy.CrashInitial : delay * 2;
        return this with
        {
            Current = status,
            Stop = null,
            Delay = delay,
            RestartAt = finished + delay,
            NextDelay = next > policy.CrashMax ? policy.CrashMax : next,
            PostStart = PostStart == PostStartProgress.Due ? PostStartProgress.None : PostStart,
            Probes = Probes with { IsReady = false },
        };
    }

    /// <summary>The container could not be started, without an attempt being used up.</summary>
    /// <param name="reason">Word for the status.</param>
    /// <param name="message">What happened and what to do.</param>
    /// <param name="now">The time.</param>
    /// <param name="policy">How long retries wait.</param>
    public ContainerHistory NotStarted(string reason, string message, DateTimeOffset now, PodPolicy policy)
    {
        ArgumentNullException.ThrowIfNull(policy);
        var count = (Failure?.Count ?? 0) + 1;
        return this with { Failure = new RetriedFailure(reason, message, now + policy.RetryDelay(count), count) };
    }
}
