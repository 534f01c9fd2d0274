using System.Text.Json;
using Holdfast.Client;
using Holdfast.EndToEnd.Programs;
using Holdfast.Model.AdmissionRegistration;
using Holdfast.Model.Core;
using Holdfast.Model.Stewards;
using Holdfast.Testing;

namespace Holdfast.EndToEnd.Stewards;

/// <summary>T5 with real processes: a Steward that is killed with <c>kill -9</c> goes on where it was when it is started again; and one that is taken away leaves nobody waiting for it.</summary>
public sealed class KilledStewardTests(OwnStewardCluster cluster) : IClassFixture<OwnStewardCluster>
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    // Each moment takes an election's time; where the two ways of updating do the same, one of them is killed there.
    [Fact]
    public Task An_update_by_partition_ends_with_the_same_steps_however_often_the_Steward_is_killed_in_it() =>
        UpdateAsync("RollingUpdate", (operation, _) => operation is { Kind: "Update", Phase: "Replacing" }, (operation, last) => operation.Kind == "Update" && operation.Member == last);

    [Fact]
    public Task An_update_by_evictions_ends_with_the_leader_last_however_often_the_Steward_is_killed_in_it() =>
        UpdateAsync("OnDelete",
            (operation, _) => operation is { Kind: "Update", Phase: "Replacing" },
            (operation, _) => operation is { Kind: "Update", Phase: "Starting" or "Rejoining" },
            (operation, _) => operation is { Kind: "Update", Phase: "Soaking" },
            (operation, _) => operation.Kind == "Switchover",
            (operation, last) => operation.Kind == "Update" && operation.Member == last);

    /// <summary>Updates the set and kills the Steward at some moments of it.</summary>
    /// <param name="strategy">How the set is updated.</param>
    /// <param name="moments">Told what is under way and who is the last in the plan.</param>
    private async Task UpdateAsync(string strategy, params Func<OperationStatus, string, bool>[] moments)
    {
        await cluster.ReadyAsync();
        await cluster.Kubectl.SaysAsync("patch", "statefulset", "ledger-store", "--type=merge", "-p", "{\"spec\":{\"updateStrategy\":{\"type\":\"" + strategy + "\",\"rollingUpdate\":null}}}");
        var (leader, release) = ((await cluster.StewardAsync()).Status.Leader, (await cluster.StewardAsync()).Status.Members[0].Version == "2.8.1" ? "2.9.0" : "2.8.1");
        var planned = await PlannedAsync(release);
        await using var writer = new RepeatingWriter(cluster.Cluster.Client);
        await using var pods = new PodHistory(cluster.Cluster.Client);
        var before = (await cluster.StewardAsync()).Status.Rollout?.StartedAt;
        await cluster.Kubectl.SaysAsync("set", "image", "statefulset/ledger-store", $"app=example/ledger-store:{release}");
        foreach (var moment in moments)
        {
            await Eventually.HoldsAsync("the rollout is where the Steward is to be killed", async () => (await cluster.StewardAsync()).Status.Operation is { } operation && moment(operation, planned[^1]), Patience.Rollout, Stop);
            TestContext.Current.SendDiagnosticMessage($"killed in {(await cluster.StewardAsync()).Status.Operation}");
            await cluster.EndStewardAsync("KILL");
            await cluster.StartStewardAsync();
        }
        await Eventually.HoldsAsync("the rollout is completed", async () => (await cluster.StewardAsync()).Status.Rollout is { Phase: "Completed" } ended && ended.StartedAt != before, Patience.Rollout, Stop);
        await cluster.ReadyAsync();
        await writer.StopAsync();

        var status = (await cluster.StewardAsync()).Status;
        var rollout = status.Rollout!;
        Assert.All(rollout.Steps, step => Assert.NotNull(step.FinishedAt));
        var order = rollout.Steps.Select(step => step.Member).ToArray();
        Assert.Equal(planned.Order(), order.Order());
        if (strategy == "RollingUpdate")
            Assert.Equal(planned, order);
        else
            Assert.Equal(leader, order[^1]);
        Assert.Equal([release, release, release], status.Members.Select(member => member.Version));
        Assert.All(order, member => Assert.Equal(2, pods.UidsOf(member).Count));
        Assert.True(pods.MostAway <= 1, $"{pods.MostAway} members were away at once");
        Assert.Empty(await writer.LostAsync(Stop));
        Assert.True(writer.Longest < TimeSpan.FromSeconds(5), $"an entry took {writer.Longest}");
    }

    [Fact]
    public async Task The_webhooks_of_a_Steward_go_with_it_and_all_of_them_with_the_operator()
    {
        await cluster.ReadyAsync();
        (await cluster.Kubectl.ApplyAsync("""
            apiVersion: holdfast.dev/v1alpha1
            kind: Steward
            metadata: {name: other}
            spec: {targetRef: {name: nothing}, member: {preset: etcd}}
            """)).Succeeded();
        await Eventually.HoldsAsync("the other Steward has its entries", async () => (await EntriesAsync()).Count(name => name.StartsWith("other.default.", StringComparison.Ordinal)) == 3, Patience.Usual, Stop);
        await cluster.Kubectl.SaysAsync("delete", "steward", "other");
        await Eventually.HoldsAsync("its entries are gone", async () => !(await EntriesAsync()).Any(name => name.StartsWith("other.", StringComparison.Ordinal)), Patience.Usual, Stop);
        Assert.Equal(3, (await EntriesAsync()).Count(name => name.StartsWith("ledger-store.default.", StringComparison.Ordinal)));

        var refused = await HoldfastCommand.RunAsync("operator", "--uninstall", "--kubeconfig", cluster.Cluster.Kubeconfig);
        Assert.Equal(1, refused.ExitCode);
        Assert.Contains("a Steward still runs and would put its webhooks back", refused.Errors, StringComparison.Ordinal);
        await cluster.EndStewardAsync("TERM");
        var pod = await cluster.Kubectl.RunAsync("delete", "pod", "ledger-store-0", "--dry-run=server");
        Assert.NotEqual(0, pod.ExitCode);
        (await HoldfastCommand.RunAsync("operator", "--uninstall", "--kubeconfig", cluster.Cluster.Kubeconfig)).Succeeded();
        Assert.Empty(await EntriesAsync());
        Assert.Empty(await LabelledAsync());
        await cluster.Kubectl.SaysAsync("delete", "pod", "ledger-store-0", "--dry-run=server");
        (await HoldfastCommand.RunAsync("operator", "--uninstall", "--kubeconfig", cluster.Cluster.Kubeconfig)).Succeeded();
        await cluster.StartStewardAsync();
        await Eventually.HoldsAsync("it is asked again", async () => (await EntriesAsync()).Length == 4, Patience.Usual, Stop);

        await Eventually.HoldsAsync("every member says its role again", async () => (await LabelledAsync()).Count == 3, Patience.Usual, Stop);
        await cluster.Kubectl.SaysAsync("delete", "steward", "ledger-store");
        await Eventually.HoldsAsync("nobody is labelled whom no Steward looks after", async () => (await LabelledAsync()).Count == 0, Patience.Usual, Stop);
        await cluster.ApplyStewardAsync();
    }

    private async Task<IReadOnlyCollection<Pod>> LabelledAsync() =>
        (await cluster.Cluster.Client.ListAsync<Pod>(new ListQuery { Namespace = "default", LabelSelector = "holdfast.dev/role" }, Stop)).Items;

    /// <summary>The members in the order in which the plan has them replaced.</summary>
    private async Task<string[]> PlannedAsync(string release)
    {
        var outcome = await HoldfastCommand.RunAsync("plan", "rollout", "ledger-store", "--image", $"example/ledger-store:{release}", "-o", "json", "--data", cluster.Cluster.DataFolder);
        using var document = JsonDocument.Parse(outcome.Succeeded());
        return [.. document.RootElement.GetProperty("plans")[0].GetProperty("steps").EnumerateArray()
            .Where(step => step.GetProperty("action").GetString() is "replace" || step.GetProperty("action").GetString()!.StartsWith("partition ", StringComparison.Ordinal))
            .Select(step => step.GetProperty("member").GetString()!).Distinct()];
    }

    private async Task<string[]> EntriesAsync() =>
    [
        .. (await cluster.Cluster.Client.FindAsync<ValidatingWebhookConfiguration>("", "holdfast-steward", Stop))?.Webhooks.Select(webhook => webhook.Name) ?? [],
        .. (await cluster.Cluster.Client.FindAsync<MutatingWebhookConfiguration>("", "holdfast-steward", Stop))?.Webhooks.Select(webhook => webhook.Name) ?? [],
    ];
}
