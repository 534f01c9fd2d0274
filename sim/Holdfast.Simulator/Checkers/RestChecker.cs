using Holdfast.Controllers.Pods;
using Holdfast.Controllers.StatefulSets;
using Holdfast.Model.Apps;
using Holdfast.Model.Batch;
using Holdfast.Model.Core;
using Holdfast.Model.Discovery;
using Holdfast.Model.Policy;

namespace Holdfast.Simulator.Checkers;

/// <summary>What must be so once faults have stopped and everything had its time: liveness, and what V2 and S10 say of a settled set.</summary>
/// <param name="truth">What is really so.</param>
/// <param name="budgets">Counts what budgets want.</param>
public sealed class RestChecker(GroundTruth truth, BudgetChecker budgets)
{
    /// <summary>What is not yet as it is wanted, in words, which begin with an invariant's letter where one says so itself; null when everything is.</summary>
    /// <param name="sets">The sets that there are meant to be.</param>
    /// <param name="deletedSpaces">The namespaces that were deleted.</param>
    public string? Missing(IEnumerable<string> sets, IEnumerable<string> deletedSpaces)
    {
        foreach (var name in sets)
        {
            if (truth.World.Find<StatefulSet>("default", name) is not { Metadata.DeletionTimestamp: null } set)
                return $"set {name} is not there";
            if ((MissingOf(set) ?? ClaimsMissing(set) ?? EndpointsMissing(set)) is { } missing)
                return missing;
        }
        if (deletedSpaces.FirstOrDefault(space => truth.World.Find<Namespace>("", space) is not null) is { } left)
            return $"namespace {left} was deleted and is still there";
        if (truth.World.All<Pod>().FirstOrDefault(pod => pod.IsTerminating()) is { } going)
            return $"pod {going.Metadata.Name} is still going";
        // Its node tells by its own clock, which may have been behind when the pod's time was set, and then comes to it late.
        if (truth.World.All<Pod>().FirstOrDefault(pod => pod.Spec.ActiveDeadlineSeconds is not null && !pod.IsFinished()) is { } late)
            return $"pod {late.Metadata.Name} is past its time and still runs";
        var stray = truth.Processes.Live.FirstOrDefault(process => truth.World.Pod(process.Namespace, process.PodName)?.Metadata.Uid != process.PodUid);
        if (stray is not null)
            return $"S2: {stray.PodName} runs on {stray.NodeName} and has no object";
        return BudgetMissing() ?? OwnerMissing() ?? OthersMissing();
    }

    private string? MissingOf(StatefulSet set)
    {
        var (wanted, space) = (StatefulSetIdentity.Replicas(set), set.Metadata.Namespace);
        var start = StatefulSetIdentity.Start(set);
        var isRolling = set.Spec.UpdateStrategy.Type == "RollingUpdate";
        var partition = set.Spec.UpdateStrategy.RollingUpdate?.Partition ?? 0;
        var image = set.Spec.Template.Spec.Containers[0].Image;
        for (var index = 0; index < wanted; index++)
        {
            var name = StatefulSetIdentity.PodName(set, start + index);
            var process = truth.Processes.Live.FirstOrDefault(process => process.PodName == name && process.Namespace == space);
            if (process is not { IsReady: true })
                return IsFinished(space, name) ? $"S8: {name} has ended and is not made again" : $"{name} is not ready";
            // Without a probe such a pod is shown ready now and then; it never stays so.
            if (process.Image.Contains("broken", StringComparison.Ordinal))
                return $"{name} runs {process.Image}, which never stays ready";
            if (isRolling && index >= partition && process.Image != image)
                return $"{name} runs {process.Image} and not {image}";
        }
        var own = truth.World.All<Pod>(space).Count(pod => pod.Metadata.Controller()?.Uid == set.Metadata.Uid);
        var status = set.Status;
        return own != wanted ? $"{set.Metadata.Name} has {own} pods; {wanted} are wanted"
            : status.ObservedGeneration != set.Metadata.Generation ? $"the status of {set.Metadata.Name} is of generation {status.ObservedGeneration}, the set of {set.Metadata.Generation}"
            : status.Replicas != wanted || status.ReadyReplicas != wanted || status.AvailableReplicas != wanted ? $"the status of {set.Metadata.Name} shows {status.AvailableReplicas} of {wanted} available"
            : isRolling && partition == 0 && (status.UpdatedReplicas != wanted || status.CurrentRevision != status.UpdateRevision) ? $"the update of {set.Metadata.Name} is not shown as complete"
            : History(set);
    }

    private bool IsFinished(string space, string name) => truth.World.Pod(space, name)?.IsFinished() == true;

    private string? History(StatefulSet set)
    {
        var limit = set.Spec.RevisionHistoryLimit ?? 10;
        var used = truth.World.All<Pod>(set.Metadata.Namespace).Select(StatefulSetIdentity.Revision).Append(set.Status.CurrentRevision).Append(set.Status.UpdateRevision).ToHashSet();
        var past = truth.World.All<ControllerRevision>(set.Metadata.Namespace).Count(revision => revision.Metadata.Controller()?.Uid == set.Metadata.Uid && !used.Contains(revision.Metadata.Name));
        return past > limit ? $"{set.Metadata.Name} keeps {past} past revisions, and {limit} are wanted" : null;
    }

    /// <summary>V2: the claim of each wanted pod is owned by the set when its claims go with it, and by none of the set's otherwise.</summary>
    private string? ClaimsMissing(StatefulSet set)
    {
        for (var index = 0; index < StatefulSetIdentity.Replicas(set); index++)
        {
            var pod = StatefulSetIdentity.PodName(set, StatefulSetIdentity.Start(set) + index);
            if (truth.World.Claim(set.Metadata.Namespace, $"data-{pod}") is not { } claim)
                return $"claim data-{pod} is not there";
            var isOwned = claim.Metadata.OwnerReferences.Any(owner => owner.Uid == set.Metadata.Uid);
            var isMeant = set.Spec.PersistentVolumeClaimRetentionPolicy?.WhenDeleted == "Delete";
            // One that is going keeps the owners it had.
            if (claim.Metadata.DeletionTimestamp is not null)
                continue;
            truth.Checks.Add("V2");
            if (isOwned != isMeant || claim.Metadata.OwnerReferences.Any(owner => owner.Kind == "Pod"))
                return $"V2: claim data-{pod} is {(isOwned ? "" : "not ")}owned by {set.Metadata.Name}, and its policy says otherwise";
        }
        return null;
    }

    /// <summary>A set's Service leads to its ready pods and to nobody else.</summary>
    private string? EndpointsMissing(StatefulSet set)
    {
        if (!truth.Options.HasServices)
            return null;
        var (name, space) = (set.Metadata.Name, set.Metadata.Namespace);
        var told = truth.World.All<EndpointSlice>(space).Where(slice => slice.Metadata.Labels.GetValueOrDefault("kubernetes.io/service-name") == name)
            .SelectMany(slice => slice.Endpoints).Where(endpoint => endpoint.Conditions.Ready == true).SelectMany(endpoint => endpoint.Addresses).Order(StringComparer.Ordinal);
        var wanted = truth.World.All<Pod>(space).Where(pod => pod.IsReady() && pod.Metadata.Labels.GetValueOrDefault("app") == name)
            .Select(pod => pod.Status.PodIP).Order(StringComparer.Ordinal);
        truth.Checks.Add("Endpoints");
        return told.SequenceEqual(wanted) ? null : $"Service {name} leads to {string.Join(' ', told)}; the ready pods are at {string.Join(' ', wanted)}";
    }

    private string? BudgetMissing()
    {
        foreach (var budget in truth.World.All<PodDisruptionBudget>())
        {
            var (healthy, desired, expected) = budgets.Count(budget);
            // Where a pod has no scale to count from, the status says that it could not be counted.
            if (budget.Status.Conditions.Any(condition => condition.Reason == "SyncFailed"))
                continue;
            truth.Checks.Add("P1");
            if (budget.Status.ObservedGeneration != budget.Metadata.Generation || budget.Status.CurrentHealthy != healthy
                || budget.Status.DesiredHealthy != desired || budget.Status.DisruptionsAllowed != (expected > 0 ? Math.Max(0, healthy - desired) : 0))
            {
                return $"budget {budget.Metadata.Name} shows {budget.Status.CurrentHealthy} healthy of {budget.Status.DesiredHealthy} and {budget.Status.DisruptionsAllowed} allowed; there are {healthy} of {desired}";
            }
        }
        return null;
    }

    /// <summary>Deployments run what they ask for, as often as they ask, and Jobs have ended well, each pod counted once.</summary>
    private string? OthersMissing()
    {
        foreach (var deployment in truth.World.All<Deployment>())
        {
            var (name, wanted, status) = (deployment.Metadata.Name, deployment.Spec.Replicas ?? 1, deployment.Status);
            var image = deployment.Spec.Template.Spec.Containers[0].Image;
            var running = truth.Processes.Live.Count(process => process.Image == image && process.IsReady);
            if (running != wanted || status.ObservedGeneration != deployment.Metadata.Generation
                || status.Replicas != wanted || status.UpdatedReplicas != wanted || status.AvailableReplicas != wanted)
            {
                return $"Deployment {name} has {running} of {wanted} pods of {image} and shows {status.AvailableReplicas} available of {status.UpdatedReplicas} updated of {status.Replicas}";
            }
        }
        foreach (var job in truth.World.All<Job>())
        {
            // A pod that was asked to go and ends well all the same is one more than was asked for, as on Kubernetes; none is counted twice.
            var succeeded = truth.SucceededOf(job.Metadata.Uid);
            if (job.Status.Succeeded > succeeded || job.Status.Succeeded < job.Spec.Completions || !job.Status.Conditions.Any(condition => condition is { Type: "Complete", Status: "True" }))
                return $"Job {job.Metadata.Name} shows {job.Status.Succeeded} completions; {succeeded} of its pods ended well and {job.Spec.Completions} are wanted. It is {string.Join(' ', job.Status.Conditions.Select(condition => condition.Type))}";
        }
        truth.Checks.Add("Others");
        return null;
    }

    /// <summary>What only had owners that are gone is gone too; what has one that lives has no other.</summary>
    private string? OwnerMissing()
    {
        foreach (var map in truth.World.All<ConfigMap>())
        {
            var owners = map.Metadata.OwnerReferences;
            if (map.Metadata.DeletionTimestamp is not null)
                return $"{map.Metadata.Name} is still going";
            if (owners.FirstOrDefault(owner => truth.World.ByUid(owner.Uid) is null) is { } gone)
                return $"{map.Metadata.Name} is still there, and its owner {gone.Name} is gone";
        }
        return null;
    }
}
