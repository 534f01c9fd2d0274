using Holdfast.ApiServer.Registry;
using Holdfast.Client;
using Holdfast.Model.Apps;
using Holdfast.Model.Core;
using Holdfast.Model.Json;
using Holdfast.Model.Meta;
using Holdfast.Model.Policy;
using Holdfast.Model.Values;
using Holdfast.Store;
using static Holdfast.ApiServer.Tests.Cluster;
using static Holdfast.ApiServer.Tests.Objects;

namespace Holdfast.ApiServer.Tests.Evictions;

public sealed class EvictionTests
{
    [Fact]
    public async Task Evictions_under_different_budgets_of_a_namespace_do_not_hinder_each_other()
    {
        const int Budgets = 4 * RegistryParts.MaximumAttempts;
        await using var cluster = await StartAsync();
        for (var i = 0; i < Budgets; i++)
        {
            var labels = ValueMap.Of(("app", $"a{i}"));
            var budget = Budget(minAvailable: 0);
            await cluster.CreateAsync(budget with
            {
                Metadata = Meta($"b{i}"),
                Spec = budget.Spec with { Selector = LabelSelector.Empty with { MatchLabels = labels } },
            });
            var pod = Pod($"p{i}", "n1");
            await cluster.Client.UpdateStatusAsync(Ready(await cluster.CreateAsync(pod with { Metadata = pod.Metadata with { Labels = labels } })), Token);
        }
        await Task.WhenAll(Enumerable.Range(0, Budgets).Select(i => EvictAsync(cluster, $"p{i}")));
        var pods = await cluster.Client.ListAsync<Pod>(new ListQuery { Namespace = "default" }, Token);
        Assert.All(pods.Items, pod => Assert.NotNull(pod.Metadata.DeletionTimestamp));
    }

    [Fact]
    public async Task A_grant_rests_on_the_scale_that_it_counted()
    {
        await using var cluster = await StartAsync();
        var set = await cluster.CreateAsync(ModelJson.Read<StatefulSet>("""
            {"metadata": {"name": "web", "namespace": "default"}, "spec": {"replicas": 3, "serviceName": "web", "selector": {"matchLabels": {"app": "a"}},
             "template": {"metadata": {"labels": {"app": "a"}}, "spec": {"containers": [{"name": "c", "image": "example/x:1"}]}}}}
            """));
        var pod = Pod("web-0", "n1");
        var owner = new OwnerReference { ApiVersion = "apps/v1", Kind = "StatefulSet", Name = "web", Uid = set.Metadata.Uid, Controller = true };
        await cluster.CreateAsync(pod with { Metadata = pod.Metadata with { OwnerReferences = [owner] } });
        var budget = PodDisruptionBudget.Empty with { Metadata = Meta("b"), Spec = PodDisruptionBudgetSpec.Empty with { MaxUnavailable = 1 } };
        var view = new ClusterView(cluster.Store.Snapshot());
        var health = BudgetHealth.Of(budget, [view.Find<Pod>("default", "web-0")!], view, cluster.Core.Served);
        Assert.Equal((2, 3), (health.DesiredHealthy, health.ExpectedPods));
        await cluster.Client.UpdateStatusAsync(set with { Status = StatefulSetStatus.Empty with { Replicas = 1 } }, Token);
        Assert.IsType<Committed>(await cluster.Store.CommitAsync(new Transaction(health.Conditions, []), Token));
        var now = await cluster.GetAsync<StatefulSet>("web");
        await cluster.Client.UpdateAsync(now with { Spec = now.Spec with { Replicas = 5 } }, Token);
        Assert.IsType<Conflict>(await cluster.Store.CommitAsync(new Transaction(health.Conditions, []), Token));
    }

    private static Task<ApiAnswer> EvictAsync(Cluster cluster, string name) => cluster.Client.Transport.CallAsync(
        new ApiCall(ApiVerb.Create, Model.Core.Pod.ResourceType, "default", name)
        {
            Subresource = "eviction",
            Body = Eviction.Empty with { Metadata = Meta(name) },
        }, Token);
}
