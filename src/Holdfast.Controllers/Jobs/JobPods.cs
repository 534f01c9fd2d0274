using System.Globalization;
using Holdfast.Controllers.Ownership;
using Holdfast.Controllers.Pods;
using Holdfast.Model.Batch;
using Holdfast.Model.Core;
using Holdfast.Model.Values;

namespace Holdfast.Controllers.Jobs;

/// <summary>What a Job reads off its pods, and the pods that it makes. Pure functions.</summary>
public static class JobPods
{
    private const int MaxGeneratedPrefix = 58;
    private const string IndexVariable = "JOB_COMPLETION_INDEX";

    /// <summary>Whether the pod waits to be counted by its Job.</summary>
    /// <param name="pod">The pod.</param>
    public static bool IsTracked(this Pod pod) => pod.Metadata.Finalizers.Contains(JobLabels.TrackingFinalizer);

    /// <summary>The pod without the mark that it waits to be counted.</summary>
    /// <param name="pod">The pod.</param>
    public static Pod Untracked(this Pod pod) => pod with
    {
        Metadata = pod.Metadata with { Finalizers = pod.Metadata.Finalizers.Where(finalizer => finalizer != JobLabels.TrackingFinalizer).ToValueList() },
    };

    /// <summary>Whether the pod counts as failed: one that is deleted counts at once, unless the Job waits for its end.</summary>
    /// <param name="pod">The pod.</param>
    /// <param name="job">The Job.</param>
    public static bool HasFailed(this Pod pod, Job job) =>
        pod.Status.Phase == "Failed" || (!job.ReplacesOnlyFailed() && pod.IsTerminating() && pod.Status.Phase != "Succeeded");

    /// <summary>Whether a pod is made anew only once the old one has ended.</summary>
    /// <param name="job">The Job.</param>
    public static bool ReplacesOnlyFailed(this Job job) => job.Spec.PodReplacementPolicy == "Failed";

    /// <summary>Whether each pod has an index of its own.</summary>
    /// <param name="job">The Job.</param>
    public static bool IsIndexed(this Job job) => job.Spec.CompletionMode == "Indexed";

    /// <summary>The pod's completion index; -1 when it has none.</summary>
    /// <param name="pod">The pod.</param>
    public static int Index(this Pod pod) => Number(pod, JobLabels.CompletionIndex) ?? -1;

    /// <summary>How often the pod's index has failed with it, without failures that a policy ignores.</summary>
    /// <param name="pod">The pod.</param>
    public static int FailuresBefore(this Pod pod) => Number(pod, JobLabels.IndexFailureCount) ?? 0;

    /// <summary>How often the pod's index has failed before it in ways that a policy ignores.</summary>
    /// <param name="pod">The pod.</param>
    public static int IgnoredBefore(this Pod pod) => Number(pod, JobLabels.IndexIgnoredFailureCount) ?? 0;

    /// <summary>When the pod ended, as well as can be told.</summary>
    /// <param name="pod">The pod.</param>
    public static DateTimeOffset? EndedAt(this Pod pod)
    {
        var ends = pod.Status.ContainerStatuses.Select(status => status.State.Terminated?.FinishedAt).ToList();
        if (ends.Count > 0 && ends.TrueForAll(end => end is not null))
        {
            return ends.Max();
        }
        return pod.Status.Conditions.FirstOrDefault(condition => condition.Type == "Ready")?.LastTransitionTime
            ?? pod.Metadata.DeletionTimestamp?.AddSeconds(-(pod.Metadata.DeletionGracePeriodSeconds ?? 0))
            ?? pod.Metadata.CreationTimestamp;
    }

    /// <summary>A new pod of a Job without indexes.</summary>
    /// <param name="job">The Job.</param>
    public static Pod New(Job job)
    {
        var pod = NewPods.Of(job.Spec.Template, OwnedObjects<Job>.ReferenceTo(job), job.Metadata.Namespace, job.Metadata.Name + "-");
        return pod with { Metadata = pod.Metadata with { Finalizers = pod.Metadata.Finalizers.Add(JobLabels.TrackingFinalizer) } };
    }

    /// <summary>A new pod of an index.</summary>
    /// <param name="job">The Job.</param>
    /// <param name="index">The index.</param>
    /// <param name="failed">The index's last pod that failed, or null; it matters where failures are counted by index.</param>
    public static Pod New(Job job, int index, Pod? failed)
    {
        var pod = New(job);
        var text = index.ToString(CultureInfo.InvariantCulture);
        var end = $"-{text}-";
        var prefix = job.Metadata.Name.Length + end.Length > MaxGeneratedPrefix ? job.Metadata.Name[..(MaxGeneratedPrefix - end.Length)] : job.Metadata.Name;
        var annotations = pod.Metadata.Annotations.SetItem(JobLabels.CompletionIndex, text);
        if (job.Spec.BackoffLimitPerIndex is not null)
        {
            annotations = WithFailures(annotations, job, failed);
        }
        return pod with
        {
            Metadata = pod.Metadata with
            {
                GenerateName = prefix + end,
                Annotations = annotations,
                Labels = pod.Metadata.Labels.SetItem(JobLabels.CompletionIndex, text),
            },
            Spec = pod.Spec with
            {
                Hostname = $"{job.Metadata.Name}-{text}",
                Containers = WithIndex(pod.Spec.Containers),
                InitContainers = WithIndex(pod.Spec.InitContainers),
            },
        };
    }

    private static ValueMap<string> WithFailures(ValueMap<string> annotations, Job job, Pod? failed)
    {
        var (counted, ignored) = failed is null ? (0, 0) : (failed.FailuresBefore(), failed.IgnoredBefore());
        if (failed is not null && JobFailurePolicy.Of(job, failed).IsCounted)
        {
            counted++;
        }
        else if (failed is not null)
        {
            ignored++;
        }
        annotations = annotations.SetItem(JobLabels.IndexFailureCount, counted.ToString(CultureInfo.InvariantCulture));
        return ignored == 0 ? annotations : annotations.SetItem(JobLabels.IndexIgnoredFailureCount, ignored.ToString(CultureInfo.InvariantCulture));
    }

    private static ValueList<Container> WithIndex(ValueList<Container> containers) => containers.Select(container =>
        container.Env.Any(variable => variable.Name == IndexVariable)
            ? container
            : container with
            {
                Env = container.Env.Add(new EnvVar
                {
                    Name = IndexVariable,
                    ValueFrom = new EnvVarSource { FieldRef = new ObjectFieldSelector { FieldPath = $"metadata.labels['{JobLabels.CompletionIndex}']" } },
                }),
            }).ToValueList();

    private static int? Number(Pod pod, string annotation) =>
        int.TryParse(pod.Metadata.Annotations.GetValueOrDefault(annotation), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
