using System.Globalization;
using Holdfast.Controllers.Pods;
using Holdfast.Controllers.StatefulSets;
using Holdfast.Model.Apps;
using Holdfast.Model.Core;

namespace Holdfast.Controllers.Tests.StatefulSets;

/// <summary>What every plan must keep, judged by the world it was made for.</summary>
internal static class PlanInvariants
{
    public static void Check(ModelWorld world, StatefulSetPlan plan)
    {
        var set = world.Set;
        var creations = plan.Effects.OfType<CreatePod>().Select(effect => effect.Pod).ToList();
        var deletions = plan.Effects.OfType<DeletePod>().Select(effect => effect.Pod).ToList();
        foreach (var pod in creations)
            CheckCreation(world, plan, pod);
        if (IsOrdered(set))
            Assert.True(creations.Count + deletions.Count <= 1 || set.Spec.UpdateStrategy.RollingUpdate?.MaxUnavailable is not null, "S4: one pod at a time");
        foreach (var pod in deletions.Where(pod => !Wants(set, pod) && IsOrdered(set)))
            CheckScaleDown(world, pod);
        CheckUpdate(world, [.. deletions.Where(pod => Wants(set, pod) && !pod.IsFinished())]);
        if (plan.Status is { } status)
            Assert.All([status.Replicas, status.ReadyReplicas, status.AvailableReplicas, status.CurrentReplicas, status.UpdatedReplicas], count => Assert.InRange(count, 0, status.Replicas));
        CheckClaims(set, plan);
    }

    private static void CheckCreation(ModelWorld world, StatefulSetPlan plan, Pod pod)
    {
        var set = world.Set;
        var ordinal = Ordinal(set, pod);
        Assert.True(StatefulSetIdentity.Wants(set, ordinal), $"S4: {pod.Metadata.Name} is not wanted");
        if (IsOrdered(set))
        {
            Assert.All(Enumerable.Range(StatefulSetIdentity.Start(set), ordinal - StatefulSetIdentity.Start(set)),
                lower => Assert.True(IsReady(world, lower), $"S4: {pod.Metadata.Name} is made and web-{lower} is not ready"));
        }
        Assert.Equal((pod.Metadata.Name, "web"), (pod.Spec.Hostname, pod.Spec.Subdomain));
        Assert.Equal(ordinal.ToString(CultureInfo.InvariantCulture), pod.Metadata.Labels[StatefulSetIdentity.PodIndexLabel]);
        Assert.Equal(pod.Metadata.Name, pod.Metadata.Labels[StatefulSetIdentity.PodNameLabel]);
        Assert.Equal($"data-{pod.Metadata.Name}", pod.Spec.Volumes[0].PersistentVolumeClaim!.ClaimName);
        Assert.True(world.Claim(ordinal) is { Metadata.DeletionTimestamp: null }
            || plan.Effects.Any(effect => effect is CreateClaim claim && claim.PodName == pod.Metadata.Name), $"V4: {pod.Metadata.Name} is made without its claim");
        var status = plan.Status ?? set.Status;
        var partition = set.Spec.UpdateStrategy.RollingUpdate?.Partition ?? 0;
        Assert.True(ordinal - StatefulSetIdentity.Start(set) >= partition || StatefulSetIdentity.Revision(pod) == set.Status.CurrentRevision
            || status.CurrentRevision == status.UpdateRevision, $"S6: {pod.Metadata.Name} is below the partition and of the new revision");
    }

    private static void CheckScaleDown(ModelWorld world, Pod pod)
    {
        var set = world.Set;
        var ordinal = Ordinal(set, pod);
        Assert.DoesNotContain(world.Pods, other => Ordinal(set, other) > ordinal && !Wants(set, other) && IsOwn(set, other));
        Assert.All(Wanted(set), wanted => Assert.True(IsReady(world, wanted), $"S4: {pod.Metadata.Name} goes and web-{wanted} is not ready"));
    }

    private static void CheckUpdate(ModelWorld world, List<Pod> deletions)
    {
        var set = world.Set;
        if (deletions.Count == 0)
            return;
        Assert.Equal("RollingUpdate", set.Spec.UpdateStrategy.Type);
        var rolling = set.Spec.UpdateStrategy.RollingUpdate!;
        Assert.All(deletions, pod => Assert.True(Ordinal(set, pod) - StatefulSetIdentity.Start(set) >= (rolling.Partition ?? 0), "S6: updated below the partition"));
        var most = rolling.MaxUnavailable is not { } maximum ? 1 : Math.Max(1, maximum.Text is null ? maximum.Number : StatefulSetIdentity.Replicas(set) / 2);
        // Under Parallel without maxUnavailable upstream looks only at what lies above the pod.
        var looksAtAll = IsOrdered(set) || rolling.MaxUnavailable is not null;
        var unavailable = Wanted(set).Count(ordinal => looksAtAll && !IsReady(world, ordinal));
        Assert.True(unavailable + deletions.Count(pod => IsReady(world, Ordinal(set, pod))) <= most, $"S7: {unavailable} are unavailable and {deletions.Count} more go, {most} may be");
    }

    private static void CheckClaims(StatefulSet set, StatefulSetPlan plan)
    {
        var policy = set.Spec.PersistentVolumeClaimRetentionPolicy!;
        if (policy is { WhenDeleted: "Retain", WhenScaled: "Retain" })
        {
            Assert.All(plan.Effects.OfType<CreateClaim>(), effect => Assert.Empty(effect.Claim.Metadata.OwnerReferences));
            Assert.All(plan.Effects.OfType<UpdateClaim>(), effect => Assert.Empty(effect.Claim.Metadata.OwnerReferences));
        }
    }

    private static bool IsReady(ModelWorld world, int ordinal) =>
        world.Find(ordinal) is { } pod && pod.IsAvailable(world.Set.Spec.MinReadySeconds, world.Now) && !pod.IsTerminating();

    private static IEnumerable<int> Wanted(StatefulSet set) => Enumerable.Range(StatefulSetIdentity.Start(set), StatefulSetIdentity.Replicas(set));

    private static bool IsOwn(StatefulSet set, Pod pod) => pod.Metadata.Controller() is null || pod.Metadata.Controller()!.Uid == set.Metadata.Uid;

    private static bool Wants(StatefulSet set, Pod pod) => StatefulSetIdentity.Wants(set, Ordinal(set, pod));

    private static int Ordinal(StatefulSet set, Pod pod) => StatefulSetIdentity.Ordinal(set, pod.Metadata.Name);

    private static bool IsOrdered(StatefulSet set) => set.Spec.PodManagementPolicy == "OrderedReady";
}
