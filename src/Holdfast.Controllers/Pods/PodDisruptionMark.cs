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
}
