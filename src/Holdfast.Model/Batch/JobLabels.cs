using Holdfast.Model.Meta;

namespace Holdfast.Model.Batch;

/// <summary>The labels, annotations and the finalizer by which a Job and its pods know each other; the names are Kubernetes'.</summary>
public static class JobLabels
{
    /// <summary>The label with the uid of a pod's Job.</summary>
    public const string ControllerUid = "batch.kubernetes.io/controller-uid";

    /// <summary>The label with the name of a pod's Job.</summary>
    public const string JobName = "batch.kubernetes.io/job-name";

    /// <summary>The older form of <see cref="ControllerUid"/>.</summary>
    public const string LegacyControllerUid = "controller-uid";

    /// <summary>The older form of <see cref="JobName"/>.</summary>
    public const string LegacyJobName = "job-name";

    /// <summary>The label and annotation with a pod's completion index.</summary>
    public const string CompletionIndex = "batch.kubernetes.io/job-completion-index";

    /// <summary>The annotation with how often an index failed before the pod.</summary>
    public const string IndexFailureCount = "batch.kubernetes.io/job-index-failure-count";

    /// <summary>The annotation with how often an index failed before the pod in ways that a policy ignores.</summary>
    public const string IndexIgnoredFailureCount = "batch.kubernetes.io/job-index-ignored-failure-count";

    /// <summary>The finalizer that keeps a pod until its Job has counted it.</summary>
    public const string TrackingFinalizer = "batch.kubernetes.io/job-tracking";

    /// <summary>The annotation with the time for which a CronJob made a Job.</summary>
    public const string ScheduledTimestamp = "batch.kubernetes.io/cronjob-scheduled-timestamp";

    /// <summary>The Job with a selector that holds its own uid, and labels of its pods that match; one whose author chose the selector stays as it is.</summary>
    /// <param name="job">The Job, with its uid.</param>
    internal static Job WithSelector(Job job)
    {
        if (job.Spec.ManualSelector == true)
        {
            return job;
        }
        var (uid, name) = (job.Metadata.Uid, job.Metadata.Name);
        var template = job.Spec.Template;
        var labels = template.Metadata.Labels;
        // A label that is there stays, and is told of when it is not what it should be.
        foreach (var (key, value) in new[] { (LegacyControllerUid, uid), (LegacyJobName, name), (ControllerUid, uid), (JobName, name) })
        {
            labels = labels.ContainsKey(key) ? labels : labels.SetItem(key, value);
        }
        var selector = job.Spec.Selector ?? LabelSelector.Empty;
        if (!selector.MatchLabels.ContainsKey(ControllerUid))
        {
            selector = selector with { MatchLabels = selector.MatchLabels.SetItem(ControllerUid, uid) };
        }
        return job with
        {
            Spec = job.Spec with { Selector = selector, Template = template with { Metadata = template.Metadata with { Labels = labels } } },
        };
    }
}
