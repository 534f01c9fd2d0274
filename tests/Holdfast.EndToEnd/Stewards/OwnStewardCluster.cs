using Holdfast.EndToEnd.Programs;
using Holdfast.Model.Core;
using Holdfast.Testing;
using StewardResource = Holdfast.Model.Stewards.Steward;

namespace Holdfast.EndToEnd.Stewards;

/// <summary>A cluster that runs the example ledger under a Steward in a process of its own, as <c>holdfast operator</c> has it, so that it can be killed alone.</summary>
public sealed class OwnStewardCluster() : ClusterFixture("--steward=false"), IAsyncDisposable
{
    private RunningProgram? _steward;

    internal static CancellationToken Stop => TestContext.Current.CancellationToken;

    internal string StewardKubeconfig => Path.Combine(Cluster.DataFolder, "steward.kubeconfig");

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        await Kubectl.SaysAsync("apply", "-f", Path.Combine(Manifests.LedgerExample, "..", "..", "deploy", "steward.yaml"));
        await WriteKubeconfigAsync();
        await StartStewardAsync();
        await Kubectl.SaysAsync("apply", "-f", Path.Combine(Manifests.LedgerExample, "ledger-store.yaml"));
        await ApplyStewardAsync();
    }

    /// <summary>Makes the ledger's Steward, and waits until all is as it is wanted.</summary>
    internal async Task ApplyStewardAsync()
    {
        (await Kubectl.ApplyAsync("""
            apiVersion: holdfast.dev/v1alpha1
            kind: Steward
            metadata: {name: ledger-store}
            spec:
              targetRef: {name: ledger-store}
              member: {preset: ledger-store}
              rollout: {soak: 2s, stepDeadline: 4m}
            """)).Succeeded();
        await ReadyAsync();
    }

    async ValueTask IAsyncDisposable.DisposeAsync()
    {
        if (_steward is not null)
            await _steward.DisposeAsync();
        await base.DisposeAsync();
    }

    /// <summary>Starts the Steward and waits until it works.</summary>
    internal async Task StartStewardAsync()
    {
        _steward = HoldfastCommand.Start("operator", "--kubeconfig", StewardKubeconfig, "--webhook-host", "127.0.0.1", "--webhook-address", "127.0.0.1", "--webhook-port", "0");
        await Eventually.HoldsAsync("the Steward works", () =>
        {
            Assert.False(_steward.HasExited, _steward.Errors);
            return _steward.Errors.Contains("the Steward works", StringComparison.Ordinal);
        }, Patience.Usual, Stop);
    }

    /// <summary>Ends the Steward's process with a signal, KILL or TERM.</summary>
    internal async Task EndStewardAsync(string signal)
    {
        _steward!.Signal(signal);
        await _steward.EndsAsync();
        await _steward.DisposeAsync();
    }

    internal Task<StewardResource> StewardAsync() => Cluster.Client.GetAsync<StewardResource>("default", "ledger-store", Stop);

    /// <summary>Waits until the Steward says that all is as it is wanted.</summary>
    internal Task ReadyAsync() => Eventually.HoldsAsync("the Steward is ready", async () =>
        (await StewardAsync()).Status is { Quorum.Text: "3/3" } status && status.Conditions.Any(condition => condition is { Type: "Ready", Status: "True" }), Patience.Rollout, Stop);

    // With the Steward's own account: what an administrator does is asked about then.
    private async Task WriteKubeconfigAsync()
    {
        await HoldsAsync("the Steward's account is there", async () => await Cluster.Client.FindAsync<ServiceAccount>("holdfast-system", "holdfast-steward", Stop) is not null);
        var token = (await Kubectl.SaysAsync("create", "token", "holdfast-steward", "-n", "holdfast-system", "--duration=2h")).Trim();
        File.Copy(Cluster.Kubeconfig, StewardKubeconfig);
        await Kubectl.SaysAsync("config", "set-credentials", "steward", $"--token={token}", $"--kubeconfig={StewardKubeconfig}");
        await Kubectl.SaysAsync("config", "set-context", "--current", "--user=steward", $"--kubeconfig={StewardKubeconfig}");
    }
}
