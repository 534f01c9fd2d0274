using Holdfast.Model.Batch;
using Holdfast.Model.Core;

namespace Holdfast.Controllers.Jobs;

/// <summary>What a Job's <c>podFailurePolicy</c> says of a pod that failed. Pure functions.</summary>
/// <param name="IsCounted">Whether the failure counts.</param>
/// <param name="FailsIndex">Whether the pod's index fails for good.</param>
/// <param name="FailsJob">Why the Job fails; null when it does not.</param>
public sealed record JobFailurePolicy(bool IsCounted, bool FailsIndex, string? FailsJob)
{
    private static readonly JobFailurePolicy Counts = new(true, false, null);

    /// <summary>What the first rule that matches says; a failure that no rule matches counts.</summary>
    /// <param name="job">The Job.</param>
    /// <param name="pod">The pod.</param>
    public static JobFailurePolicy Of(Job job, Pod pod)
    {
        var rules = job.Spec.PodFailurePolicy?.Rules ?? default;
        for (var i = 0; i < rules.Count; i++)
        {
            if (Match(rules[i], pod) is not { } match)
            {
                continue;
            }
            switch (rules[i].Action)
            {
                case "Ignore":
                    return new(false, false, null);
                case "FailIndex":
                    return new(true, true, null);
                case "FailJob":
                    return new(true, false, $"{match} matching FailJob rule at index {i}");
                default:
                    return Counts;
            }
        }
        return Counts;
    }

    private static string? Match(PodFailurePolicyRule rule, Pod pod)
    {
        var name = $"{pod.Metadata.Namespace}/{pod.Metadata.Name}";
        if (rule.OnExitCodes is { } codes)
        {
            foreach (var status in pod.Status.ContainerStatuses.Concat(pod.Status.InitContainerStatuses))
            {
                if (status.State.Terminated is { ExitCode: not 0 } ended
                    && (codes.ContainerName is null || codes.ContainerName == status.Name)
                    && codes.Values.Contains(ended.ExitCode) == (codes.Operator == "In"))
                {
                    return $"Container {status.Name} for pod {name} failed with exit code {ended.ExitCode}";
                }
            }
            return null;
        }
        foreach (var pattern in rule.OnPodConditions)
        {
            if (pod.Status.Conditions.Any(condition => condition.Type == pattern.Type && condition.Status == pattern.Status))
            {
                return $"Pod {name} has condition {pattern.Type}";
            }
        }
        return null;
    }
}
