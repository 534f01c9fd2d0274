using Holdfast.Client;
using Holdfast.Model.Core;
using Holdfast.Model.Meta;
using Holdfast.Model.Policy;
using static Holdfast.ApiServer.Tests.Cluster;
using static Holdfast.ApiServer.Tests.Objects;

namespace Holdfast.ApiServer.Tests;

public sealed class DeletionTests
{
    [Fact]
    public async Task A_bound_pod_stays_until_its_node_confirms_and_its_grace_only_shrinks()
    {
        await using var cluster = await StartAsync();
        await cluster.CreateAsync(Pod("p", "n1"));
        Task<ApiAnswer> Delete(long? grace) => cluster.Client.DeleteAsync<Pod>(
            "default", "p", DeleteOptions.Empty with { GracePeriodSeconds = grace }, Token);
        await Delete(null);
        var marked = await cluster.GetAsync<Pod>("p");
        Assert.Equal(60, marked.Metadata.DeletionGracePeriodSeconds);
        await Delete(90);
        Assert.Equal(marked, await cluster.GetAsync<Pod>("p"));
        await Delete(10);
        var shrunk = await cluster.GetAsync<Pod>("p");
        Assert.Equal(10, shrunk.Metadata.DeletionGracePeriodSeconds);
        Assert.Equal(marked.Metadata.DeletionTimestamp!.Value.AddSeconds(-50), shrunk.Metadata.DeletionTimestamp);
        await Delete(0);
        Assert.Null(await cluster.Client.FindAsync<Pod>("default", "p", Token));
    }

    [Fact]
    public async Task A_pod_without_a_node_goes_at_once()
    {
        await using var cluster = await StartAsync();
        await cluster.CreateAsync(Pod("p"));
        await cluster.Client.DeleteAsync<Pod>("default", "p", null, Token);
        Assert.Null(await cluster.Client.FindAsync<Pod>("default", "p", Token));
    }

    [Fact]
    public async Task What_has_a_finalizer_stays_until_it_is_taken_away()
    {
        await using var cluster = await StartAsync();
        var held = ConfigMap("a") with { Metadata = Meta("a") with { Finalizers = ["example.com/keep"] } };
        await cluster.CreateAsync(held);
        await cluster.Client.DeleteAsync<ConfigMap>("default", "a", null, Token);
        var waiting = await cluster.GetAsync<ConfigMap>("a");
        Assert.NotNull(waiting.Metadata.DeletionTimestamp);
        await cluster.Client.UpdateAsync(waiting with { Metadata = waiting.Metadata with { Finalizers = [] } }, Token);
        Assert.Null(await cluster.Client.FindAsync<ConfigMap>("default", "a", Token));
    }

    [Theory]
    [InlineData("Foreground", "foregroundDeletion")]
    [InlineData("Orphan", "orphan")]
    public async Task Propagation_is_left_to_the_collector_as_a_finalizer(string policy, string finalizer)
    {
        await using var cluster = await StartAsync();
        await cluster.CreateAsync(ConfigMap("a"));
        await cluster.Client.DeleteAsync<ConfigMap>("default", "a", DeleteOptions.Empty with { PropagationPolicy = policy }, Token);
        Assert.Equal(finalizer, Assert.Single((await cluster.GetAsync<ConfigMap>("a")).Metadata.Finalizers));
    }

    [Fact]
    public async Task A_deletion_of_another_uid_or_version_does_not_take_place()
    {
        await using var cluster = await StartAsync();
        await cluster.CreateAsync(ConfigMap("a"));
        foreach (var wanted in new[] { Preconditions.Empty with { Uid = "another" }, Preconditions.Empty with { ResourceVersion = "1" } })
        {
            var refusal = await RefusedAsync(() => cluster.Client.DeleteAsync<ConfigMap>(
                "default", "a", DeleteOptions.Empty with { Preconditions = wanted }, Token));
            Assert.True(refusal.IsConflict);
        }
        Assert.NotNull(await cluster.GetAsync<ConfigMap>("a"));
    }

    [Fact]
    public async Task However_many_ask_at_once_a_budget_grants_no_more_than_it_has()
    {
        await using var cluster = await StartAsync();
        await cluster.CreateAsync(Budget(minAvailable: 3));
        for (var i = 0; i < 5; i++)
        {
            var pod = await cluster.CreateAsync(Pod($"p{i}", "n1"));
            await cluster.Client.UpdateStatusAsync(Ready(pod), Token);
        }
        var granted = await Task.WhenAll(Enumerable.Range(0, 5).Select(i => IsEvictedAsync(cluster, $"p{i}")));
        Assert.Equal(2, granted.Count(isGranted => isGranted));
        var pods = await cluster.Client.ListAsync<Pod>(new ListQuery { Namespace = "default" }, Token);
        Assert.Equal(3, pods.Items.Count(pod => pod.Metadata.DeletionTimestamp is null));
    }

    [Fact]
    public async Task A_budget_counts_pods_and_not_what_its_status_says()
    {
        await using var cluster = await StartAsync();
        var budget = await cluster.CreateAsync(Budget(minAvailable: 1));
        await cluster.Client.UpdateStatusAsync(budget with
        {
            Status = PodDisruptionBudgetStatus.Empty with { DisruptionsAllowed = 5, CurrentHealthy = 6, DesiredHealthy = 1, ExpectedPods = 6 },
        }, Token);
        await cluster.Client.UpdateStatusAsync(Ready(await cluster.CreateAsync(Pod("p", "n1"))), Token);
        Assert.False(await IsEvictedAsync(cluster, "p"));
    }

    private static async Task<bool> IsEvictedAsync(Cluster cluster, string name)
    {
        try
        {
            await cluster.Client.Transport.CallAsync(new ApiCall(ApiVerb.Create, Model.Core.Pod.ResourceType, "default", name)
            {
                Subresource = "eviction",
                Body = Eviction.Empty with { Metadata = Meta(name) },
            }, Token);
            return true;
        }
        catch (ApiException refusal) when (refusal.Code == 429)
        {
            return false;
        }
    }
}
