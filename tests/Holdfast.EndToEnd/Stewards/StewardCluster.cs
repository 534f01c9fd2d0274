using Holdfast.Client;
using Holdfast.EndToEnd.Programs;
using Holdfast.Model.Apps;
using Holdfast.Model.Core;
using Holdfast.Testing;

namespace Holdfast.EndToEnd.Stewards;

/// <summary>A cluster of its own that runs the example ledger under a Steward, in the namespace default; what the tests do moves all of it.</summary>
public sealed class StewardCluster : ClusterFixture
{
    private const string Quick = """
        apiVersion: holdfast.dev/v1alpha1
        kind: Steward
        metadata: {name: ledger-store}
        spec:
          targetRef: {name: ledger-store}
          member: {preset: ledger-store}
          rollout: {soak: 1s, stepDeadline: 2m}
        """;

    internal static CancellationToken Stop => TestContext.Current.CancellationToken;

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        // Without the example's own budget: the Steward keeps one where the user has none.
        await Kubectl.SaysAsync("apply", "-f", Path.Combine(Manifests.LedgerExample, "ledger-store.yaml"));
        (await Kubectl.ApplyAsync(Quick)).Succeeded();
        await ReadyAsync();
    }

    /// <summary>Waits until the Steward says that all is as it is wanted.</summary>
    internal async Task ReadyAsync()
    {
        try
        {
            await Eventually.HoldsAsync("the Steward is ready", async () =>
                await Kubectl.SaysAsync("get", "steward", "ledger-store", "-o", "jsonpath={.status.conditions[?(@.type==\"Ready\")].status}{.status.quorum.text}") == "True3/3",
                Patience.Rollout, Stop);
        }
        catch (TimeoutException)
        {
            TestContext.Current.SendDiagnosticMessage(await Kubectl.SaysAsync("get", "steward", "ledger-store", "-o", "yaml"));
            throw;
        }
    }

    /// <summary>A field of the Steward, by its path.</summary>
    internal Task<string> FieldAsync(string path) => Kubectl.SaysAsync("get", "steward", "ledger-store", "-o", $"jsonpath={{{path}}}");

    /// <summary>The members that are labelled so.</summary>
    internal async Task<string[]> LabelledAsync(string role) =>
        [.. (await Cluster.Client.ListAsync<Pod>(new ListQuery { Namespace = "default", LabelSelector = $"holdfast.dev/role={role}" }, Stop)).Items.Select(pod => pod.Metadata.Name)];

    internal Task<StatefulSet> SetAsync() => Cluster.Client.GetAsync<StatefulSet>("default", "ledger-store", Stop);
}
