using Holdfast.Model.Core;
using Holdfast.Testing;

namespace Holdfast.EndToEnd.Programs;

/// <summary>One cluster for the tests of a class; each test has a namespace of its own in it.</summary>
/// <param name="options">Options of <c>holdfast up</c>.</param>
public abstract class ClusterFixture(params string[] options) : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private int _namespaces;

    internal Cluster Cluster { get; private set; } = null!;

    internal Kubectl Kubectl => Cluster.Kubectl;

    public virtual async ValueTask InitializeAsync()
    {
        var data = _folder["data"];
        (await HoldfastCommand.RunAsync("image", "add", Manifests.ShellImage, "--data", data, "--", "/bin/sh")).Succeeded();
        Cluster = await Cluster.StartAsync(data, options);
    }

    public async ValueTask DisposeAsync()
    {
        if (Cluster is not null)
            await Cluster.DisposeAsync();
        _folder.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Makes a namespace and gives its name, once pods can be made in it.</summary>
    internal async Task<string> NamespaceAsync()
    {
        var name = $"test-{Interlocked.Increment(ref _namespaces)}";
        (await Kubectl.ApplyAsync(Manifests.Namespace(name))).Succeeded();
        await HoldsAsync($"{name} has its service account", async () => await Cluster.Client.FindAsync<ServiceAccount>(name, "default", Stop) is not null);
        return name;
    }

    /// <summary>Waits until a pod is as it should be, and gives it.</summary>
    internal async Task<Pod> PodAsync(string space, string name, string what, Func<Pod, bool> isSo)
    {
        Pod? pod = null;
        await HoldsAsync($"pod {space}/{name} {what}", async () => (pod = await Cluster.Client.FindAsync<Pod>(space, name, Stop)) is not null && isSo(pod));
        return pod!;
    }

    internal Task<Pod> ReadyAsync(string space, string name) => PodAsync(space, name, "is ready", IsReady);

    internal static bool IsReady(Pod pod) => pod.Status.Conditions.Any(condition => condition is { Type: "Ready", Status: "True" });

    internal static Task HoldsAsync(string what, Func<Task<bool>> condition) => Eventually.HoldsAsync(what, condition, Patience.Usual, Stop);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;
}

/// <summary>A cluster whose pods are processes.</summary>
public sealed class ProcessCluster : ClusterFixture;

/// <summary>A cluster whose pods run nothing and are ready at once.</summary>
public sealed class FakeCluster() : ClusterFixture("--runtime", "fake");

/// <summary>A cluster that runs the example ledger, in the namespace default.</summary>
public sealed class LedgerCluster : ClusterFixture
{
    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        await Kubectl.SaysAsync("apply", "-f", Manifests.LedgerExample);
        await Kubectl.SaysAsync("rollout", "status", "statefulset/ledger-store", "--timeout=180s");
    }
}
