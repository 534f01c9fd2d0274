using Holdfast.Model.Core;
using Holdfast.Model.Values;

namespace Holdfast.Controllers.Pods;

/// <summary>Says on a pod why it goes, when the reason is not its own.</summary>
public static class PodDisruptionMark
{
    private const string ConditionType = "DisruptionTarget";

    /// <summary>The pod with the mark; the same pod when it has one already.</summary>
    /// <param name="pod">The pod.</param>
    /// <param name="reason">One word: <c>DeletionByTaintManager</c>.</param>
    /// <param name="message">Why, in words.</param>
    /// <param name="now">The time.</param>
    public static Pod On(Pod pod, string reason, string message, DateTimeOffset now)
    {
        if (pod.Status.Conditions.Any(condition => condition is { Type: ConditionType, Status: "True" }))
        {
            return pod;
        }
        var mark = new Model.Core.PodCondition { Type = ConditionType, Status = "True", Reason = reason, Message = message, LastTransitionTime = now };
        return pod with
        {
            Status = pod.Status with
            {
                Conditions = pod.Status.Conditions.Where(condition => condition.Type != ConditionType).Append(mark).ToValueList(),
            },
        };
    }

    /// <summary>From when on the mark of a pod that has not begun to go is stale; null for a pod whose mark never is. The node's own marks stay, since it may take any time.</summary>
    /// <param name="pod">The pod.</param>
    /// <param name="patience">How long a marked pod may take.</param>
    public static DateTimeOffset? StaleFrom(Pod pod, TimeSpan patience)
    {
        ArgumentNullException.ThrowIfNull(pod);
        var mark = pod.Status.Conditions.FirstOrDefault(condition => condition is { Type: ConditionType, Status: "True" });
        return mark is null or { Reason: "TerminationByKubelet" } || pod.IsTerminating() || pod.IsFinished()
            ? null
            : (mark.LastTransitionTime ?? DateTimeOffset.UnixEpoch) + patience;
    }

    /// <summary>The pod without its mark.</summary>
    /// <param name="pod">The pod.</param>
    /// <param name="now">The time.</param>
    public static Pod Off(Pod pod, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(pod);
        var conditions = pod.Status.Conditions.Select(condition => condition.Type == ConditionType
            ? new Model.Core.PodCondition { Type = ConditionType, Status = "False", LastTransitionTime = now }
            : condition);
        return pod with { Status = pod.Status with { Conditions = conditions.ToValueList() } };
    }
}
