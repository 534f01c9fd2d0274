using Holdfast.Model.Scheduling;

namespace Holdfast.ApiServer.Tests.Verbs;

public sealed class PriorityClassTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_systems_classes_are_there_and_stay()
    {
        await using var cluster = await Cluster.StartAsync();
        var all = await cluster.Client.ListAsync<PriorityClass>(new(), Token);
        Assert.Equal([("system-cluster-critical", 2_000_000_000), ("system-node-critical", 2_000_001_000)], all.Items.Select(each => (each.Metadata.Name, each.Value)));
        var refusal = await Cluster.RefusedAsync(() => cluster.Client.DeleteAsync<PriorityClass>("", "system-node-critical", null, Token));
        Assert.Equal((403, "priorityclasses.scheduling.k8s.io \"system-node-critical\" is forbidden: this is a system priority class and cannot be deleted"), (refusal.Code, refusal.Message));
    }

    [Fact]
    public async Task There_is_one_default_at_most()
    {
        await using var cluster = await Cluster.StartAsync();
        PriorityClass Of(string name) => PriorityClass.Empty with { Metadata = Objects.Meta(name, ""), Value = 5, GlobalDefault = true };
        var one = await cluster.CreateAsync(Of("one"));
        await cluster.Client.UpdateAsync(one with { Description = "first" }, Token);
        var refusal = await Cluster.RefusedAsync(() => cluster.CreateAsync(Of("two")));
        Assert.Equal((403, "priorityclasses.scheduling.k8s.io \"two\" is forbidden: PriorityClass one is already marked as default. Only one default can exist"), (refusal.Code, refusal.Message));
        await cluster.Client.DeleteAsync<PriorityClass>("", "one", null, Token);
        await cluster.CreateAsync(Of("two"));
    }
}
