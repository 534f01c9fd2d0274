using System.Globalization;
using Holdfast.Client;
using Holdfast.Model.Apps;
using Holdfast.Model.Core;
using Holdfast.Platform;
using Holdfast.Simulator.Checkers;
using Holdfast.Simulator.Ledger;
using Holdfast.Simulator.Options;
using Holdfast.Simulator.Story;
using Holdfast.Simulator.World;

namespace Holdfast.Simulator.Workload;

/// <summary>A person at kubectl with a quorum in a set and a Steward that looks after it: does what the seed says, and what only a person can.</summary>
/// <param name="client">The way to the API server.</param>
/// <param name="cluster">Machines that die for good, and what is really so, to say when all is well.</param>
/// <param name="options">How the run is.</param>
/// <param name="time">The simulated time.</param>
/// <param name="chance">Chooses.</param>
/// <param name="story">What is told.</param>
internal sealed partial class StewardedUser(KubernetesClient client, SimulatedCluster cluster, SimulationOptions options, TimeProvider time, IChance chance, StoryTeller story) : IWorkload
{
    private const string Space = "default";
    private const int MostAttempts = 60;

    private readonly LedgerClients _clients = new(cluster.Ledger!, cluster.Ledger!.Chance.Fork());
    private int _members = options.Steward!.Members;
    private int _version = 1;
    private int _requests;

    /// <inheritdoc/>
    public IReadOnlyCollection<string> Sets => [];

    /// <inheritdoc/>
    public List<string> DeletedSpaces { get; } = [];

    private LedgerSystem Ledger => cluster.Ledger!;

    private string SetName => Ledger.SetName;

    private StewardedWorld World => options.Steward!;

    private string Image => string.Create(CultureInfo.InvariantCulture, $"example/ledger-store:2.8.{_version}");

    /// <inheritdoc/>
    public async Task BeginAsync()
    {
        await AskAsync(stop => client.CreateAsync(ModelJson.Read<Model.Storage.StorageClass>("""
            {"metadata": {"name": "standard"}, "provisioner": "holdfast.dev/directory",
             "volumeBindingMode": "WaitForFirstConsumer", "reclaimPolicy": "Delete"}
            """), stop));
        await AskAsync(stop => client.CreateAsync(ModelJson.Read<Service>($$"""
            {"metadata": {"name": "{{SetName}}", "namespace": "{{Space}}"}, "spec": {"clusterIP": "None", "selector": {"app": "{{SetName}}"}, "ports": [{"port": 8080}], "publishNotReadyAddresses": true} }
            """), stop));
        await AskAsync(stop => client.CreateAsync(NewSet(), stop));
        story.Tell("user", $"makes {SetName} with {World.Members} members of {Image}, {World.Strategy}, {options.PodManagementPolicy}");
        // Writes move the members' indexes, by which the Steward chooses whom it takes first: where two runs are held against each other, nobody writes.
        if (options.Script is null)
            _ = _clients.RunAsync();
        await time.DelayAsync(TimeSpan.FromSeconds(20) * chance.NextDouble(), CancellationToken.None);
        await MakeStewardAsync();
        await time.DelayAsync(TimeSpan.FromSeconds(40) * chance.NextDouble(), CancellationToken.None);
    }

    /// <inheritdoc/>
    public Task ActAsync()
    {
        if (World.Habits.Count > 0 && chance.Next(3) == 0)
            return FollowAsync(World.Habits[chance.Next(World.Habits.Count)]);
        return chance.Next(8) switch
        {
            0 or 1 or 2 => ChangeTemplateAsync(),
            3 => ScaleAsync(AnySize()),
            4 or 5 => EvictAsync(),
            6 => DeletePodAsync(),
            _ => PassAsync(TimeSpan.FromSeconds(60)),
        };
    }

    /// <inheritdoc/>
    public async Task CleanUpAsync()
    {
        await ReturnNodesAsync();
        await MakeStewardAsync();
        await SetImageAsync(Image);
        // One or two members bear no loss: neither an update nor anything else gets anywhere with them, until a person gives them company.
        if (await FindStewardAsync() is { Spec.Replicas: < 3 })
            await ScaleAsync(3);
    }

    /// <inheritdoc/>
    public async Task HelpAsync()
    {
        if (await FindStewardAsync() is not { } steward)
        {
            await MakeStewardAsync();
            return;
        }
        if (steward.Spec.Rollout.Paused)
            await ChangeStewardAsync("resumes the rollout", spec => spec with { Rollout = spec.Rollout with { Paused = false } });
        if (await AskAsync(stop => client.GetAsync<StatefulSet>(Space, SetName, stop)) is { } set && set.Spec.Template.Spec.Containers[0].Image != Image
            && steward.Status.Rollout is null or { Phase: "RolledBack" or "Completed" or "Stopped" })
            await SetImageAsync(Image);
        if (steward.Status.Rollout is { Phase: "Stopped" })
            await RequestAsync("Retry");
        // Without a quorum the Steward lets nothing go that runs, and cannot know that these are no members: a person can.
        foreach (var pod in (await PodsAsync()).Where(pod => pod.Spec.Containers[0].Image.Contains("broken", StringComparison.Ordinal) && pod.Metadata.DeletionTimestamp is null))
            await OverrideAsync(pod.Metadata.Name);
    }

    /// <inheritdoc/>
    public async Task<string?> MissingAsync() => new StewardedRest(cluster.Truth, cluster.Ledger!).Missing(await FindStewardAsync(), Image);

    private StatefulSet NewSet()
    {
        var tolerations = options.TolerationSeconds == 300 ? "" : string.Create(CultureInfo.InvariantCulture, $$$"""
            "tolerations": [{"key": "node.kubernetes.io/unreachable", "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": {{{options.TolerationSeconds}}}},
             {"key": "node.kubernetes.io/not-ready", "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": {{{options.TolerationSeconds}}}}],
            """);
        return ModelJson.Read<StatefulSet>($$$$"""
            {"metadata": {"name": "{{{{SetName}}}}", "namespace": "{{{{Space}}}}"},
             "spec": {"replicas": {{{{World.Members}}}}, "serviceName": "{{{{SetName}}}}", "podManagementPolicy": "{{{{options.PodManagementPolicy}}}}",
              "updateStrategy": {"type": "{{{{World.Strategy}}}}"}, "selector": {"matchLabels": {"app": "{{{{SetName}}}}"}},
              "template": {"metadata": {"labels": {"app": "{{{{SetName}}}}"}},
               "spec": { {{{{tolerations}}}} "automountServiceAccountToken": false, "terminationGracePeriodSeconds": 10, "containers": [{"name": "main", "image": "{{{{Image}}}}", "ports": [{"name": "http", "containerPort": 8080}],
                "volumeMounts": [{"name": "data", "mountPath": "/data"}],
                "readinessProbe": {"httpGet": {"path": "/ready", "port": 8080}, "periodSeconds": 2, "failureThreshold": 1} }]}},
              "volumeClaimTemplates": [{"metadata": {"name": "data"}, "spec": {"accessModes": ["ReadWriteOnce"],
               "storageClassName": "standard", "resources": {"requests": {"storage": "1Gi"}} }}]}}
            """);
    }

    private async Task MakeStewardAsync()
    {
        if (await FindStewardAsync() is not null)
            return;
        static string Seconds(TimeSpan span) => string.Create(CultureInfo.InvariantCulture, $"{(long)span.TotalMilliseconds}ms");
        var routing = World.HasRouting ? $"\"leaderService\": \"{Ledger.LeaderService}\", \"followerService\": \"{Ledger.FollowerService}\"" : "";
        var steward = ModelJson.Read<StewardResource>($$$$"""
            {"metadata": {"name": "{{{{SetName}}}}", "namespace": "{{{{Space}}}}"},
             "spec": {"targetRef": {"name": "{{{{SetName}}}}"},
              "member": {"preset": "ledger-store", "observe": {"period": "{{{{Seconds(World.Period)}}}}", "timeout": "2s", "maximumAge": "{{{{Seconds(World.MaximumAge)}}}}"}},
              "quorum": {"maximumLag": {{{{World.MaximumLag}}}}},
              "rollout": {"soak": "{{{{Seconds(World.Soak)}}}}", "stepDeadline": "{{{{Seconds(World.StepDeadline)}}}}", "onFailure": "{{{{World.OnFailure}}}}"},
              "scaling": {"claims": "{{{{World.Claims}}}}", "stepDeadline": "{{{{Seconds(World.ScalingDeadline)}}}}"},
              "disruption": {"managedBudget": {{{{(World.HasBudget ? "true" : "false")}}}}, "evictionDeadline": "{{{{Seconds(World.EvictionDeadline)}}}}"},
              "routing": { {{{{routing}}}} } }}
            """);
        story.Tell("user", "makes the Steward");
        await AskAsync(stop => client.CreateAsync(steward, stop));
    }

    private async Task<StewardResource?> FindStewardAsync() =>
        (await AskAsync(async stop => (await client.ListAsync<StewardResource>(new ListQuery { Namespace = Space }, stop)).Items.ToList()))?.Find(steward => steward.Metadata is { DeletionTimestamp: null } metadata && metadata.Name == SetName);

    private Task PassAsync(TimeSpan longest) => time.DelayAsync(longest * chance.NextDouble(), CancellationToken.None);

    /// <summary>Asks until there is an answer that is not a matter of luck, or for long enough; a refusal is told, and gives null.</summary>
    private async Task<T?> AskAsync<T>(Func<CancellationToken, Task<T>> ask, int attempts = MostAttempts) where T : class
    {
        for (var attempt = 0; attempt < attempts; attempt++)
        {
            try
            {
                return await ask(CancellationToken.None);
            }
            catch (ApiException error) when (error.IsConflict || error.Code is 0 or 500 or 503 or 504)
            {
                await time.DelayAsync(TimeSpan.FromMilliseconds(100 + chance.Next(1_000)), CancellationToken.None);
            }
            catch (ApiException error)
            {
                story.Tell("user", $"is refused: {error.Message}");
                return null;
            }
        }
        story.Tell("user", "gives up");
        return null;
    }
}
