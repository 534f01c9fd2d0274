using Holdfast.Client;
using Holdfast.Model.Apps;
using Holdfast.Model.Core;
using Holdfast.Model.Meta;
using Holdfast.Model.Policy;
using Holdfast.Model.Stewards;
using Holdfast.Model.Values;
using Holdfast.Platform;
using Holdfast.Simulator.Options;
using Holdfast.Steward;
using ClusterNode = Holdfast.Model.Core.Node;

namespace Holdfast.Simulator.Workload;

internal sealed partial class StewardedUser
{
    private const string Broken = "example/ledger-broken:1";
    private const string OutOfService = "node.kubernetes.io/out-of-service";

    private Task FollowAsync(StewardedHabit habit) => habit switch
    {
        StewardedHabit.BreaksTemplates => BreakTemplateAsync(),
        StewardedHabit.ScalesTheSet => ScaleSetAsync(AnySize()),
        StewardedHabit.DrainsNodes => DrainAsync(AnyNode()),
        StewardedHabit.ForcesDeletions => ForceAsync(),
        StewardedHabit.Overrides => OverrideAsync(),
        StewardedHabit.FencesNodes => FenceAsync(AnyNode()),
        StewardedHabit.SteersRollouts => SteerAsync(),
        StewardedHabit.RemovesTheSteward => RemoveStewardAsync(),
        StewardedHabit.EvictsInTurn => EvictInTurnAsync(3),
        StewardedHabit.ChangesItsMind => ChangeTwiceAsync(),
        StewardedHabit.RemakesTheSet => RemakeSetAsync(),
        _ => Task.CompletedTask,
    };

    /// <summary>Asks for a change of a script.</summary>
    /// <param name="change">The change.</param>
    public Task FollowAsync(ScriptedChange change) => change switch
    {
        ScriptedChange.Updates => UpdateAsync(),
        ScriptedChange.BreaksTheTemplate => SetImageAsync(Broken),
        ScriptedChange.Grows => ScaleAsync(_members += 1),
        ScriptedChange.Shrinks => ScaleAsync(_members -= 1),
        _ => EvictInTurnAsync(60),
    };

    private string AnyNode() => cluster.Nodes[chance.Next(cluster.Nodes.Count)].Name;

    /// <summary>Often such as bear the loss of one; smaller ones can neither be updated nor drained, and larger ones take long.</summary>
    private int AnySize() => chance.Next(3) > 0 ? 3 + chance.Next(3) : 1 + chance.Next(7);

    private Task ChangeTemplateAsync()
    {
        _version = chance.Next(3) == 0 && _version > 1 ? _version - 1 : _version + 1;
        return SetImageAsync(Image);
    }

    private async Task BreakTemplateAsync()
    {
        await SetImageAsync(Broken);
        await PassAsync(TimeSpan.FromMinutes(3));
        await SetImageAsync(Image);
    }

    private Task SetImageAsync(string image) => ChangeSetAsync($"changes the template to {image}", spec => spec with
    {
        Template = spec.Template with { Spec = spec.Template.Spec with { Containers = [spec.Template.Spec.Containers[0] with { Image = image }] } },
    });

    private Task ScaleAsync(int members) => ChangeStewardAsync($"wants {members} members of the Steward", spec => spec with { Replicas = members });

    private Task ScaleSetAsync(int members) => ChangeSetAsync($"scales the set to {members}", spec => spec with { Replicas = members });

    private Task SteerAsync() => chance.Next(4) switch
    {
        0 => ChangeStewardAsync("pauses the rollout", spec => spec with { Rollout = spec.Rollout with { Paused = true } }),
        1 => ChangeStewardAsync("resumes the rollout", spec => spec with { Rollout = spec.Rollout with { Paused = false } }),
        2 => RequestAsync("Abort"),
        _ => RequestAsync("Retry"),
    };

    private Task RequestAsync(string action)
    {
        var id = $"request-{++_requests}";
        return ChangeStewardAsync($"asks the Steward: {action}", spec => spec with { Rollout = spec.Rollout with { Request = new RolloutRequest { Id = id, Action = action } } });
    }

    private async Task RemoveStewardAsync()
    {
        story.Tell("user", "deletes the Steward");
        await AskAsync(stop => client.DeleteAsync<StewardResource>(Space, SetName, null, stop));
        await PassAsync(TimeSpan.FromSeconds(30));
        await MakeStewardAsync();
    }

    private async Task ChangeTwiceAsync()
    {
        await ChangeTemplateAsync();
        await PassAsync(TimeSpan.FromSeconds(45));
        await UpdateAsync();
    }

    private Task UpdateAsync()
    {
        _version++;
        return SetImageAsync(Image);
    }

    /// <summary>Its claims stay, and with them all that members hold.</summary>
    private async Task RemakeSetAsync()
    {
        if (await AskAsync(stop => client.GetAsync<StatefulSet>(Space, SetName, stop)) is not { } set)
            return;
        story.Tell("user", "deletes the set");
        await AskAsync(stop => client.DeleteAsync<StatefulSet>(Space, SetName, null, stop));
        while ((await PodsAsync()).Count > 0 || await FindSetAsync() is not null)
            await time.DelayAsync(TimeSpan.FromSeconds(2), CancellationToken.None);
        story.Tell("user", "makes the set again");
        var made = NewSet();
        // Refused while its Steward is away; without its set the world would stand still.
        while (await FindSetAsync() is null)
        {
            await AskAsync(stop => client.CreateAsync(made with { Spec = made.Spec with { Replicas = set.Spec.Replicas } }, stop));
            await time.DelayAsync(TimeSpan.FromSeconds(5), CancellationToken.None);
        }
    }

    /// <summary>A pod is asked for until it goes, and then the next one at once.</summary>
    private async Task EvictInTurnAsync(int attempts)
    {
        foreach (var pod in await PodsAsync())
        {
            for (var attempt = 0; attempt < attempts && !await EvictAsync(pod); attempt++)
                await PassAsync(TimeSpan.FromSeconds(6));
        }
    }

    /// <summary>One pod, or several at the same moment; who is refused is not asked for again.</summary>
    private async Task EvictAsync()
    {
        var pods = await PodsAsync();
        if (pods.Count == 0)
            return;
        var wanted = chance.Next(3) == 0 ? pods : [pods[chance.Next(pods.Count)]];
        await Task.WhenAll(wanted.Select(pod => EvictAsync(pod)));
    }

    private async Task<bool> EvictAsync(Pod pod)
    {
        story.Tell("user", $"asks for the eviction of {pod.Metadata.Name}");
        var eviction = new Eviction { Metadata = new ObjectMeta { Namespace = Space, Name = pod.Metadata.Name }, DeleteOptions = new DeleteOptions { Preconditions = new Preconditions { Uid = pod.Metadata.Uid } } };
        return await AskAsync(stop => client.PostAsync<Pod>(Space, pod.Metadata.Name, "eviction", eviction, stop), attempts: 6) is not null;
    }

    private async Task DeletePodAsync()
    {
        var pods = await PodsAsync();
        if (pods.Count == 0)
            return;
        var pod = pods[chance.Next(pods.Count)];
        story.Tell("user", $"deletes {pod.Metadata.Name}");
        await AskAsync(stop => client.DeleteAsync<Pod>(Space, pod.Metadata.Name, null, stop));
    }

    private async Task ForceAsync()
    {
        var pods = await PodsAsync();
        if (pods.Count == 0)
            return;
        var pod = pods[chance.Next(pods.Count)];
        story.Tell("user", $"tries to delete {pod.Metadata.Name} by force");
        await AskAsync(stop => client.DeleteAsync<Pod>(Space, pod.Metadata.Name, new DeleteOptions { GracePeriodSeconds = 0 }, stop));
    }

    private async Task OverrideAsync()
    {
        var pods = await PodsAsync();
        if (pods.Count == 0)
            return;
        await OverrideAsync(pods[chance.Next(pods.Count)].Metadata.Name);
    }

    private async Task OverrideAsync(string name)
    {
        story.Tell("user", $"lets {name} go by the override");
        await AskAsync(async stop =>
        {
            var pod = await client.GetAsync<Pod>(Space, name, stop);
            return await client.UpdateAsync(pod with { Metadata = pod.Metadata with { Annotations = pod.Metadata.Annotations.SetItem(StewardNames.OverrideAnnotation, "the seed wants it") } }, stop);
        });
        await AskAsync(stop => client.DeleteAsync<Pod>(Space, name, null, stop));
    }

    /// <summary>As <c>kubectl drain</c> does it: asks again for what was refused, until nothing is left or it has taken long enough.</summary>
    private async Task DrainAsync(string node)
    {
        story.Tell("user", $"drains {node}");
        await ChangeNodeAsync(node, spec => spec with { Unschedulable = true });
        for (var round = 0; round < 24; round++)
        {
            var left = (await PodsAsync()).Where(pod => pod.Spec.NodeName == node && pod.Metadata.DeletionTimestamp is null).ToList();
            if (left.Count == 0)
                break;
            await Task.WhenAll(left.Select(pod => EvictAsync(pod)));
            await time.DelayAsync(TimeSpan.FromSeconds(5), CancellationToken.None);
        }
        await PassAsync(TimeSpan.FromSeconds(20));
        await ReturnNodesAsync();
    }

    /// <summary>The machine is really dead, and a person has seen that it is.</summary>
    private async Task FenceAsync(string name)
    {
        var node = cluster.Nodes.First(node => node.Name == name);
        story.Tell("user", $"{name} has died; it is switched off and taken out of service");
        node.KillAgent();
        node.Machine.Kill();
        await ChangeNodeAsync(name, spec => spec with { Taints = spec.Taints.Add(new Taint { Key = OutOfService, Value = "nodeshutdown", Effect = "NoExecute" }) });
        await PassAsync(TimeSpan.FromSeconds(60));
        await ReturnNodesAsync();
        node.StartAgent();
    }

    private async Task ReturnNodesAsync()
    {
        foreach (var node in cluster.Nodes)
            await ChangeNodeAsync(node.Name, spec => spec with { Unschedulable = false, Taints = spec.Taints.Where(taint => taint.Key != OutOfService).ToValueList() });
    }

    private async Task<StatefulSet?> FindSetAsync() => (await AskAsync(stop => client.ListAsync<StatefulSet>(new ListQuery { Namespace = Space }, stop)))?.Items.FirstOrDefault(set => set.Metadata.Name == SetName);

    private async Task<List<Pod>> PodsAsync() =>
        (await AskAsync(stop => client.ListAsync<Pod>(new ListQuery { Namespace = Space }, stop)))?.Items.Where(pod => pod.Metadata.Labels.GetValueOrDefault("app") == SetName).ToList() ?? [];

    private Task<ClusterNode?> ChangeNodeAsync(string name, Func<NodeSpec, NodeSpec> change) => AskAsync(async stop =>
        await client.FindAsync<ClusterNode>("", name, stop) is { } node && change(node.Spec) is var wanted && wanted != node.Spec ? await client.UpdateAsync(node with { Spec = wanted }, stop) : ClusterNode.Empty);

    private async Task ChangeSetAsync(string what, Func<StatefulSetSpec, StatefulSetSpec> change)
    {
        story.Tell("user", what);
        await AskAsync(async stop =>
        {
            var set = await client.GetAsync<StatefulSet>(Space, SetName, stop);
            return change(set.Spec) is var wanted && wanted != set.Spec ? await client.UpdateAsync(set with { Spec = wanted }, stop) : set;
        });
    }

    private async Task ChangeStewardAsync(string what, Func<StewardSpec, StewardSpec> change)
    {
        story.Tell("user", what);
        await AskAsync(async stop =>
        {
            var steward = await client.GetAsync<StewardResource>(Space, SetName, stop);
            return await client.UpdateAsync(steward with { Spec = change(steward.Spec) }, stop);
        });
    }
}
