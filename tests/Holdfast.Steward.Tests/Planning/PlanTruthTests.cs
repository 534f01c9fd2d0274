using System.Collections.Immutable;
using Holdfast.Controllers.StatefulSets;
using Holdfast.Model.Core;
using Holdfast.Model.Json;
using Holdfast.Model.Stewards;
using Holdfast.Steward.Observation;
using Holdfast.Steward.Plans;
using Holdfast.Steward.Tests.Worlds;

namespace Holdfast.Steward.Tests.Planning;

/// <summary>A plan does not promise what the Steward would refuse, nor that somebody comes back of whom that is not known.</summary>
public sealed class PlanTruthTests
{
    private static ImmutableDictionary<string, string> NoVolumes => ImmutableDictionary<string, string>.Empty;

    [Theory]
    [InlineData("OnDelete")]
    [InlineData("RollingUpdate")]
    public void A_way_back_to_a_release_that_cannot_read_the_data_is_stopped(string strategy)
    {
        var forecast = PlanPreview.Rollout(AfterAnUpdate(strategy, "9"), null, "web:0.9.0");
        Assert.DoesNotContain(forecast.Steps, step => step.Action.StartsWith("replace", StringComparison.Ordinal) || step.Action is "partition 2" or PlanStep.HandsOver);
        Assert.Contains("the data have moved on from format 8 to 9", forecast.StoppedBy, StringComparison.Ordinal);
        Assert.Equal("", PlanPreview.Rollout(AfterAnUpdate(strategy, "8"), null, "web:0.9.0").StoppedBy);
    }

    [Fact]
    public void What_a_new_image_can_read_is_said_not_to_be_known()
    {
        var seen = AfterAnUpdate("OnDelete", "9");
        Assert.Contains("it is not known whether web:1.2.0 reads the data, which are in format 9: that shows only when the first member runs it", PlanPreview.Rollout(seen, null, "web:1.2.0").Warnings);
        Assert.Equal(["who leads, is not well or lags by then may change the order"], PlanPreview.Rollout(AfterAnUpdate("OnDelete", "8"), null, "web:0.9.0").Warnings);
        var silent = seen with { Members = [.. seen.Members.Select((_, ordinal) => ordinal).Aggregate(seen.Members, (members, ordinal) => members.But(ordinal, values => values with { DataFormat = null }))] };
        Assert.Contains("it is not known whether web:1.2.0 reads the data: no member tells their format", PlanPreview.Rollout(silent, null, "web:1.2.0").Warnings);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_member_that_was_evicted_and_finds_no_node_is_not_taken_to_come_back(bool isOperation)
    {
        var seen = Evicted(pod => pod with { IsReady = false, IsDown = true, IsHindered = true, Node = "", Problem = "the pod has no node: Unschedulable" }, isCordoned: false, isOperation);
        var drain = PlanPreview.Drain(seen, "node-2", NoVolumes);
        Assert.Empty(drain.Steps);
        Assert.Contains("web-0: it does not answer; the pod has no node: Unschedulable", drain.StoppedBy, StringComparison.Ordinal);
        var scale = PlanPreview.Scale(seen, 3, []);
        Assert.Empty(scale.Steps);
        Assert.Contains("the pod has no node: Unschedulable", scale.StoppedBy, StringComparison.Ordinal);
    }

    [Fact]
    public void A_member_whose_volume_is_on_a_cordoned_node_comes_back_only_when_that_takes_pods_again()
    {
        Assert.Contains("no node takes it: its volume is on node-0 alone, which takes no pods (kubectl uncordon node-0)", PlanPreview.Drain(Evicted(_ => null, isCordoned: true), "node-2", NoVolumes).StoppedBy, StringComparison.Ordinal);
        Assert.Equal("", PlanPreview.Drain(Evicted(_ => null, isCordoned: false), "node-2", NoVolumes).StoppedBy);
    }

    [Fact]
    public void A_restart_is_stopped_where_it_would_take_a_pod_from_a_cordoned_node_that_has_its_volume()
    {
        var seen = Scenes.Observation();
        var forecast = PlanPreview.Restart(seen with { Members = Placed(seen.Members, 1, isCordoned: true) });
        Assert.Equal("web-1 does not go yet, since it would not come back: its volume pv-1 is on node-1 alone, which takes no pods (kubectl uncordon node-1)", forecast.StoppedBy);
        Assert.Equal(["web-2"], forecast.Steps.Select(step => step.Member));
    }

    [Fact]
    public void A_drain_hands_over_to_a_member_that_is_not_drained_with_it()
    {
        var seen = Scenes.Observation();
        var forecast = PlanPreview.Drain(seen with { Members = seen.Members.PodOf(1, pod => pod with { Node = "node-0" }) }, "node-0", NoVolumes);
        Assert.Equal(["web-0 → web-2", "web-0", "web-1"], forecast.Steps.Select(step => step.Member));
    }

    [Theory]
    [InlineData("""{"phase": "Pending", "conditions": [{"type": "PodScheduled", "status": "False", "reason": "Unschedulable"}]}""", true)]
    [InlineData("""{"phase": "Running", "containerStatuses": [{"name": "main", "state": {"waiting": {"reason": "CrashLoopBackOff"}}}]}""", true)]
    [InlineData("""{"phase": "Pending", "containerStatuses": [{"name": "main", "state": {"waiting": {"reason": "ContainerCreating"}}}]}""", false)]
    [InlineData("""{"phase": "Running", "containerStatuses": [{"name": "main", "restartCount": 1, "state": {"running": {}}}]}""", false)]
    [InlineData("""{"phase": "Failed"}""", false)]
    public void A_pod_that_does_not_start_by_itself_is_told_from_one_that_starts(string status, bool isHindered) =>
        Assert.Equal(isHindered, PodFacts.Of(ModelJson.Read<Pod>($$"""{"metadata": {"name": "web-0"}, "spec": {"containers": [{"name": "main"}]}, "status": {{status}}}"""), null).IsHindered);

    // At web-1 since an update from 0.9.0, which reads formats up to 8.
    private static TargetObservation AfterAnUpdate(string strategy, string format)
    {
        var seen = Scenes.Observation(strategy: strategy);
        var template = seen.Set!.Spec.Template;
        var old = RevisionHistory.Of(
            seen.Set with { Spec = seen.Set.Spec with { Template = template with { Spec = template.Spec with { Containers = template.Spec.Containers.SetItem(0, template.Spec.Containers[0] with { Image = "web:0.9.0" }) } } } }, 1, 0);
        var rollout = new RolloutStatus
        {
            Phase = "Completed",
            FromRevision = old.Metadata.Name,
            ToRevision = "web-1",
            FromFormat = "8",
            ReadableFormat = "8",
            NewestFormat = format,
            FinishedAt = seen.Now,
        };
        return seen with
        {
            Revisions = [old, .. seen.Revisions],
            Steward = seen.Steward with { Status = seen.Steward.Status with { Rollout = rollout } },
            Members = [.. Enumerable.Range(0, 3).Aggregate(seen.Members, (members, ordinal) => members.But(ordinal, values => values with { DataFormat = format, ReadableFormat = "9" }))],
        };
    }

    // web-0 went with its node; web-1 leads.
    private static TargetObservation Evicted(Func<PodFacts, PodFacts?> change, bool isCordoned, bool isOperation = true)
    {
        var seen = Scenes.Observation(leader: 1);
        var eviction = new OperationStatus { Id = "eviction", Kind = "Eviction", Member = "web-0", Phase = "Granted", PodUid = "before", StartedAt = seen.Now, Deadline = seen.Now + TimeSpan.FromMinutes(5) };
        return seen with
        {
            Steward = seen.Steward with { Status = seen.Steward.Status with { Operation = isOperation ? eviction : null } },
            Members = Placed(seen.Members.PodOf(0, change).Unknown(0, "it does not answer"), 0, isCordoned),
        };
    }

    private static ImmutableArray<MemberObservation> Placed(ImmutableArray<MemberObservation> members, int ordinal, bool isCordoned) => members.SetItem(
        ordinal, members[ordinal] with { Claims = [Scenes.Claim(ordinal) with { Place = new ClaimPlace($"node-{ordinal}", isCordoned) }] });
}
