using System.Globalization;
using Holdfast.Client;
using Holdfast.Model.Apps;
using Holdfast.Model.Core;
using Holdfast.Model.Meta;
using Holdfast.Model.Values;
using Holdfast.Platform;
using Holdfast.Simulator.Checkers;
using Holdfast.Simulator.Options;
using Holdfast.Simulator.Story;

namespace Holdfast.Simulator.Workload;

/// <summary>
/// A person at kubectl: makes sets with claims and then does what the seed says, always something that is allowed. Asks until there is an
/// answer, so that the script is what was written.
/// </summary>
/// <param name="client">The way to the API server.</param>
/// <param name="options">How the run is.</param>
/// <param name="time">The simulated time.</param>
/// <param name="chance">Chooses.</param>
/// <param name="story">What is told.</param>
internal sealed partial class SimulatedUser(KubernetesClient client, SimulationOptions options, TimeProvider time, IChance chance, StoryTeller story) : IWorkload
{
    private const string Space = "default";
    private static readonly string[] Names = ["web", "db"];

    private readonly Dictionary<string, int> _versions = new(StringComparer.Ordinal);
    private readonly HashSet<string> _strangers = new(StringComparer.Ordinal);
    private readonly HashSet<string> _budgets = new(StringComparer.Ordinal);
    private int _made;

    /// <summary>The sets that there are meant to be.</summary>
    public IReadOnlyCollection<string> Sets => _versions.Keys;

    /// <summary>Namespaces that were deleted and must go.</summary>
    public List<string> DeletedSpaces { get; } = [];

    /// <summary>Told when a person has removed a node's object.</summary>
    public Action<string>? OnNodeRemoved { get; set; }

    /// <inheritdoc/>
    public Task<string?> MissingAsync() => Task.FromResult<string?>(null);

    /// <summary>Makes the class, the account and the sets.</summary>
    public async Task BeginAsync()
    {
        await AskAsync(stop => client.CreateAsync(ModelJson.Read<Model.Storage.StorageClass>("""
            {"metadata": {"name": "standard"}, "provisioner": "holdfast.dev/directory",
             "volumeBindingMode": "WaitForFirstConsumer", "reclaimPolicy": "Delete"}
            """), stop));
        for (var index = 0; index < options.Sets; index++)
            await MakeSetAsync(Space, Names[index]);
    }

    /// <summary>Does one thing.</summary>
    public Task ActAsync()
    {
        // What is everybody's, and what only some do, equally often.
        if (options.Habits.Count > 0 && chance.Next(2) == 0)
            return FollowAsync(options.Habits[chance.Next(options.Habits.Count)], AnySet());
        return chance.Next(8) switch
        {
            0 or 1 or 2 => ScaleAsync(AnySet(), chance.Next(6)),
            3 or 4 or 5 => ChangeTemplateAsync(AnySet()),
            _ => DeletePodAsync(force: false),
        };
    }

    private Task FollowAsync(UserHabit habit, string set) => habit switch
    {
        UserHabit.SetsPartition => SetRollingUpdateAsync(set, rolling => rolling with { Partition = chance.Next(4) }),
        UserHabit.SetsMaxUnavailable => SetRollingUpdateAsync(set, rolling => rolling with { MaxUnavailable = AnyMaximum() }),
        UserHabit.ChangesStrategy => ChangeStrategyAsync(set),
        UserHabit.MovesOrdinals => MoveOrdinalsAsync(set),
        UserHabit.ChangesMinReadySeconds => ChangeAsync(set, "sets minReadySeconds", spec => spec with { MinReadySeconds = chance.Next(15) }),
        UserHabit.ChangesRetention => ChangeRetentionAsync(set),
        UserHabit.LimitsHistory => ChangeAsync(set, "limits the history", spec => spec with { RevisionHistoryLimit = chance.Next(3) }),
        UserHabit.BreaksTemplates => BreakTemplateAsync(set),
        UserHabit.ForcesDeletions => DeletePodAsync(force: true),
        UserHabit.Evicts => EvictAsync(set),
        UserHabit.OverlapsBudgets => MakeBudgetAsync($"{set}-other", set),
        UserHabit.DeletesClaims => DeleteClaimAsync(),
        UserHabit.DeletesSets => DeleteSetAsync(set),
        UserHabit.BringsStrangers => BringStrangerAsync(set),
        UserHabit.PlaysWithLabels => PlayWithLabelsAsync(set),
        UserHabit.DeletesNamespaces => DeleteNamespaceAsync(),
        UserHabit.ChainsOwners => ChainOwnersAsync(),
        UserHabit.RemovesNodes => RemoveNodeAsync(),
        UserHabit.RunsOthers => RunOthersAsync(),
        _ => Task.CompletedTask,
    };

    private string AnySet() => Names[chance.Next(options.Sets)];

    private string Image(string set) => string.Create(CultureInfo.InvariantCulture, $"example/{set}:{_versions.GetValueOrDefault(set, 1)}");

    private async Task MakeSetAsync(string space, string name)
    {
        if (space == Space)
            _versions.TryAdd(name, 1);
        var image = Image(name);
        var probe = options.HasProbes ? """, "readinessProbe": {"httpGet": {"path": "/", "port": 80}, "periodSeconds": 2, "failureThreshold": 1}""" : "";
        var mode = options.IsForOnePod ? "ReadWriteOncePod" : "ReadWriteOnce";
        var tolerations = options.TolerationSeconds == 300 ? "" : string.Create(CultureInfo.InvariantCulture, $$$"""
            "tolerations": [{"key": "node.kubernetes.io/unreachable", "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": {{{options.TolerationSeconds}}}},
             {"key": "node.kubernetes.io/not-ready", "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": {{{options.TolerationSeconds}}}}],
            """);
        var set = ModelJson.Read<StatefulSet>($$$$"""
            {"metadata": {"name": "{{{{name}}}}", "namespace": "{{{{space}}}}"},
             "spec": {"replicas": 3, "serviceName": "{{{{name}}}}", "podManagementPolicy": "{{{{options.PodManagementPolicy}}}}",
              "persistentVolumeClaimRetentionPolicy": {"whenDeleted": "{{{{options.WhenDeleted}}}}", "whenScaled": "{{{{options.WhenScaled}}}}"},
              "minReadySeconds": {{{{options.MinReadySeconds}}}}, "selector": {"matchLabels": {"app": "{{{{name}}}}"}},
              "template": {"metadata": {"labels": {"app": "{{{{name}}}}"}},
               "spec": { {{{{tolerations}}}} "automountServiceAccountToken": false, "terminationGracePeriodSeconds": 10, "containers": [{"name": "main", "image": "{{{{image}}}}",
                "volumeMounts": [{"name": "data", "mountPath": "/data"}] {{{{probe}}}} }]}},
              "volumeClaimTemplates": [{"metadata": {"name": "data"}, "spec": {"accessModes": ["{{{{mode}}}}"],
               "storageClassName": "standard", "resources": {"requests": {"storage": "1Gi"}} }}]}}
            """);
        if (options.HasServices && await AskAsync(async stop => await client.FindAsync<Service>(space, name, stop) ?? Service.Empty) is { Metadata.Name.Length: 0 })
        {
            await AskAsync(stop => client.CreateAsync(ModelJson.Read<Service>($$$$"""
                {"metadata": {"name": "{{{{name}}}}", "namespace": "{{{{space}}}}"}, "spec": {"clusterIP": "None", "selector": {"app": "{{{{name}}}}"}, "ports": [{"port": 80}]} }
                """), stop));
        }
        if (await AskAsync(stop => client.CreateAsync(set, stop)) is not null)
            story.Tell("user", $"makes {name} with 3 replicas of {image}, {options.PodManagementPolicy}, claims {options.WhenDeleted}/{options.WhenScaled}");
    }

    private Task ScaleAsync(string set, int replicas) => ChangeAsync(set, $"scales {set} to {replicas}", spec => spec with { Replicas = replicas });

    private Task ChangeTemplateAsync(string set)
    {
        var version = _versions[set];
        _versions[set] = chance.Next(3) == 0 && version > 1 ? version - 1 : version + 1;
        return SetImageAsync(set, Image(set));
    }

    /// <summary>A program that never gets ready, or a node that there is not; and then back. What is no value at all is refused.</summary>
    private async Task BreakTemplateAsync(string set)
    {
        await AskForNonsenseAsync(set);
        await SetImageAsync(set, $"example/{set}-broken:1", chance.Next(3) == 0 ? ValueMap.Of(("no", "such")) : default);
        await time.DelayAsync(options.LongestPause * chance.NextDouble(), CancellationToken.None);
        await SetImageAsync(set, Image(set));
    }

    private async Task AskForNonsenseAsync(string name)
    {
        story.Tell("user", $"asks for -1 replicas of {name}, under another Service's name");
        var taken = await AskAsync(async stop =>
        {
            var set = await client.GetAsync<StatefulSet>(Space, name, stop);
            return await client.UpdateAsync(set with { Spec = set.Spec with { Replicas = -1, ServiceName = "other" } }, stop);
        });
        if (taken is not null)
            throw new InvariantViolation("Unexpected", $"a set of {taken.Spec.Replicas} replicas was taken");
    }

    private Task SetImageAsync(string set, string image, ValueMap<string> nodes = default) => ChangeAsync(set, $"changes the template of {set} to {image}", spec => spec with
    {
        Template = spec.Template with { Spec = spec.Template.Spec with { NodeSelector = nodes, Containers = [spec.Template.Spec.Containers[0] with { Image = image }] } },
    });

    private async Task DeletePodAsync(bool force)
    {
        if (await AnyPodAsync() is not { } pod)
            return;
        story.Tell("user", $"deletes {pod.Metadata.Name}{(force ? " by force" : "")}");
        var options = force ? new DeleteOptions { GracePeriodSeconds = 0 } : null;
        await AskAsync(stop => client.DeleteAsync<Pod>(pod.Metadata.Namespace, pod.Metadata.Name, options, stop));
    }

    private async Task<Pod?> AnyPodAsync(Func<Pod, bool>? which = null)
    {
        var pods = await AskAsync(stop => client.ListAsync<Pod>(new ListQuery { Namespace = Space }, stop));
        var found = pods?.Items.Where(which ?? (_ => true)).ToList() ?? [];
        return found.Count == 0 ? null : found[chance.Next(found.Count)];
    }

    private async Task ChangeAsync(string name, string what, Func<StatefulSetSpec, StatefulSetSpec> change)
    {
        story.Tell("user", what);
        // The change is drawn once, however often it is tried.
        StatefulSetSpec? before = null, after = null;
        await AskAsync(async stop =>
        {
            var set = await client.GetAsync<StatefulSet>(Space, name, stop);
            if (before != set.Spec)
                (before, after) = (set.Spec, change(set.Spec));
            return await client.UpdateAsync(set with { Spec = after! }, stop);
        });
    }

    /// <summary>Asks until there is an answer that is not a matter of luck; a refusal is told, and gives null.</summary>
    private async Task<T?> AskAsync<T>(Func<CancellationToken, Task<T>> ask) where T : class
    {
        while (true)
        {
            try
            {
                return await ask(CancellationToken.None);
            }
            catch (ApiException error) when (error.IsConflict || error.Code is 0 or 500 or 503 or 504)
            {
                await time.DelayAsync(TimeSpan.FromMilliseconds(100 + chance.Next(400)), CancellationToken.None);
            }
            catch (ApiException error)
            {
                story.Tell("user", $"is refused: {error.Message}");
                return null;
            }
        }
    }
}
