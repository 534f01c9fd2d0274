using System.Collections.Immutable;
using Holdfast.Model.Batch;
using Holdfast.Model.Core;

namespace Holdfast.Controllers.Jobs;

/// <summary>What the planner is shown: one Job and the pods that may be its own, as the caches have them.</summary>
/// <param name="Job">The Job.</param>
/// <param name="Pods">Pods of its namespace that it controls, and those that its selector matches and nobody controls.</param>
public sealed record JobObservation(Job Job, ImmutableArray<Pod> Pods)
{
    /// <summary>The same with one pod as the server has it now.</summary>
    /// <param name="pod">The pod as it was seen.</param>
    /// <param name="live">What the server has under its name, or null; of another uid it is another pod, and the one that was seen is gone.</param>
    public JobObservation With(Pod pod, Pod? live)
    {
        ArgumentNullException.ThrowIfNull(pod);
        return this with { Pods = live?.Metadata.Uid == pod.Metadata.Uid ? Pods.Replace(pod, live) : Pods.Remove(pod) };
    }
}

/// <summary>One thing that the plan does, with its reason in words.</summary>
/// <param name="Reason">Why.</param>
public abstract record JobEffect(string Reason)
{
    /// <summary>Take a pod that matches the selector and that nobody controls.</summary>
    /// <param name="Pod">The pod.</param>
    /// <param name="Reason">Why.</param>
    public sealed record Adopt(Pod Pod, string Reason) : JobEffect(Reason);

    /// <summary>Let go of a pod that no longer matches the selector.</summary>
    /// <param name="Pod">The pod.</param>
    /// <param name="Reason">Why.</param>
    public sealed record Release(Pod Pod, string Reason) : JobEffect(Reason);

    /// <summary>Make pods.</summary>
    /// <param name="Pods">The pods.</param>
    /// <param name="Reason">Why.</param>
    public sealed record Create(ImmutableArray<Pod> Pods, string Reason) : JobEffect(Reason);

    /// <summary>Delete a pod; the uid is a precondition, so that only this very pod goes.</summary>
    /// <param name="Pod">The pod.</param>
    /// <param name="Reason">Why.</param>
    public sealed record Delete(Pod Pod, string Reason) : JobEffect(Reason);

    /// <summary>Let a pod go that the status counts.</summary>
    /// <param name="Pod">The pod.</param>
    /// <param name="Reason">Why.</param>
    public sealed record Untrack(Pod Pod, string Reason) : JobEffect(Reason);

    /// <summary>Delete the Job and its pods, for it has been over for long enough.</summary>
    /// <param name="Reason">Why.</param>
    public sealed record Expire(string Reason) : JobEffect(Reason);
}

/// <summary>Something people are to be told of a Job.</summary>
/// <param name="Type"><c>Normal</c> or <c>Warning</c>.</param>
/// <param name="Reason">One word.</param>
/// <param name="Message">What happened.</param>
public sealed record JobNote(string Type, string Reason, string Message);

/// <summary>What is to be done for a Job now: first the effects, then the status, and only then are counted pods let go, so that none is ever lost or counted twice.</summary>
/// <param name="Effects">The effects before the status, in order; when one fails the rest wait for the next plan.</param>
/// <param name="Status">The status, its active pods without those that the plan makes; null when the Job is not looked after any more.</param>
/// <param name="Counted">What follows the status.</param>
/// <param name="Notes">What people are told, once the status is written.</param>
/// <param name="RequeueAfter">When to plan again although nothing changes, or null.</param>
public sealed record JobPlan(
    ImmutableArray<JobEffect> Effects, JobStatus? Status, ImmutableArray<JobEffect> Counted, ImmutableArray<JobNote> Notes, TimeSpan? RequeueAfter)
{
    /// <summary>The pods that the plan counts and the status as it was does not name.</summary>
    /// <param name="job">The Job as it was planned for.</param>
    public IEnumerable<Pod> NewlyCounted(Job job)
    {
        ArgumentNullException.ThrowIfNull(job);
        var named = job.Status.UncountedTerminatedPods ?? UncountedTerminatedPods.Empty;
        return Counted.OfType<JobEffect.Untrack>().Select(effect => effect.Pod)
            .Where(pod => !named.Succeeded.Contains(pod.Metadata.Uid) && !named.Failed.Contains(pod.Metadata.Uid));
    }

    /// <summary>Nothing is to be done.</summary>
    public static JobPlan Nothing { get; } = new([], null, [], [], null);
}
