using System.Collections.Immutable;
using Holdfast.Controllers.Pods;
using Holdfast.Model.Batch;
using Holdfast.Model.Core;
using Holdfast.Model.Values;

namespace Holdfast.Controllers.Jobs;

/// <summary>
/// How a Job's pods have fared, read off its status and the pods that it has not counted yet. A pod is first named in the status, then
/// loses its finalizer, then is counted: so that it is counted once, whatever is lost in between. A pure function.
/// </summary>
internal sealed class JobTally
{
    // One status names at most so many pods, as upstream.
    private const int MaxUncounted = 500;

    private readonly Job _job;

    internal JobTally(Job job, ImmutableArray<Pod> pods)
    {
        _job = job;
        Pods = pods;
        Active = [.. pods.Where(pod => pod.IsActive())];
        var tracked = pods.Where(pod => pod.IsTracked()).ToList();
        var uncounted = job.Status.UncountedTerminatedPods ?? UncountedTerminatedPods.Empty;
        var present = tracked.Select(pod => pod.Metadata.Uid).ToHashSet(StringComparer.Ordinal);
        (CountedSucceeded, CountedFailed) = (
            job.Status.Succeeded + uncounted.Succeeded.Count(uid => !present.Contains(uid)),
            job.Status.Failed + uncounted.Failed.Count(uid => !present.Contains(uid)));
        _succeeded.AddRange(uncounted.Succeeded.Where(present.Contains));
        _failed.AddRange(uncounted.Failed.Where(present.Contains));
        if (job.IsIndexed())
        {
            ReadIndexes(tracked);
        }
        foreach (var pod in tracked.Where(pod => _succeeded.Count + _failed.Count < MaxUncounted || IsNamed(pod)))
        {
            Take(pod);
        }
    }

    private readonly List<string> _succeeded = [];
    private readonly List<string> _failed = [];
    private readonly List<Pod> _counted = [];

    internal ImmutableArray<Pod> Pods { get; }

    internal ImmutableArray<Pod> Active { get; }

    internal int Terminating => Pods.Count(pod => pod.IsTerminating() && !pod.IsFinished());

    /// <summary>Pods that the status counts or names, and that are let go after it is written.</summary>
    internal IReadOnlyList<Pod> Counted => _counted;

    internal CompletionIndexes SucceededIndexes { get; private set; } = CompletionIndexes.None;

    internal CompletionIndexes FailedIndexes { get; private set; } = CompletionIndexes.None;

    internal int CountedSucceeded { get; }

    internal int CountedFailed { get; }

    internal int Succeeded => _job.IsIndexed() ? SucceededIndexes.Count : CountedSucceeded + _succeeded.Count;

    internal int Failed => CountedFailed + _failed.Count;

    /// <summary>Whether every pod that ended has been counted.</summary>
    internal bool IsSettled => _succeeded.Count == 0 && _failed.Count == 0 && _counted.Count == 0;

    internal UncountedTerminatedPods Uncounted => new() { Succeeded = _succeeded.ToValueList(), Failed = _failed.ToValueList() };

    /// <summary>The last pod of an index that failed, or null.</summary>
    internal Pod? LastFailed(int index) => Pods
        .Where(pod => pod.IsTracked() && pod.Index() == index && pod.HasFailed(_job))
        .MaxBy(pod => (pod.FailuresBefore() + pod.IgnoredBefore(), pod.EndedAt()));

    private void ReadIndexes(List<Pod> tracked)
    {
        var completions = _job.Spec.Completions ?? 0;
        var valid = tracked.Where(pod => pod.Index() is var index && index >= 0 && index < completions).ToList();
        SucceededIndexes = CompletionIndexes.Of(_job.Status.CompletedIndexes, completions)
            .With(valid.Where(pod => pod.Status.Phase == "Succeeded").Select(pod => pod.Index()));
        if (_job.Spec.BackoffLimitPerIndex is { } limit)
        {
            FailedIndexes = CompletionIndexes.Of(_job.Status.FailedIndexes ?? "", completions)
                .With(valid.Where(pod => pod.HasFailed(_job) && FailsIndex(pod, limit)).Select(pod => pod.Index()).Where(index => !SucceededIndexes.Contains(index)));
        }
    }

    private bool FailsIndex(Pod pod, int limit) =>
        JobFailurePolicy.Of(_job, pod) is var verdict && (verdict.FailsIndex || (verdict.IsCounted && pod.FailuresBefore() >= limit));

    private void Take(Pod pod)
    {
        if (IsNamed(pod))
        {
            _counted.Add(pod);
        }
        else if (pod.Status.Phase == "Succeeded")
        {
            if (!_job.IsIndexed())
            {
                _succeeded.Add(pod.Metadata.Uid);
            }
            _counted.Add(pod);
        }
        else if (pod.HasFailed(_job) && !IsNeededForItsIndex(pod))
        {
            var isOfIndex = !_job.IsIndexed() || (pod.Index() is var index && index >= 0 && index < (_job.Spec.Completions ?? 0));
            if (isOfIndex && JobFailurePolicy.Of(_job, pod).IsCounted)
            {
                _failed.Add(pod.Metadata.Uid);
            }
            _counted.Add(pod);
        }
    }

    /// <summary>The last failed pod of an index says how often it failed, and stays until one that knows it has taken its place.</summary>
    private bool IsNeededForItsIndex(Pod pod)
    {
        var index = pod.Index();
        return _job.Spec.BackoffLimitPerIndex is not null && index >= 0
            && !SucceededIndexes.Contains(index) && !FailedIndexes.Contains(index)
            && !JobEnd.IsDecided(_job.Status)
            && !Active.Any(active => active.Index() == index)
            && LastFailed(index)?.Metadata.Uid == pod.Metadata.Uid;
    }

    private bool IsNamed(Pod pod) => _succeeded.Contains(pod.Metadata.Uid) || _failed.Contains(pod.Metadata.Uid);
}
