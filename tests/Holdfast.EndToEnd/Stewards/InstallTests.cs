using System.Text.RegularExpressions;
using Holdfast.EndToEnd.Programs;
using Holdfast.Testing;

namespace Holdfast.EndToEnd.Stewards;

/// <summary>
/// The Steward as a Deployment inside a cluster, from <c>deploy/install.yaml</c>: its own account and rights, and its webhooks by their Service. The cluster is the
/// embedded one, which runs no Steward of its own here; on another Kubernetes only the image comes from elsewhere.
/// </summary>
public sealed class InstallTests : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private Cluster? _cluster;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private Kubectl Kubectl => _cluster!.Kubectl;

    public async ValueTask InitializeAsync()
    {
        var data = _folder["data"];
        (await HoldfastCommand.RunAsync("image", "add", "holdfast/holdfast:0.1.0", "--data", data, "--files", Path.GetDirectoryName(HoldfastCommand.Path)!, "--dotnet", "--", "{dotnet}/dotnet", "{files}/holdfast.dll")).Succeeded();
        _cluster = await Cluster.StartAsync(data, "--steward=false");
    }

    public async ValueTask DisposeAsync()
    {
        if (_cluster is not null)
            await _cluster.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task It_looks_after_a_set_and_is_asked_before_a_member_goes()
    {
        await Kubectl.SaysAsync("apply", "--server-side", "-f", Path.Combine(Manifests.LedgerExample, "..", "..", "deploy", "install.yaml"));
        await Kubectl.SaysAsync("rollout", "status", "deployment/holdfast-steward", "-n", "holdfast-system", "--timeout=120s");
        await Kubectl.SaysAsync("apply", "-f", Path.Combine(Manifests.LedgerExample, "ledger-store.yaml"));
        (await Kubectl.ApplyAsync("""
            apiVersion: holdfast.dev/v1alpha1
            kind: Steward
            metadata: {name: ledger-store}
            spec:
              targetRef: {name: ledger-store}
              member: {preset: ledger-store}
              rollout: {soak: 1s}
            """)).Succeeded();
        await Eventually.HoldsAsync("the Steward is ready", async () =>
            await Kubectl.SaysAsync("get", "steward", "ledger-store", "-o", "jsonpath={.status.conditions[?(@.type==\"Ready\")].status}{.status.quorum.text}") == "True3/3", Patience.Rollout, Stop);
        var refused = await Kubectl.RunAsync("delete", "pod", "ledger-store-0", "--force", "--grace-period=0");
        Assert.Contains("may not be deleted by force", refused.Errors, StringComparison.Ordinal);
        var pod = await Kubectl.SaysAsync("get", "pods", "-n", "holdfast-system", "-o", "name");
        var metrics = await Kubectl.SaysAsync("get", "--raw", $"/api/v1/namespaces/holdfast-system/pods/{pod.Trim().Replace("pod/", "", StringComparison.Ordinal)}:9402/proxy/metrics");
        Assert.Matches(new Regex(@"^holdfast_steward_voters_well\{namespace=""default"",steward=""ledger-store""\} 3$", RegexOptions.Multiline), metrics);
        Assert.Matches(new Regex(@"^holdfast_steward_evictions_total\{answer=""forbidden""\} 1$", RegexOptions.Multiline), metrics);

        await Kubectl.SaysAsync("delete", "-f", Path.Combine(Manifests.LedgerExample, "..", "..", "deploy", "install.yaml"), "--timeout=120s");
        await Eventually.HoldsAsync("its webhooks go with the definition of the kind", async () =>
            await Kubectl.SaysAsync("get", "validatingwebhookconfigurations,mutatingwebhookconfigurations", "-o", "name") == "", Patience.Usual, Stop);
        await Kubectl.SaysAsync("delete", "pod", "ledger-store-0", "--force", "--grace-period=0", "--dry-run=server");
    }
}
