using Holdfast.Client;
using Holdfast.Model.Apps;
using Holdfast.Model.Core;
using Holdfast.Model.Meta;
using Holdfast.Model.Values;
using Holdfast.Testing;

namespace Holdfast.Host.Tests;

/// <summary>How a test in .NET uses a cluster of its own: start it, talk to it, leave it; nothing stays behind.</summary>
public sealed class SampleTests
{
    [Fact]
    public async Task A_set_of_three_becomes_ready_in_a_cluster_of_the_tests_own()
    {
        var stop = TestContext.Current.CancellationToken;
        await using var cluster = await EmbeddedCluster.StartAsync(new EmbeddedClusterOptions { Runtime = PodRuntime.Fake }, stop);

        await cluster.Client.CreateAsync(SetOf(3), stop);
        await Eventually.HoldsAsync(
            "three members are ready",
            async () => (await cluster.Client.GetAsync<StatefulSet>("default", "ledger", stop)).Status.ReadyReplicas == 3,
            TimeSpan.FromSeconds(60), stop);

        var pods = await cluster.Client.ListAsync<Pod>(new ListQuery { Namespace = "default" }, stop);
        Assert.Equal(["ledger-0", "ledger-1", "ledger-2"], pods.Items.Select(pod => pod.Metadata.Name));
        Assert.Equal(3, pods.Items.Select(pod => pod.Spec.NodeName).Distinct().Count());
    }

    private static StatefulSet SetOf(int replicas) => new()
    {
        Metadata = new ObjectMeta { Namespace = "default", Name = "ledger" },
        Spec = new StatefulSetSpec
        {
            Replicas = replicas,
            ServiceName = "ledger",
            Selector = new LabelSelector { MatchLabels = ValueMap.Of(("app", "ledger")) },
            Template = new PodTemplateSpec
            {
                Metadata = new ObjectMeta { Labels = ValueMap.Of(("app", "ledger")) },
                Spec = new PodSpec { Containers = [new Container { Name = "app", Image = "example/ledger-store:2.8.1" }] },
            },
        },
    };
}
