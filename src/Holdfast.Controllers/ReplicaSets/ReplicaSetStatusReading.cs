using System.Collections.Immutable;
using Holdfast.Controllers.Pods;
using Holdfast.Model.Apps;
using Holdfast.Model.Core;
using Holdfast.Model.Selectors;
using Holdfast.Model.Values;

namespace Holdfast.Controllers.ReplicaSets;

/// <summary>What a set's status says of its pods; counted anew each time. Pure functions.</summary>
public static class ReplicaSetStatusReading
{
    private const string FailureType = "ReplicaFailure";

    /// <summary>Reads the status off the pods, without the mark of an earlier failure.</summary>
    /// <param name="set">The set.</param>
    /// <param name="pods">The pods that it controls and that have not ended.</param>
    /// <param name="now">The time.</param>
    public static ReplicaSetStatus Of(ReplicaSet set, ImmutableArray<Pod> pods, DateTimeOffset now)
    {
        var active = pods.Where(pod => pod.IsActive()).ToList();
        var template = LabelMatcher.FromLabels(set.Spec.Template.Metadata.Labels);
        return set.Status with
        {
            ObservedGeneration = set.Metadata.Generation,
            Replicas = active.Count,
            FullyLabeledReplicas = active.Count(pod => template.Matches(pod.Metadata.Labels)),
            ReadyReplicas = active.Count(pod => pod.IsReady()),
            AvailableReplicas = active.Count(pod => pod.IsReady() && pod.IsAvailable(set.Spec.MinReadySeconds, now)),
            TerminatingReplicas = pods.Count(pod => pod.IsTerminating() && !pod.IsFinished()),
            Conditions = set.Status.Conditions.Where(condition => condition.Type != FailureType).ToValueList(),
        };
    }

    /// <summary>The status with the mark of a failure; one that is there already stays as it is.</summary>
    /// <param name="status">The status without a mark.</param>
    /// <param name="set">The set as it was observed.</param>
    /// <param name="reason"><c>FailedCreate</c> or <c>FailedDelete</c>.</param>
    /// <param name="message">What went wrong.</param>
    /// <param name="now">The time.</param>
    public static ReplicaSetStatus WithFailure(this ReplicaSetStatus status, ReplicaSet set, string reason, string message, DateTimeOffset now)
    {
        var mark = set.Status.Conditions.FirstOrDefault(condition => condition.Type == FailureType)
            ?? new ReplicaSetCondition { Type = FailureType, Status = "True", Reason = reason, Message = message, LastTransitionTime = now };
        return status with { Conditions = status.Conditions.Add(mark) };
    }
}
