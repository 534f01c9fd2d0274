using Holdfast.Model.Apps;
using Holdfast.Model.Values;

namespace Holdfast.Controllers.Deployments;

/// <summary>What a Deployment says of its availability and progress, with Kubernetes' reasons and words. Pure functions.</summary>
public static class DeploymentConditions
{
    /// <summary>The condition that tells whether enough pods are available.</summary>
    public const string Available = "Available";

    /// <summary>The condition that tells whether the rollout gets on.</summary>
    public const string Progressing = "Progressing";

    /// <summary>The condition that tells that pods cannot be made or deleted.</summary>
    public const string ReplicaFailure = "ReplicaFailure";

    internal const string NewSetAvailable = "NewReplicaSetAvailable";
    private const string TimedOut = "ProgressDeadlineExceeded";
    private const string Paused = "DeploymentPaused";

    /// <summary>A condition of a status, or null.</summary>
    /// <param name="status">The status.</param>
    /// <param name="type">Which.</param>
    public static DeploymentCondition? Find(DeploymentStatus status, string type) => status.Conditions.FirstOrDefault(condition => condition.Type == type);

    /// <summary>The status with a condition; one of the same status and reason stays as it is.</summary>
    internal static DeploymentStatus With(this DeploymentStatus status, string type, string value, string reason, string message, DateTimeOffset now)
    {
        var before = Find(status, type);
        if (before is not null && before.Status == value && before.Reason == reason)
        {
            return status;
        }
        return Put(status, new DeploymentCondition
        {
            Type = type,
            Status = value,
            Reason = reason,
            Message = message,
            LastUpdateTime = now,
            LastTransitionTime = before?.Status == value ? before.LastTransitionTime : now,
        });
    }

    /// <summary>The status with the mark that the rollout is, or is no longer, paused: the deadline does not run meanwhile.</summary>
    internal static DeploymentStatus WithPause(DeploymentStatus status, Deployment deployment, DateTimeOffset now)
    {
        var progress = Find(status, Progressing);
        if (!Rollout.HasDeadline(deployment) || progress?.Reason == TimedOut)
        {
            return status;
        }
        return (deployment.Spec.Paused, progress?.Reason == Paused) switch
        {
            (true, false) => status.With(Progressing, "Unknown", Paused, "Deployment is paused", now),
            (false, true) => status.With(Progressing, "Unknown", "DeploymentResumed", "Deployment is resumed", now),
            _ => status,
        };
    }

    /// <summary>The status with whether enough pods are available.</summary>
    internal static DeploymentStatus WithAvailability(DeploymentStatus status, Deployment deployment, DateTimeOffset now) =>
        status.AvailableReplicas >= Rollout.Wanted(deployment) - Rollout.MaximumUnavailable(deployment)
            ? status.With(Available, "True", "MinimumReplicasAvailable", "Deployment has minimum availability.", now)
            : status.With(Available, "False", "MinimumReplicasUnavailable", "Deployment does not have minimum availability.", now);

    /// <summary>The status with whether the rollout gets on, given the status that was written last.</summary>
    internal static DeploymentStatus WithProgress(DeploymentStatus status, Deployment deployment, ReplicaSet? newest, DateTimeOffset now)
    {
        var old = deployment.Status;
        var progress = Find(status, Progressing);
        if (!Rollout.HasDeadline(deployment))
        {
            return Without(status, Progressing);
        }
        if (status.Replicas == status.UpdatedReplicas && progress?.Reason == NewSetAvailable)
        {
            return status;
        }
        var who = newest is null ? $"Deployment \"{deployment.Metadata.Name}\"" : $"ReplicaSet \"{newest.Metadata.Name}\"";
        if (IsComplete(deployment, status))
        {
            return status.With(Progressing, "True", NewSetAvailable, $"{who} has successfully progressed.", now);
        }
        if (HasProgressed(old, status))
        {
            // A step forward begins the deadline anew, although status and reason stay.
            return Put(status, new DeploymentCondition
            {
                Type = Progressing,
                Status = "True",
                Reason = "ReplicaSetUpdated",
                Message = $"{who} is progressing.",
                LastUpdateTime = now,
                LastTransitionTime = progress?.Status == "True" ? progress.LastTransitionTime : now,
            });
        }
        return IsTimedOut(deployment, progress, now)
            ? status.With(Progressing, "False", TimedOut, $"{who} has timed out progressing.", now)
            : status;
    }

    /// <summary>The status with what the sets say they could not do, the newest first.</summary>
    internal static DeploymentStatus WithFailures(DeploymentStatus status, IEnumerable<ReplicaSet> sets, ReplicaSet? newest)
    {
        var failure = FailureOf(newest) ?? sets.Select(FailureOf).FirstOrDefault(each => each is not null);
        return failure is null
            ? Without(status, ReplicaFailure)
            : Put(status, new DeploymentCondition
            {
                Type = ReplicaFailure,
                Status = failure.Status,
                Reason = failure.Reason,
                Message = failure.Message,
                LastTransitionTime = failure.LastTransitionTime,
                LastUpdateTime = failure.LastTransitionTime,
            });
    }

    /// <summary>Whether all pods are of the template and available.</summary>
    internal static bool IsComplete(Deployment deployment, DeploymentStatus status)
    {
        var wanted = Rollout.Wanted(deployment);
        return status.UpdatedReplicas == wanted && status.Replicas == wanted && status.AvailableReplicas == wanted
            && status.ObservedGeneration >= deployment.Metadata.Generation;
    }

    /// <summary>When the deadline of a rollout that does not get on will be over; null when none runs.</summary>
    internal static TimeSpan? NextLook(Deployment deployment, DateTimeOffset now)
    {
        var progress = Find(deployment.Status, Progressing);
        if (deployment.Spec.Paused || !Rollout.HasDeadline(deployment) || IsComplete(deployment, deployment.Status)
            || progress is not { LastUpdateTime: { } since } || progress.Reason is TimedOut or NewSetAvailable)
        {
            return null;
        }
        var left = since.AddSeconds(deployment.Spec.ProgressDeadlineSeconds ?? 0) - now;
        return left < TimeSpan.FromSeconds(1) ? TimeSpan.FromSeconds(1) : left + TimeSpan.FromSeconds(1);
    }

    private static bool HasProgressed(DeploymentStatus old, DeploymentStatus status) =>
        status.UpdatedReplicas > old.UpdatedReplicas
        || status.Replicas - status.UpdatedReplicas < old.Replicas - old.UpdatedReplicas
        || status.ReadyReplicas > old.ReadyReplicas
        || status.AvailableReplicas > old.AvailableReplicas;

    private static bool IsTimedOut(Deployment deployment, DeploymentCondition? progress, DateTimeOffset now) => progress switch
    {
        null or { Reason: NewSetAvailable } => false,
        { Reason: TimedOut } => true,
        _ => progress.LastUpdateTime?.AddSeconds(deployment.Spec.ProgressDeadlineSeconds ?? 0) < now,
    };

    private static ReplicaSetCondition? FailureOf(ReplicaSet? set) => set?.Status.Conditions.FirstOrDefault(condition => condition.Type == ReplicaFailure);

    private static DeploymentStatus Without(DeploymentStatus status, string type) =>
        status with { Conditions = status.Conditions.Where(condition => condition.Type != type).ToValueList() };

    private static DeploymentStatus Put(DeploymentStatus status, DeploymentCondition condition)
    {
        var before = Find(status, condition.Type);
        return before is not null && before.Status == condition.Status && before.Reason == condition.Reason && condition.Type == ReplicaFailure
            ? status
            : status with { Conditions = status.Conditions.Where(each => each.Type != condition.Type).Append(condition).ToValueList() };
    }
}
