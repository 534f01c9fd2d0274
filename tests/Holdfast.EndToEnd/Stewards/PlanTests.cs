using System.Text.Json;
using Holdfast.EndToEnd.Programs;
using Holdfast.Model.Core;

namespace Holdfast.EndToEnd.Stewards;

/// <summary><c>holdfast plan</c> tells what the Steward would do, and changes nothing.</summary>
public sealed class PlanTests(StewardCluster cluster) : IClassFixture<StewardCluster>
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_restart_is_planned_with_the_leader_last_and_nothing_is_changed()
    {
        await cluster.ReadyAsync();
        var before = await VersionsAsync();
        var (plan, exit) = await PlanAsync("restart", "ledger-store");
        Assert.Equal(0, exit);
        var leader = await cluster.FieldAsync(".status.leader");
        var steps = plan.GetProperty("steps").EnumerateArray().ToArray();
        Assert.Equal(3, steps.Count(step => step.GetProperty("action").GetString()!.StartsWith("partition ", StringComparison.Ordinal)));
        Assert.Contains(steps, step => step.GetProperty("action").GetString() == "hand over" && step.GetProperty("member").GetString()!.StartsWith(leader + " ", StringComparison.Ordinal));
        Assert.All(steps, step => Assert.InRange(step.GetProperty("lowestMargin").GetInt32(), 0, 1));
        Assert.All(steps, step => Assert.NotEqual("", step.GetProperty("reason").GetString()));
        Assert.Equal((0, 1, ""), (plan.GetProperty("lowestMargin").GetInt32(), plan.GetProperty("margin").GetInt32(), plan.GetProperty("stoppedBy").GetString()));
        Assert.Equal(before, await VersionsAsync());
    }

    [Fact]
    public async Task A_person_reads_steps_leader_quorum_and_what_would_stop_it()
    {
        await cluster.ReadyAsync();
        var text = (await RunAsync("scale", "ledger-store", "--replicas", "4")).Succeeded();
        Assert.Matches(@"^Plan: scale to 4, for StatefulSet default/ledger-store as Steward ledger-store saw it \d+m?s ago\n +ACTION +MEMBER +LEADER BEFORE +MARGIN +WHY\n +1 +scale the set +4 +ledger-store-\d +\d +ledger-store-3 is added\n", text);
        Assert.Contains("Note      4 voters bear the loss of 1, no more than 3 do: an odd number is better\n", text, StringComparison.Ordinal);
        Assert.EndsWith("Stopped   by nothing that is known now\n\nNothing was changed.\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_stops_a_rollout_is_told_before_it_begins()
    {
        await cluster.ReadyAsync();
        await cluster.Kubectl.SaysAsync("patch", "steward", "ledger-store", "--type=merge", "-p", """{"spec":{"rollout":{"paused":true}}}""");
        try
        {
            var (plan, exit) = await PlanAsync("rollout", "ledger-store", "--image", "app=example/ledger-store:2.9.0");
            Assert.Equal((1, "the rollout is paused"), (exit, plan.GetProperty("stoppedBy").GetString()));
        }
        finally
        {
            await cluster.Kubectl.SaysAsync("patch", "steward", "ledger-store", "--type=merge", "-p", """{"spec":{"rollout":{"paused":null}}}""");
        }
        Assert.Contains("has no container side; it has app", (await RunAsync("rollout", "ledger-store", "--image", "side=x:1")).Refused(2), StringComparison.Ordinal);
        Assert.Contains("not found", (await RunAsync("restart", "nobody")).Refused(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_drain_of_the_leaders_node_hands_over_first_and_says_where_the_volume_is()
    {
        await cluster.ReadyAsync();
        var leader = await cluster.FieldAsync(".status.leader");
        var node = (await cluster.Cluster.Client.GetAsync<Pod>("default", leader, Stop)).Spec.NodeName;
        var (plan, exit) = await PlanAsync("drain", node);
        Assert.Equal(0, exit);
        Assert.Equal(["hand over", "replace"], plan.GetProperty("steps").EnumerateArray().Select(step => step.GetProperty("action").GetString()));
        Assert.Equal(1, plan.GetProperty("leaderMoves").GetInt32());
        Assert.Contains($"{leader}: the volume is on {node} alone", plan.GetProperty("warnings")[0].GetString(), StringComparison.Ordinal);
        Assert.Contains("there is no node node-9; kubectl get nodes lists those that there are", (await RunAsync("drain", "node-9")).Refused(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_status_of_the_cluster_shows_its_Stewards_in_every_form()
    {
        await cluster.ReadyAsync();
        var yaml = (await HoldfastCommand.RunAsync("status", "--data", cluster.Cluster.DataFolder, "-o", "yaml")).Output;
        Assert.Contains("\nstewards:\n- namespace: default\n  name: ledger-store\n  statefulSet: ledger-store\n  healthy: true\n", yaml, StringComparison.Ordinal);
        Assert.Contains("running: true\n", yaml, StringComparison.Ordinal);
        Assert.Matches(@"\nStewards\n +default/ledger-store +3/3 voters well, ledger-store-\d leads, ready", (await HoldfastCommand.RunAsync("status", "--data", cluster.Cluster.DataFolder)).Output);
        Assert.Equal("running: false\n", (await HoldfastCommand.RunAsync("status", "--data", "/nonexistent", "-o", "yaml")).Output.Split("data:")[0]);
    }

    private Task<Outcome> RunAsync(params string[] arguments) => HoldfastCommand.RunAsync(["plan", .. arguments, "--data", cluster.Cluster.DataFolder]);

    private async Task<(JsonElement Plan, int Exit)> PlanAsync(params string[] arguments)
    {
        var outcome = await RunAsync([.. arguments, "-o", "json"]);
        Assert.Equal("", outcome.Errors);
        using var document = JsonDocument.Parse(outcome.Output);
        return (Assert.Single(document.RootElement.GetProperty("plans").EnumerateArray().ToArray()).Clone(), outcome.ExitCode);
    }

    private async Task<string> VersionsAsync() =>
        (await cluster.SetAsync()).Metadata.ResourceVersion + await cluster.FieldAsync(".metadata.generation") + await cluster.Kubectl.SaysAsync("get", "pods", "-o", "jsonpath={.items[*].metadata.uid}");
}
