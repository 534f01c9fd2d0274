using System.Diagnostics;
using System.Globalization;
using System.Text;
using Holdfast.Bench;
using Holdfast.Cli.Demo;
using Holdfast.Client;
using Holdfast.Model.Apps;
using Holdfast.Model.Core;
using Holdfast.Model.Json;

namespace Holdfast.Steward.Bench;

/// <summary>
/// Updates of three members while four clients write, by the Steward and by the plain controller of StatefulSets in turns, so that what else the machine does meets
/// both alike: the same set in the same cluster, with its Steward and without.
/// </summary>
/// <param name="system">What is updated.</param>
/// <param name="program">The program.</param>
/// <param name="folder">Where the cluster is kept.</param>
internal sealed class UpdateMeasurement(UpdatedSystem system, string program, string folder) : IDisposable
{
    private const string Space = "default";
    private const int Writers = 4;
    private const int SoakSeconds = 1;
    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    private readonly HttpClient _http = new(new SocketsHttpHandler { ConnectTimeout = TimeSpan.FromSeconds(1) }) { Timeout = TimeSpan.FromSeconds(10) };

    private IReadOnlyList<IWriteTarget> _members = [];

    public void Dispose() => _http.Dispose();

    internal async Task RunAsync(int runs, CancellationToken cancellationToken)
    {
        await using var cluster = await MeasuredCluster.StartAsync(program, folder, "process", cancellationToken);
        using var transport = cluster.Config.CreateTransport(TimeProvider.System);
        var client = new KubernetesClient(transport, "holdfast-bench");
        await ApplyAsync(client, cancellationToken);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var following = FollowAsync(client, ending.Token);
        Console.WriteLine($"\n{system.Name}: {runs} updates each, {Writers} clients, soak {SoakSeconds} s\n\n| by | written | retried | failed after 5 s | lost | longest stall s | 99 of 100 within ms | update s |\n|---|---|---|---|---|---|---|---|");
        var (stewarded, plain) = (new List<Update>(), new List<Update>());
        for (var run = 0; run < runs; run++)
        {
            await PutStewardAsync(client, cancellationToken);
            stewarded.Add(await MeasureAsync(client, "Steward", isStewarded: true, cancellationToken));
            await RemoveStewardAsync(client, cancellationToken);
            plain.Add(await MeasureAsync(client, "RollingUpdate", isStewarded: false, cancellationToken));
        }
        Console.WriteLine(Update.Summary("Steward", stewarded));
        Console.WriteLine(Update.Summary("RollingUpdate", plain));
        await ending.CancelAsync();
        await following;
    }

    private async Task<Update> MeasureAsync(KubernetesClient client, string how, bool isStewarded, CancellationToken cancellationToken)
    {
        var before = await UidsAsync(client, cancellationToken);
        await using var load = new WriteLoad($"bench-{TimeProvider.System.GetTimestamp()}", Writers, () => _members);
        await UntilAsync("writes are acknowledged", () => Task.FromResult(load.Whole.Figures.Acknowledged > 100), cancellationToken);
        var (meter, begun) = (load.Measure(), Stopwatch.GetTimestamp());
        await ChangeTemplateAsync(client, cancellationToken);
        await UntilAsync("every member is updated", async () => await IsUpdatedAsync(client, before, isStewarded, cancellationToken), cancellationToken);
        var took = Stopwatch.GetElapsedTime(begun);
        load.End(meter);
        await load.StopAsync();
        var address = (await PodsAsync(client, cancellationToken))[0].Status.PodIP;
        var update = new Update(meter.Figures, took, await system.LackingAsync(_http, address, load.Acknowledged));
        Console.WriteLine(update.Row(how));
        return update;
    }

    private async Task<bool> IsUpdatedAsync(KubernetesClient client, HashSet<string> before, bool isStewarded, CancellationToken cancellationToken)
    {
        var set = await client.GetAsync<StatefulSet>(Space, system.Name, cancellationToken);
        var pods = await PodsAsync(client, cancellationToken);
        var isDone = set.Status.ObservedGeneration == set.Metadata.Generation && pods.Length == 3
            && pods.All(pod => !before.Contains(pod.Metadata.Uid) && pod.Metadata.DeletionTimestamp is null && pod.Status.Conditions.Any(condition => condition is { Type: "Ready", Status: "True" }));
        return isDone && (!isStewarded || (await client.GetAsync<StewardResource>(Space, system.Name, cancellationToken)).Status is { Rollout.Phase: "Completed" });
    }

    // The same strategy in both ways, so that nothing but the Steward is another; without the example's own Steward and budget.
    private async Task ApplyAsync(KubernetesClient client, CancellationToken cancellationToken)
    {
        foreach (var document in (await File.ReadAllTextAsync(Manifest(), cancellationToken)).Split("\n---\n"))
        {
            if (new[] { Service.ResourceType, StatefulSet.ResourceType }.FirstOrDefault(type => document.Contains($"kind: {type.Kind}\n", StringComparison.Ordinal)) is not { } kind)
                continue;
            await client.Transport.CallAsync(
                new ApiCall(ApiVerb.Patch, kind, Space, system.Name) { PatchForm = PatchForm.Apply, Patch = Encoding.UTF8.GetBytes(document), Force = true, FieldManager = "holdfast-bench" }, cancellationToken);
        }
        await client.PatchAsync<StatefulSet>(Space, system.Name, PatchForm.Merge, Encoding.UTF8.GetBytes("""{"spec":{"updateStrategy":{"type":"RollingUpdate"}}}"""), cancellationToken);
        await UntilAsync("three members are ready", async () => (await client.GetAsync<StatefulSet>(Space, system.Name, cancellationToken)).Status.ReadyReplicas == 3, cancellationToken);
    }

    private string Manifest()
    {
        for (var above = AppContext.BaseDirectory; above is not null; above = Path.GetDirectoryName(above.TrimEnd('/')))
        {
            if (Path.Combine(above, "examples", system.Manifest) is var file && File.Exists(file))
                return file;
        }
        throw new FileNotFoundException($"examples/{system.Manifest} is in no folder above the bench: run it from a clone of the repository");
    }

    private async Task PutStewardAsync(KubernetesClient client, CancellationToken cancellationToken)
    {
        var json = $$"""{"metadata": {"name": "{{system.Name}}", "namespace": "{{Space}}"}, "spec": {"targetRef": {"name": "{{system.Name}}"}, "member": {"preset": "{{system.Name}}"}, "rollout": {"soak": "{{SoakSeconds}}s"} } }""";
        await client.CreateAsync(ModelJson.Read<StewardResource>(Encoding.UTF8.GetBytes(json)), cancellationToken);
        await UntilAsync("the Steward is ready", async () => (await client.GetAsync<StewardResource>(Space, system.Name, cancellationToken)).Status.Conditions
            .Any(condition => condition is { Type: "Ready", Status: "True" }), cancellationToken);
    }

    private async Task RemoveStewardAsync(KubernetesClient client, CancellationToken cancellationToken)
    {
        await client.DeleteAsync<StewardResource>(Space, system.Name, null, cancellationToken);
        await UntilAsync("the Steward is gone", async () => await client.FindAsync<StewardResource>(Space, system.Name, cancellationToken) is null, cancellationToken);
        var parked = Encoding.UTF8.GetBytes("""{"spec":{"updateStrategy":{"rollingUpdate":{"partition":0}}}}""");
        await client.PatchAsync<StatefulSet>(Space, system.Name, PatchForm.Merge, parked, cancellationToken);
        await UntilAsync("three members are ready", async () => (await client.GetAsync<StatefulSet>(Space, system.Name, cancellationToken)).Status.ReadyReplicas == 3, cancellationToken);
    }

    private Task<StatefulSet> ChangeTemplateAsync(KubernetesClient client, CancellationToken cancellationToken)
    {
        var stamp = TimeProvider.System.GetTimestamp().ToString(CultureInfo.InvariantCulture);
        var patch = Encoding.UTF8.GetBytes($$"""{"spec":{"template":{"metadata":{"annotations":{"holdfast.dev/bench":"{{stamp}}"} } } } }""");
        return client.PatchAsync<StatefulSet>(Space, system.Name, PatchForm.Merge, patch, cancellationToken);
    }

    private async Task FollowAsync(KubernetesClient client, CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                _members = [.. (await PodsAsync(client, cancellationToken)).Where(pod => pod.Status.PodIP.Length > 0 && pod.Metadata.DeletionTimestamp is null).Select(pod => system.Member(_http, pod.Status.PodIP))];
                await Task.Delay(Glance, TimeProvider.System, cancellationToken);
            }
        }
        catch (OperationCanceledException)
        {
            return;
        }
    }

    private async Task<Pod[]> PodsAsync(KubernetesClient client, CancellationToken cancellationToken) =>
        [.. (await client.ListAsync<Pod>(new ListQuery { Namespace = Space, LabelSelector = "app.kubernetes.io/name=" + system.Name }, cancellationToken)).Items];

    private async Task<HashSet<string>> UidsAsync(KubernetesClient client, CancellationToken cancellationToken) =>
        (await PodsAsync(client, cancellationToken)).Select(pod => pod.Metadata.Uid).ToHashSet(StringComparer.Ordinal);

    internal static async Task UntilAsync(string what, Func<Task<bool>> isSo, CancellationToken cancellationToken)
    {
        var begun = Stopwatch.GetTimestamp();
        while (!await isSo())
        {
            if (Stopwatch.GetElapsedTime(begun) > Patience)
                throw new InvalidOperationException($"after {Patience.TotalMinutes:0} minutes it was still not so that {what}");
            await Task.Delay(Glance, TimeProvider.System, cancellationToken);
        }
    }
}
