using System.Collections.Immutable;
using Holdfast.Controllers.NodeLifecycle;
using Holdfast.Model.Core;
using static Holdfast.Controllers.Tests.ControllerWorld;

namespace Holdfast.Controllers.Tests.NodeLifecycle;

public sealed class NodePlannerTests
{
    private static readonly DateTimeOffset Now = DateTimeOffset.UnixEpoch.AddDays(1);

    [Theory]
    [InlineData("True", 39, "Normal", "", "")]
    [InlineData("True", 40, "Normal", "Unknown", "unreachable:NoSchedule unreachable:NoExecute")]
    [InlineData("Unknown", 100, "Normal", "Unknown", "unreachable:NoSchedule unreachable:NoExecute")]
    [InlineData("False", 0, "Normal", "", "not-ready:NoSchedule not-ready:NoExecute")]
    [InlineData("False", 0, "Partial", "", "not-ready:NoSchedule")]
    [InlineData("True", 40, "Full", "Unknown", "unreachable:NoSchedule")]
    [InlineData("", 10, "Normal", "", "not-ready:NoSchedule")]
    [InlineData("", 60, "Normal", "Unknown", "unreachable:NoSchedule unreachable:NoExecute")]
    public void Silence_and_conditions_lead_to_conditions_and_taints(string ready, int silentSeconds, string disruption, string newReady, string taints)
    {
        var effects = Plan(Node(ready), silentSeconds, Enum.Parse<ClusterDisruption>(disruption)).Effects;

        Assert.Equal(newReady, effects.OfType<UpdateNodeStatus>().SingleOrDefault()?.Status.Condition("Ready")!.Status ?? "");
        Assert.Equal(taints, Shown(effects.OfType<UpdateTaints>().SingleOrDefault()?.Taints.ToImmutableArray() ?? []));
    }

    [Fact]
    public void A_silent_node_is_unknown_in_upstreams_words()
    {
        var status = Plan(Node("True"), 41).Effects.OfType<UpdateNodeStatus>().Single().Status;

        Assert.True(status.Condition("Ready") is { Reason: "NodeStatusUnknown", Message: "Kubelet stopped posting node status." });
        Assert.True(status.Condition("DiskPressure") is { Status: "Unknown", Reason: "NodeStatusNeverUpdated" });
    }

    [Fact]
    public void A_ready_node_loses_our_taints_and_keeps_others()
    {
        var taints = Plan(Node("True",
            new Taint { Key = NodeNames.Unreachable, Effect = "NoExecute" }, new Taint { Key = "mine", Effect = "NoExecute" }), 0).Effects.OfType<UpdateTaints>().Single();

        Assert.Equal("mine:NoExecute", Shown([.. taints.Taints]));
    }

    [Fact]
    public void An_order_to_leave_stands_in_part_of_a_disruption_and_is_taken_back_in_all_of_it()
    {
        var given = new Taint { Key = NodeNames.NotReady, Effect = "NoExecute", TimeAdded = Now.AddHours(-1) };
        var scheduling = new Taint { Key = NodeNames.NotReady, Effect = "NoSchedule" };

        Assert.Empty(Plan(Node("False", given, scheduling), 0, ClusterDisruption.Partial).Effects);
        Assert.Equal("not-ready:NoSchedule", Shown([.. Plan(Node("False", given, scheduling), 0, ClusterDisruption.Full).Effects.OfType<UpdateTaints>().Single().Taints]));
    }

    [Fact]
    public void Only_pods_that_were_ready_before_the_node_stopped_being_so_are_marked()
    {
        var before = ReadySince("before", Now.AddHours(-2));
        var after = ReadySince("after", Now.AddMinutes(-1));
        var plan = Plan(Node("False"), 0, pods: [before, after]);

        Assert.Equal("before", Assert.Single(plan.Effects.OfType<MarkPodNotReady>()).Pod.Metadata.Name);
        Assert.Empty(Plan(Node("True"), 0, pods: [before, after]).Effects);
    }

    [Theory]
    [InlineData(0, 0, "Normal")]
    [InlineData(1, 1, "Full")]
    [InlineData(3, 2, "Normal")]
    [InlineData(3, 3, "Full")]
    [InlineData(5, 3, "Partial")]
    [InlineData(6, 3, "Normal")]
    public void The_more_nodes_are_out_the_less_is_done(int nodes, int silent, string expected) =>
        Assert.Equal(expected, NodeCensus.Of(Enumerable.Range(0, nodes).Select(i => Node(i < silent ? "Unknown" : "True"))).Disruption.ToString());

    private static NodePlan Plan(Node node, int silentSeconds, ClusterDisruption disruption = ClusterDisruption.Normal, params Pod[] pods) =>
        new NodePlanner(new NodeLifecycleOptions()).Plan(new(node, TimeSpan.FromSeconds(silentSeconds), [.. pods], Others(disruption)), Now);

    private static NodeCensus Others(ClusterDisruption withThisOne) => withThisOne switch
    {
        ClusterDisruption.Full => new(2, 2),
        ClusterDisruption.Partial => new(4, 2),
        _ => new(9, 0),
    };

    private static string Shown(ImmutableArray<Taint> taints) =>
        string.Join(' ', taints.Select(taint => $"{taint.Key.Replace("node.kubernetes.io/", "", StringComparison.Ordinal)}:{taint.Effect}"));

    private static Node Node(string ready, params Taint[] taints) => new()
    {
        Metadata = Named("n1", ""),
        Spec = new NodeSpec { Taints = [.. taints] },
        Status = new NodeStatus { Conditions = ready.Length == 0 ? [] : [new NodeCondition { Type = "Ready", Status = ready, LastTransitionTime = Now.AddHours(-1) }] },
    };

    private static Pod ReadySince(string name, DateTimeOffset since)
    {
        var pod = ReadyPod(name, "10.0.0.1");
        return pod with { Status = pod.Status with { Conditions = [new PodCondition { Type = "Ready", Status = "True", LastTransitionTime = since }] } };
    }
}
