using Holdfast.Client;
using Holdfast.Client.Http;
using Holdfast.Model.Apps;
using Holdfast.Model.Coordination;
using Holdfast.Model.Core;
using Holdfast.Model.Meta;
using Holdfast.Model.Values;
using Holdfast.Testing;
using static Holdfast.Host.Tests.Clusters;

namespace Holdfast.Host.Tests;

/// <summary>How the cluster's controllers and scheduler lead, lose and lead again.</summary>
public sealed class LeadershipTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task They_hold_their_lease_and_give_it_back_and_the_next_start_leads_at_once_with_a_higher_term()
    {
        await using (var cluster = await StartAsync(On(_folder.Path)))
        {
            var lease = await LeaseAsync(cluster);
            Assert.Equal(("holdfast", 15, 1), (lease.Spec.HolderIdentity, lease.Spec.LeaseDurationSeconds, lease.Spec.LeaseTransitions));
            await UntilAsync("it is renewed", async () => (await LeaseAsync(cluster)).Spec.RenewTime > lease.Spec.RenewTime);
        }
        await using (var cluster = await StartAsync(On(_folder.Path)))
            Assert.Equal(("holdfast", 2), ((await LeaseAsync(cluster)).Spec.HolderIdentity, (await LeaseAsync(cluster)).Spec.LeaseTransitions));
    }

    [Fact]
    public async Task While_another_holds_the_lease_nothing_is_controlled_and_afterwards_everything_is_again()
    {
        await using var cluster = await StartAsync(On(_folder.Path));
        var lease = await LeaseAsync(cluster);
        await UntilAsync("somebody else has taken the lease", async () =>
        {
            var read = await LeaseAsync(cluster);
            return await WrittenAsync(cluster, read with
            {
                Spec = read.Spec with { HolderIdentity = "somebody else", LeaseTransitions = read.Spec.LeaseTransitions + 1, LeaseDurationSeconds = 3600 },
            });
        });
        // At this very moment the controllers still believe that they lead: it is the fence that holds them.
        await cluster.Client.CreateAsync(Set(), Stop);
        await UntilAsync("their writes are refused, or they have seen it themselves", async () => (await LogAsync()).Contains("no longer leads with term 1", StringComparison.Ordinal));
        Assert.Empty((await cluster.Client.ListAsync<Pod>(new ListQuery { Namespace = "default" }, Stop)).Items);
        Assert.Empty((await cluster.Client.ListAsync<ControllerRevision>(new ListQuery { Namespace = "default" }, Stop)).Items);
        await cluster.Client.DeleteAsync<Lease>(lease.Metadata.Namespace, lease.Metadata.Name, null, Stop);
        await UntilAsync("the pod is made", async () => await cluster.Client.FindAsync<Pod>("default", "db-0", Stop) is not null);
        Assert.Equal("holdfast", (await LeaseAsync(cluster)).Spec.HolderIdentity);
        Assert.True((await LeaseAsync(cluster)).Spec.LeaseTransitions > 2);
    }

    [Fact]
    public async Task The_figures_of_every_controller_are_shown()
    {
        await using var cluster = await StartAsync(On(_folder.Path));
        using var http = KubeConfig.Load(cluster.Kubeconfig).CreateClient();
        var text = await http.GetStringAsync(new Uri("/metrics", UriKind.Relative), Stop);
        foreach (var controller in (string[])["statefulset", "scheduler", "disruption", "garbagecollector", "namespace", "persistentvolumeclaim", "podgc"])
        {
            foreach (var figure in (string[])["reconcile_total", "reconcile_duration_seconds_count", "reconcile_in_flight", "workqueue_depth", "workqueue_adds_total", "workqueue_retries_total", "workqueue_queue_duration_seconds_count", "workqueue_longest_running_seconds"])
                Assert.Contains($"\nholdfast_{figure}{{controller=\"{controller}\"", text, StringComparison.Ordinal);
        }
    }

    private async Task<string> LogAsync()
    {
        await using var file = new FileStream(_folder["holdfast.log"], FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using var reader = new StreamReader(file);
        return await reader.ReadToEndAsync(Stop);
    }

    private static async Task<bool> WrittenAsync(EmbeddedCluster cluster, Lease lease)
    {
        try
        {
            await cluster.Client.UpdateAsync(lease, Stop);
            return true;
        }
        catch (ApiException error) when (error.IsConflict)
        {
            return false;
        }
    }

    private static Task<Lease> LeaseAsync(EmbeddedCluster cluster) => cluster.Client.GetAsync<Lease>("kube-system", "kube-controller-manager", Stop);

    private static Task UntilAsync(string what, Func<Task<bool>> isSo) => Eventually.HoldsAsync(what, isSo, TimeSpan.FromSeconds(60), Stop);

    private static StatefulSet Set() => new()
    {
        Metadata = new ObjectMeta { Namespace = "default", Name = "db" },
        Spec = new StatefulSetSpec
        {
            Replicas = 1,
            ServiceName = "db",
            Selector = new LabelSelector { MatchLabels = ValueMap.Of(("app", "db")) },
            Template = new PodTemplateSpec
            {
                Metadata = new ObjectMeta { Labels = ValueMap.Of(("app", "db")) },
                Spec = new PodSpec { Containers = [new Container { Name = "c", Image = "example/x" }] },
            },
        },
    };
}
