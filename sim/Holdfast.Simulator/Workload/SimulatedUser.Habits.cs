using System.Globalization;
using Holdfast.Client;
using Holdfast.Controllers.Pods;
using Holdfast.Model.Apps;
using Holdfast.Model.Core;
using Holdfast.Model.Meta;
using Holdfast.Model.Policy;
using Holdfast.Model.Resources;
using Holdfast.Model.Values;
using Holdfast.Platform;
using ClusterNode = Holdfast.Model.Core.Node;

namespace Holdfast.Simulator.Workload;

internal sealed partial class SimulatedUser
{
    /// <summary>Leaves everything as it can come to rest: no strangers in the way, no set on a template that never gets ready.</summary>
    public async Task CleanUpAsync()
    {
        foreach (var name in _strangers)
        {
            await AskAsync(stop => client.DeleteAsync<Pod>(Space, name, null, stop));
            await AskAsync(stop => client.DeleteAsync<PersistentVolumeClaim>(Space, name, null, stop));
        }
        foreach (var set in _versions.Keys.ToList())
            await SetImageAsync(set, Image(set));
    }

    /// <summary>
    /// Does what is left to a person, as on Kubernetes: a pod of a broken revision that never got ready keeps OrderedReady waiting, and a pod
    /// that was placed waits for ever on a claim that is being deleted. Below the partition such a pod comes back, so the partition is taken away.
    /// </summary>
    public async Task HelpAsync()
    {
        var sets = await AskAsync(stop => client.ListAsync<StatefulSet>(new ListQuery { Namespace = Space }, stop));
        foreach (var set in _versions.Keys.Where(set => sets?.Items.Any(each => each.Metadata.Name == set) == false).ToList())
            await MakeSetAsync(Space, set);
        var pods = await AskAsync(stop => client.ListAsync<Pod>(new ListQuery { Namespace = Space }, stop));
        var claims = await AskAsync(stop => client.ListAsync<PersistentVolumeClaim>(new ListQuery { Namespace = Space }, stop));
        var going = claims?.Items.Where(claim => claim.Metadata.DeletionTimestamp is not null).Select(claim => claim.Metadata.Name).ToHashSet() ?? [];
        foreach (var pod in pods?.Items.Where(pod => pod.Metadata.DeletionTimestamp is null) ?? [])
        {
            var isBroken = pod.Spec.Containers[0].Image.Contains("broken", StringComparison.Ordinal);
            if (!isBroken && !(!pod.IsReady() && going.Contains($"data-{pod.Metadata.Name}")))
                continue;
            if (isBroken && pod.Metadata.Controller() is { } owner && sets?.Items.FirstOrDefault(set => set.Metadata.Uid == owner.Uid) is { Spec.UpdateStrategy.RollingUpdate.Partition: > 0 } kept)
                await SetRollingUpdateAsync(kept.Metadata.Name, rolling => rolling with { Partition = 0 });
            story.Tell("user", $"deletes {pod.Metadata.Name}, {(isBroken ? "which never got ready" : "whose claim is going")}");
            await AskAsync(stop => client.DeleteAsync<Pod>(Space, pod.Metadata.Name, null, stop));
        }
    }

    private Task SetRollingUpdateAsync(string set, Func<RollingUpdateStatefulSetStrategy, RollingUpdateStatefulSetStrategy> change) => ChangeAsync(
        set, $"changes how {set} rolls", spec => spec.UpdateStrategy.Type == "OnDelete"
            ? spec
            : spec with { UpdateStrategy = spec.UpdateStrategy with { RollingUpdate = change(spec.UpdateStrategy.RollingUpdate ?? RollingUpdateStatefulSetStrategy.Empty) } });

    private IntOrString? AnyMaximum() => chance.Next(4) switch
    {
        0 => null,
        1 => "50%",
        2 => 1,
        _ => 2,
    };

    private Task ChangeStrategyAsync(string set) => ChangeAsync(set, $"changes the update strategy of {set}", spec => spec with
    {
        UpdateStrategy = spec.UpdateStrategy.Type == "OnDelete"
            ? new StatefulSetUpdateStrategy { Type = "RollingUpdate" }
            : new StatefulSetUpdateStrategy { Type = "OnDelete" },
    });

    private Task MoveOrdinalsAsync(string set)
    {
        var start = chance.Next(4);
        return ChangeAsync(set, $"lets the ordinals of {set} begin at {start}", spec => spec with { Ordinals = start == 0 ? null : new StatefulSetOrdinals { Start = start } });
    }

    private Task ChangeRetentionAsync(string set)
    {
        var (whenDeleted, whenScaled) = (chance.Next(2) == 0 ? "Delete" : "Retain", chance.Next(2) == 0 ? "Delete" : "Retain");
        return ChangeAsync(set, $"lets claims of {set} follow {whenDeleted}/{whenScaled}", spec => spec with
        {
            PersistentVolumeClaimRetentionPolicy = new StatefulSetPersistentVolumeClaimRetentionPolicy { WhenDeleted = whenDeleted, WhenScaled = whenScaled },
        });
    }

    private async Task MakeBudgetAsync(string name, string set)
    {
        var amount = chance.Next(4) switch
        {
            0 => "\"minAvailable\": 2",
            1 => "\"minAvailable\": \"60%\"",
            2 => "\"maxUnavailable\": 1",
            _ => "\"maxUnavailable\": \"34%\"",
        };
        var policy = chance.Next(3) == 0 ? ", \"unhealthyPodEvictionPolicy\": \"AlwaysAllow\"" : "";
        var budget = ModelJson.Read<PodDisruptionBudget>($$$$"""
            {"metadata": {"name": "{{{{name}}}}", "namespace": "{{{{Space}}}}"},
             "spec": { {{{{amount}}}} {{{{policy}}}}, "selector": {"matchLabels": {"app": "{{{{set}}}}"} }} }
            """);
        story.Tell("user", $"wants {amount} of {set} by budget {name}");
        var there = await AskAsync(async stop => (await client.ListAsync<PodDisruptionBudget>(new ListQuery { Namespace = Space }, stop)).Items.Where(each => each.Metadata.Name == name).ToList());
        if (there is [var old])
        {
            // A budget asks for either a minimum or a maximum, and may be left out for good.
            await AskAsync(stop => client.DeleteAsync<PodDisruptionBudget>(Space, old.Metadata.Name, null, stop));
            if (chance.Next(3) == 0)
                return;
        }
        await AskAsync(stop => client.CreateAsync(budget, stop));
    }

    private async Task EvictAsync(string set)
    {
        if (_budgets.Add(set) || chance.Next(3) == 0)
            await MakeBudgetAsync(set, set);
        var pods = await AskAsync(stop => client.ListAsync<Pod>(new ListQuery { Namespace = Space, LabelSelector = $"app={set}" }, stop));
        var some = pods?.Items.Where(_ => chance.Next(3) > 0).Select(pod => (pod.Metadata.Name, How: AnyOptions(pod))).ToList() ?? [];
        story.Tell("user", $"evicts {string.Join(", ", some.Select(each => each.Name).DefaultIfEmpty("nobody"))}");
        await Task.WhenAll(some.Select(each => EvictOneAsync(each.Name, each.How)));
    }

    /// <summary>Most say nothing; some only try, and some mean the very pod that they have seen, or one that there is not.</summary>
    private DeleteOptions? AnyOptions(Pod pod) => chance.Next(10) switch
    {
        0 or 1 => DeleteOptions.Empty with { DryRun = ["All"] },
        2 => DeleteOptions.Empty with { Preconditions = Preconditions.Empty with { Uid = pod.Metadata.Uid } },
        3 => DeleteOptions.Empty with { Preconditions = Preconditions.Empty with { Uid = "another" } },
        4 => DeleteOptions.Empty with { Preconditions = Preconditions.Empty with { ResourceVersion = pod.Metadata.ResourceVersion } },
        _ => null,
    };

    private async Task EvictOneAsync(string pod, DeleteOptions? how)
    {
        try
        {
            var eviction = Eviction.Empty with { Metadata = ObjectMeta.Empty with { Name = pod, Namespace = Space }, DeleteOptions = how };
            await client.PostAsync<Pod>(Space, pod, "eviction", eviction, CancellationToken.None);
            story.Tell("user", how is { DryRun.IsEmpty: false } ? $"would be granted the eviction of {pod}" : $"was granted the eviction of {pod}");
        }
        catch (ApiException error)
        {
            story.Tell("user", $"was not granted the eviction of {pod}: {error.Message}");
        }
    }

    private async Task DeleteClaimAsync()
    {
        var claims = await AskAsync(stop => client.ListAsync<PersistentVolumeClaim>(new ListQuery { Namespace = Space }, stop));
        if (claims is not { Items.IsEmpty: false })
            return;
        var claim = claims.Items[chance.Next(claims.Items.Length)].Metadata.Name;
        story.Tell("user", $"deletes claim {claim}");
        await AskAsync(stop => client.DeleteAsync<PersistentVolumeClaim>(Space, claim, null, stop));
    }

    private async Task DeleteSetAsync(string set)
    {
        string[] policies = ["Background", "Foreground", "Orphan"];
        var policy = policies[chance.Next(policies.Length)];
        story.Tell("user", $"deletes {set} ({policy})");
        await AskAsync(stop => client.DeleteAsync<StatefulSet>(Space, set, new DeleteOptions { PropagationPolicy = policy }, stop));
        await time.DelayAsync(options.LongestPause * chance.NextDouble(), CancellationToken.None);
        await MakeSetAsync(Space, set);
    }

    private async Task BringStrangerAsync(string set)
    {
        var ordinal = chance.Next(6);
        var name = string.Create(CultureInfo.InvariantCulture, $"{(chance.Next(3) == 0 ? $"data-{set}" : set)}-{ordinal}");
        if (!_strangers.Add(name))
            return;
        story.Tell("user", $"makes a stranger of the name {name}");
        if (name.StartsWith("data-", StringComparison.Ordinal))
        {
            await AskAsync(stop => client.CreateAsync(ModelJson.Read<PersistentVolumeClaim>($$$$"""
                {"metadata": {"name": "{{{{name}}}}", "namespace": "{{{{Space}}}}"}, "spec": {"accessModes": ["ReadWriteOnce"],
                 "storageClassName": "standard", "resources": {"requests": {"storage": "1Gi"} }} }
                """), stop));
        }
        else
            await AskAsync(stop => client.CreateAsync(BarePod(name, "stranger"), stop));
        await time.DelayAsync(options.LongestPause * chance.NextDouble(), CancellationToken.None);
    }

    private async Task PlayWithLabelsAsync(string set)
    {
        if (chance.Next(2) == 0)
        {
            var name = string.Create(CultureInfo.InvariantCulture, $"{(chance.Next(2) == 0 ? $"{set}-x" : "odd")}-{_made++}");
            story.Tell("user", $"makes {name}, which looks like a pod of {set}");
            _strangers.Add(name);
            await AskAsync(stop => client.CreateAsync(BarePod(name, set), stop));
        }
        else if (await AnyPodAsync(pod => pod.Metadata.OwnerReferences.Any(owner => owner.Name == set)) is { } pod)
        {
            story.Tell("user", $"takes the label of {pod.Metadata.Name} away");
            _strangers.Add(pod.Metadata.Name);
            await AskAsync(async stop =>
            {
                var now = await client.GetAsync<Pod>(Space, pod.Metadata.Name, stop);
                return await client.UpdateAsync(now with { Metadata = now.Metadata with { Labels = now.Metadata.Labels.SetItem("app", "nobody") } }, stop);
            });
        }
    }

    private static Pod BarePod(string name, string app) => ModelJson.Read<Pod>($$$$"""
        {"metadata": {"name": "{{{{name}}}}", "namespace": "{{{{Space}}}}", "labels": {"app": "{{{{app}}}}"} },
         "spec": {"automountServiceAccountToken": false, "terminationGracePeriodSeconds": 5, "containers": [{"name": "main", "image": "example/stranger:1"}]} }
        """);

    private async Task DeleteNamespaceAsync()
    {
        var space = string.Create(CultureInfo.InvariantCulture, $"extra-{_made++}");
        story.Tell("user", $"makes namespace {space} with a set");
        await AskAsync(stop => client.CreateAsync(Namespace.Empty with { Metadata = ObjectMeta.Empty with { Name = space } }, stop));
        await AskAsync(stop => client.CreateAsync(ModelJson.Read<ServiceAccount>($$$"""{"metadata": {"name": "default", "namespace": "{{{space}}}"} }"""), stop));
        await MakeSetAsync(space, "web");
        await time.DelayAsync(TimeSpan.FromSeconds(20) * chance.NextDouble(), CancellationToken.None);
        story.Tell("user", $"deletes namespace {space}");
        await AskAsync(stop => client.DeleteAsync<Namespace>("", space, null, stop));
        DeletedSpaces.Add(space);
    }

    /// <summary>
    /// A head with a middle and an end, and half of the time an account, a thing of another kind, that keeps the end alive; once more on its own,
    /// so that what is owned may be seen before its owner.
    /// </summary>
    private async Task ChainOwnersAsync()
    {
        if (await MakeMapAsync() is not { } head || await MakeMapAsync(head) is not { } middle)
            return;
        var account = ServiceAccount.Empty with { Metadata = ObjectMeta.Empty with { Name = NextLink(), Namespace = Space } };
        var keeper = chance.Next(2) == 0 ? await AskAsync(stop => client.CreateAsync(account, stop)) : null;
        if (keeper is not null)
            await MakeMapAsync(keeper);
        await MakeMapAsync(keeper is null ? [middle] : [middle, keeper]);
        string[] policies = ["Background", "Foreground", "Orphan"];
        var policy = policies[chance.Next(policies.Length)];
        story.Tell("user", $"deletes {head.Metadata.Name}, which owns {middle.Metadata.Name} ({policy})");
        await AskAsync(stop => client.DeleteAsync<ConfigMap>(Space, head.Metadata.Name, new DeleteOptions { PropagationPolicy = policy }, stop));
    }

    private string NextLink() => string.Create(CultureInfo.InvariantCulture, $"link-{_made++}");

    private Task<ConfigMap?> MakeMapAsync(params IResource[] owners)
    {
        var references = owners.Select(owner => new OwnerReference
        {
            ApiVersion = "v1",
            Kind = owner.GetResourceType().Kind,
            Name = owner.Metadata.Name,
            Uid = owner.Metadata.Uid,
            BlockOwnerDeletion = true,
        }).ToValueList();
        var metadata = ObjectMeta.Empty with { Name = NextLink(), Namespace = Space, OwnerReferences = references };
        return AskAsync(stop => client.CreateAsync(ConfigMap.Empty with { Metadata = metadata }, stop));
    }

    private async Task RemoveNodeAsync()
    {
        var node = $"node-{(char)('a' + chance.Next(3))}";
        story.Tell("user", $"removes the object of {node}");
        await AskAsync(stop => client.DeleteAsync<ClusterNode>("", node, null, stop));
        OnNodeRemoved?.Invoke(node);
    }
}
