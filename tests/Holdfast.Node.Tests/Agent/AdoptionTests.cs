using Holdfast.Model.Coordination;
using Holdfast.Model.Core;

namespace Holdfast.Node.Tests.Agent;

/// <summary>What outlives the agent, what it finds again, and how it stops.</summary>
public sealed class AdoptionTests
{
    [Fact]
    public Task The_node_and_its_lease_are_kept() => NodeFixture.RunAsync(async node =>
    {
        var found = node.World.Api.Find<Model.Core.Node>("", Pods.NodeName)!;
        Assert.Equal("a", found.Metadata.Labels["topology.kubernetes.io/zone"]);
        Assert.Equal("True", found.Status.Conditions.Single(condition => condition.Type == "Ready").Status);
        Assert.Equal("v1.36.0-holdfast", found.Status.NodeInfo.KubeletVersion);
        var owner = Assert.Single(node.World.Api.Find<Lease>("kube-node-lease", Pods.NodeName)!.Metadata.OwnerReferences);
        Assert.Equal(("v1", "Node", Pods.NodeName, found.Metadata.Uid), (owner.ApiVersion, owner.Kind, owner.Name, owner.Uid));
        var renewed = node.World.Api.Find<Lease>("kube-node-lease", Pods.NodeName)!.Spec.RenewTime;
        await node.World.PassAsync(TimeSpan.FromSeconds(11));
        Assert.True(node.World.Api.Find<Lease>("kube-node-lease", Pods.NodeName)!.Spec.RenewTime > renewed);
    });

    [Fact]
    public async Task An_agent_that_comes_back_finds_its_pods_running_and_ends_those_that_were_deleted()
    {
        var node = new NodeFixture();
        await node.World.Run(async () =>
        {
            var first = await node.StartedAsync();
            node.World.Api.Put(Pods.Named("stays"));
            node.World.Api.Put(Pods.Named("goes"));
            await node.UntilReadyAsync("stays");
            await node.UntilReadyAsync("goes");
            await first.StopAsync(leavePods: true, CancellationToken.None);
            Assert.Equal(2, (await node.Runtime.ListAsync(default)).Count);
            node.World.Api.Remove<Pod>("default", "goes");
            var writes = node.World.Api.Revision;

            var second = await node.StartedAsync();
            await node.World.PassAsync(TimeSpan.FromSeconds(5));
            Assert.Equal("stays", Assert.Single(await node.Runtime.ListAsync(default)).Sandbox.Name);
            Assert.Equal(0, node.Pod("stays")!.StatusOf("app").RestartCount);
            Assert.DoesNotContain(node.World.Api.History, change => change.Revision > writes && change.New is Pod);
            node.Runtime.ExitWith(node.Id("stays", "app"), 1);
            await node.UntilAsync("it is restarted", () => node.Pod("stays")!.StatusOf("app") is { RestartCount: 1, Ready: true });
            await second.StopAsync(leavePods: true, CancellationToken.None);
        });
        Assert.Empty(node.World.Faults);
    }

    [Fact]
    public async Task An_orderly_stop_ends_the_pods_and_the_next_start_runs_them_again()
    {
        var node = new NodeFixture();
        await node.World.Run(async () =>
        {
            var first = await node.StartedAsync();
            node.World.Api.Put(Pods.Named("web-0"));
            await node.UntilReadyAsync("web-0");
            await node.World.PassAsync(TimeSpan.FromSeconds(2));
            node.World.Api.Put(Pods.Named("web-1"));
            await node.UntilReadyAsync("web-1");
            node.Runtime.TerminationTime = TimeSpan.FromSeconds(1);
            node.Events.Clear();
            await first.StopAsync(leavePods: false, CancellationToken.None);
            Assert.Empty(await node.Runtime.ListAsync(default));
            Assert.Equal(["web-1", "web-0"], node.Events.Select(note => note.InvolvedObject.Name));

            var second = await node.StartedAsync();
            await node.UntilAsync("both run again", () => new[] { "web-0", "web-1" }.All(name => node.Pod(name)!.StatusOf("app") is { RestartCount: 1, Ready: true }));
            Assert.Equal("ContainerStatusUnknown", node.Pod("web-0")!.StatusOf("app").LastState.Terminated!.Reason);
            await second.StopAsync(leavePods: true, CancellationToken.None);
        });
        Assert.Empty(node.World.Faults);
    }

    [Fact]
    public async Task A_termination_that_a_crash_interrupted_is_ended_by_the_next_agent()
    {
        var node = new NodeFixture();
        await node.World.Run(async () =>
        {
            var first = await node.StartedAsync();
            node.World.Api.Put(Pods.Named("web-0"));
            await node.UntilReadyAsync("web-0");
            node.Runtime.TerminationTime = TimeSpan.FromSeconds(20);
            await node.DeleteAsync("web-0");
            await node.World.PassAsync(TimeSpan.FromSeconds(2));
            await first.StopAsync(leavePods: true, CancellationToken.None);
            var second = await node.StartedAsync();
            await node.UntilGoneAsync("web-0");
            Assert.Empty(await node.Runtime.ListAsync(default));
            await second.StopAsync(leavePods: true, CancellationToken.None);
        });
        Assert.Empty(node.World.Faults);
    }

    [Fact]
    public async Task A_start_that_a_crash_interrupted_is_seen_to_its_end_by_the_next_agent()
    {
        var node = new NodeFixture();
        node.Runtime.StartTime = TimeSpan.FromSeconds(10);
        await node.World.Run(async () =>
        {
            var first = await node.StartedAsync();
            node.World.Api.Put(Pods.Named("web-0"));
            await node.World.PassAsync(TimeSpan.FromSeconds(2));
            await first.StopAsync(leavePods: true, CancellationToken.None);
            var second = await node.StartedAsync();
            await node.World.PassAsync(TimeSpan.FromSeconds(2));
            Assert.NotEqual("True", node.Pod("web-0").Condition("Ready"));
            await node.UntilReadyAsync("web-0");
            Assert.Equal(0, node.Pod("web-0")!.StatusOf("app").RestartCount);
            await second.StopAsync(leavePods: true, CancellationToken.None);
        });
        Assert.Empty(node.World.Faults);
    }

    [Fact]
    public Task A_stop_that_runs_out_of_time_leaves_its_pods_running_and_says_which() => NodeFixture.RunAsync(async node =>
    {
        node.Runtime.TerminationTime = TimeSpan.FromHours(1);
        node.World.Api.Put(Pods.Named("web-0"));
        await node.UntilReadyAsync("web-0");
        var agent = node.Agent!;
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(3), node.World.Environment.Time);
        await agent.StopAsync(leavePods: false, limit.Token);
        Assert.Single(await node.Runtime.ListAsync(default));
        Assert.Contains(node.World.Log, entry => entry.Message.EndsWith("left running: default/web-0", StringComparison.Ordinal));
    });

    [Fact]
    public async Task The_same_seed_gives_the_same_run()
    {
        Assert.Equal(await TraceAsync(3), await TraceAsync(3));
        Assert.NotEqual(await TraceAsync(3), await TraceAsync(4));
    }

    [Fact]
    public Task A_pod_that_starts_is_written_of_at_most_twice() => NodeFixture.RunAsync(async node =>
    {
        for (var index = 0; index < 20; index++)
            node.World.Api.Put(Pods.Named($"web-{index}"));
        await node.UntilAsync("all are ready", () => node.World.Api.All<Pod>().All(pod => pod.Condition("Ready") == "True"));
        Assert.InRange(node.World.Api.Calls.Count(call => call.Type == Pod.ResourceType && call.Subresource == "status"), 20, 40);
    });

    private static async Task<ulong> TraceAsync(ulong seed)
    {
        var node = new NodeFixture(seed);
        await node.World.Run(async () =>
        {
            var agent = await node.StartedAsync();
            for (var index = 0; index < 5; index++)
                node.World.Api.Put(Pods.Named($"web-{index}"));
            await node.UntilReadyAsync("web-4");
            await node.DeleteAsync("web-2");
            await node.UntilGoneAsync("web-2");
            await agent.StopAsync(leavePods: false, CancellationToken.None);
        });
        Assert.Empty(node.World.Faults);
        return node.World.Scheduler.TraceHash;
    }
}
