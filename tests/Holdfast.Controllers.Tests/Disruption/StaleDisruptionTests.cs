using Holdfast.Controllers.Disruption;
using Holdfast.Model.Core;
using static Holdfast.Controllers.Tests.ControllerWorld;

namespace Holdfast.Controllers.Tests.Disruption;

public sealed class StaleDisruptionTests
{
    [Fact]
    public Task A_pod_that_was_to_go_and_stays_is_no_longer_said_to_go_after_two_minutes() => Run(BudgetReconciler.AddTo, async world =>
    {
        var marked = world.Environment.Time.GetUtcNow();
        world.Api.Put(Marked("stays", "EvictionByEvictionAPI", marked));
        await world.PassAsync(TimeSpan.FromSeconds(115));
        Assert.Equal("True", Mark(world, "stays").Status);
        await world.PassAsync(TimeSpan.FromSeconds(10));
        var mark = Mark(world, "stays");
        Assert.Equal(("False", "", ""), (mark.Status, mark.Reason, mark.Message));
        Assert.InRange(mark.LastTransitionTime!.Value - marked, TimeSpan.FromMinutes(2), TimeSpan.FromMinutes(2.1));
        Assert.Contains(world.Api.Find<Pod>("shop", "stays")!.Status.Conditions, condition => condition is { Type: "Ready", Status: "True" });
    });

    [Fact]
    public Task A_pod_that_goes_or_has_ended_or_that_its_node_ends_keeps_the_word() => Run(BudgetReconciler.AddTo, async world =>
    {
        var now = world.Environment.Time.GetUtcNow();
        var going = Marked("goes", "EvictionByEvictionAPI", now);
        world.Api.Put(going.WithMetadata(going.Metadata with { DeletionTimestamp = now.AddHours(1) }));
        var ended = Marked("ended", "EvictionByEvictionAPI", now);
        world.Api.Put(ended with { Status = ended.Status with { Phase = "Failed" } });
        world.Api.Put(Marked("pressed", "TerminationByKubelet", now));
        await world.PassAsync(TimeSpan.FromMinutes(5));
        Assert.All(["goes", "ended", "pressed"], name => Assert.Equal("True", Mark(world, name).Status));
    });

    private static PodCondition Mark(Testing.Api.SimulatedWorld world, string name) =>
        Assert.Single(world.Api.Find<Pod>("shop", name)!.Status.Conditions, condition => condition.Type == "DisruptionTarget");

    private static Pod Marked(string name, string reason, DateTimeOffset time)
    {
        var pod = ReadyPod(name, "10.0.0.1");
        var mark = new PodCondition { Type = "DisruptionTarget", Status = "True", Reason = reason, Message = "it goes", LastTransitionTime = time };
        return pod with { Status = pod.Status with { Conditions = pod.Status.Conditions.Add(mark) } };
    }
}
