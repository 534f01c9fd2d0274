using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using Holdfast.Client;
using Holdfast.Host;
using Holdfast.Model.Apps;
using Holdfast.Model.Core;
using Holdfast.Model.Meta;
using Holdfast.Model.Policy;
using Holdfast.Network.Dns;

namespace Holdfast.Cli.Demo;

/// <summary>
/// Runs the ledger of <c>examples/ledger-store</c> through what a StatefulSet promises and checks each promise against the pods, their
/// addresses and the entries that they acknowledged.
/// </summary>
/// <param name="cluster">The cluster.</param>
/// <param name="manifests">The folder of the manifests.</param>
/// <param name="say">Takes a line of progress.</param>
internal sealed class LedgerDemo(EmbeddedCluster cluster, string manifests, Action<string> say) : IDisposable
{
    internal const string Namespace = "default";
    internal const string Set = "ledger-store";
    private const string Selector = "app.kubernetes.io/name=ledger-store";
    private const int EntriesEach = 100;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(180);

    private readonly KubernetesClient _client = cluster.Client;
    private readonly PodHistory _history = new(cluster.Client, Namespace, Selector);
    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromSeconds(10) };
    private readonly Dictionary<string, (long Index, string Checksum)> _written = new(StringComparer.Ordinal);

    /// <summary>Follows the set's pods until cancelled.</summary>
    internal Task FollowAsync(CancellationToken cancellationToken) => _history.WatchAsync(cancellationToken);

    public void Dispose() => _http.Dispose();

    internal async Task<string> StartAsync(CancellationToken cancellationToken)
    {
        await ManifestFile.ApplyAsync(_client, Path.Combine(manifests, "ledger-store.yaml"), Namespace, cancellationToken);
        await ManifestFile.ApplyAsync(_client, Path.Combine(manifests, "pdb.yaml"), Namespace, cancellationToken);
        await ReadyAsync(3, cancellationToken);
        var made = _history.Moments.Where(moment => moment.Kind == PodMomentKind.Made).ToList();
        Expect(made.Select(moment => moment.Name).SequenceEqual(Names(3)), $"pods were made in the order {string.Join(", ", made.Select(moment => moment.Name))}");
        foreach (var (moment, ordinal) in made.Select((moment, ordinal) => (moment, ordinal)))
        {
            Expect(Names(ordinal).All(moment.Ready.Contains), $"{moment.Name} was made while only {string.Join(", ", moment.Ready)} were ready");
        }
        return $"{string.Join(" -> ", made.Select(moment => moment.Name[^1]))}, each made when those before were ready";
    }

    internal async Task<string> WriteAsync(CancellationToken cancellationToken)
    {
        foreach (var name in Names(3))
        {
            var member = Member(name);
            var index = 0L;
            for (var entry = 0; entry < EntriesEach; entry++)
            {
                index = await member.AppendAsync(string.Create(CultureInfo.InvariantCulture, $"entry {entry} of {name}"), "demo-" + name, entry + 1, cancellationToken);
            }
            _written[name] = (index, await member.ChecksumAsync(index, cancellationToken));
        }
        foreach (var name in Names(3))
        {
            await HoldsAsync(name, cancellationToken);
        }
        return $"{_written.Count * EntriesEach} entries acknowledged, {EntriesEach} through each member, all of them on every member";
    }

    internal async Task<string> DeleteOneAsync(CancellationToken cancellationToken)
    {
        const string Name = Set + "-1";
        var before = _history.Pods[Name];
        await _client.DeleteAsync<Pod>(Namespace, Name, null, cancellationToken);
        await UntilAsync($"{Name} is back and ready", () => _history.Pods.TryGetValue(Name, out var pod) && pod.Metadata.Uid != before.Metadata.Uid && PodHistory.IsReady(pod), cancellationToken);
        var after = _history.Pods[Name];
        var claim = await _client.GetAsync<PersistentVolumeClaim>(Namespace, "data-" + Name, cancellationToken);
        Expect(claim.Status.Phase == "Bound", $"claim {claim.Metadata.Name} is {claim.Status.Phase}");
        await ResolvesAsync(after, cancellationToken);
        await HoldsAsync(Name, cancellationToken);
        return $"new pod at {after.Status.PodIP} (was {before.Status.PodIP}), found under its name, {_written.Count * EntriesEach} of {_written.Count * EntriesEach} entries";
    }

    internal async Task<string> EvictAsync(CancellationToken cancellationToken)
    {
        await UntilAsync("the budget allows one disruption", async () =>
            (await _client.GetAsync<PodDisruptionBudget>(Namespace, "ledger-store-pdb", cancellationToken)).Status.DisruptionsAllowed == 1, cancellationToken);
        var uid = _history.Pods[Set + "-2"].Metadata.Uid;
        await EvictAsync(Set + "-2", cancellationToken);
        var refusal = await RefusalAsync(Set + "-0", cancellationToken);
        Expect(refusal is not null, $"{Set}-0 could be evicted while {Set}-2 was away");
        await UntilAsync($"{Set}-2 is back", () => _history.Pods.TryGetValue(Set + "-2", out var pod) && pod.Metadata.Uid != uid && PodHistory.IsReady(pod), cancellationToken);
        return $"first eviction granted, the next refused: 429 {refusal}";
    }

    internal async Task<string> ScaleAsync(CancellationToken cancellationToken)
    {
        var from = _history.Moments.Count;
        await ScaleToAsync(5, cancellationToken);
        await ReadyAsync(5, cancellationToken);
        // A member leaves the cluster before its pod goes; else it would count for majorities that it can no longer be part of.
        for (var left = 4; left >= 3; left--)
        {
            await Member(Set + "-0").RemoveAsync(string.Create(CultureInfo.InvariantCulture, $"{Set}-{left}"), cancellationToken);
            await ScaleToAsync(left, cancellationToken);
            await UntilAsync($"{left} pods are left", () => _history.Pods.Count == left, cancellationToken);
        }
        await UntilAsync("3 pods are left", () => _history.Pods.Count == 3, cancellationToken);
        var moments = _history.Moments.Skip(from).ToList();
        var made = moments.Where(moment => moment.Kind == PodMomentKind.Made).Select(moment => moment.Name).ToList();
        var gone = moments.Where(moment => moment.Kind == PodMomentKind.Gone).Select(moment => moment.Name).ToList();
        Expect(made.SequenceEqual([$"{Set}-3", $"{Set}-4"]), $"pods were made in the order {string.Join(", ", made)}");
        Expect(gone.SequenceEqual([$"{Set}-4", $"{Set}-3"]), $"pods went in the order {string.Join(", ", gone)}");
        var claims = await _client.ListAsync<PersistentVolumeClaim>(new ListQuery { Namespace = Namespace }, cancellationToken);
        Expect(claims.Items.Count(claim => claim.Status.Phase == "Bound" && claim.Metadata.DeletionTimestamp is null) == 5, $"{claims.Items.Length} claims are left");
        return "3, 4 made; 4, 3 taken away; all 5 claims kept";
    }

    internal async Task<string> UpdateAsync(CancellationToken cancellationToken)
    {
        var from = _history.Moments.Count;
        var before = _history.Pods;
        await ChangeAsync(set =>
        {
            var container = set.Spec.Template.Spec.Containers[0] with { Image = "example/ledger-store:2.9.0" };
            var pods = set.Spec.Template.Spec with { Containers = set.Spec.Template.Spec.Containers.SetItem(0, container) };
            return set with { Spec = set.Spec with { Template = set.Spec.Template with { Spec = pods } } };
        }, cancellationToken);
        await UntilAsync("every member is updated", async () =>
            (await _client.GetAsync<StatefulSet>(Namespace, Set, cancellationToken)) is { Status: { UpdatedReplicas: 3, ReadyReplicas: 3 } status }
            && status.CurrentRevision == status.UpdateRevision && Names(3).All(name => _history.Pods.TryGetValue(name, out var pod) && pod.Metadata.Uid != before[name].Metadata.Uid && PodHistory.IsReady(pod)), cancellationToken);
        var order = _history.Moments.Skip(from).Where(moment => moment.Kind == PodMomentKind.Ending).ToList();
        Expect(order.Select(moment => moment.Name).SequenceEqual(Names(3).Reverse()), $"pods were replaced in the order {string.Join(", ", order.Select(moment => moment.Name))}");
        Expect(order.All(moment => moment.Ready.Count >= 2), "more than one member was away at once");
        foreach (var name in Names(3))
        {
            var (version, _) = await Member(name).StatusAsync(cancellationToken);
            Expect(version == "2.9.0", $"{name} says that it is {version}");
            await HoldsAsync(name, cancellationToken);
        }
        return $"{string.Join(" -> ", order.Select(moment => moment.Name[^1]))}, one at a time; {_written.Count * EntriesEach} of {_written.Count * EntriesEach} entries";
    }

    internal async Task<string> KillAsync(CancellationToken cancellationToken)
    {
        await using var writer = new SteadyWriter([.. Names(3).Select(Member)]);
        var kills = new MemberKills([.. Names(3).Select(name => (name, Member(name)))], writer, say);
        var seen = await kills.RunAsync(cancellationToken);
        var (count, index) = await writer.StopAsync();
        var checksum = await Member(Set + "-0").ChecksumAsync(index, cancellationToken);
        foreach (var name in Names(3))
        {
            Expect(await Member(name).ChecksumAsync(index, cancellationToken) == checksum, $"{name} holds other entries than {Set}-0");
            await HoldsAsync(name, cancellationToken);
        }
        Expect(await writer.HoldsAllAsync(Member(Set + "-1"), cancellationToken), "an acknowledged entry is not there");
        return $"{count} of {count} entries that were acknowledged meanwhile; writes stood still for {seen}";
    }

    private static IEnumerable<string> Names(int count) => Enumerable.Range(0, count).Select(ordinal => string.Create(CultureInfo.InvariantCulture, $"{Set}-{ordinal}"));

    private LedgerMember Member(string name) => new(_http, _history.Pods[name].Status.PodIP);

    private async Task HoldsAsync(string name, CancellationToken cancellationToken)
    {
        foreach (var (index, checksum) in _written.Values)
        {
            Expect(await Member(name).ChecksumAsync(index, cancellationToken) == checksum, $"{name} does not hold the entries that were acknowledged");
        }
    }

    private async Task ResolvesAsync(Pod pod, CancellationToken cancellationToken)
    {
        var name = $"{pod.Metadata.Name}.{Set}.{Namespace}.svc.cluster.local";
        var expected = IPAddress.Parse(pod.Status.PodIP);
        ImmutableArray<IPAddress> found = [];
        await UntilAsync($"{name} is {expected}", async () =>
        {
            found = await DnsLookup.AddressesAsync(cluster.Dns, name, cancellationToken);
            return found is [var address] && address.Equals(expected);
        }, cancellationToken);
    }

    private async Task EvictAsync(string name, CancellationToken cancellationToken)
    {
        var eviction = new Eviction { Metadata = new ObjectMeta { Name = name, Namespace = Namespace } };
        await _client.PostAsync<Pod>(Namespace, name, "eviction", eviction, cancellationToken);
    }

    private async Task<string?> RefusalAsync(string name, CancellationToken cancellationToken)
    {
        try
        {
            await EvictAsync(name, cancellationToken);
            return null;
        }
        catch (ApiException error) when (error.Code == 429)
        {
            return error.Reason;
        }
    }

    private Task ScaleToAsync(int replicas, CancellationToken cancellationToken)
    {
        say(string.Create(CultureInfo.InvariantCulture, $"scale to {replicas}"));
        return ChangeAsync(set => set with { Spec = set.Spec with { Replicas = replicas } }, cancellationToken);
    }

    private async Task ChangeAsync(Func<StatefulSet, StatefulSet> change, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                await _client.UpdateAsync(change(await _client.GetAsync<StatefulSet>(Namespace, Set, cancellationToken)), cancellationToken);
                return;
            }
            catch (ApiException error) when (error.IsConflict)
            {
                say("the set has changed meanwhile; read it again");
            }
        }
    }

    private Task ReadyAsync(int count, CancellationToken cancellationToken) =>
        UntilAsync($"{count} pods are ready", () => Names(count).All(name => _history.Pods.TryGetValue(name, out var pod) && PodHistory.IsReady(pod)), cancellationToken);

    private Task UntilAsync(string what, Func<bool> isSo, CancellationToken cancellationToken) => UntilAsync(what, () => Task.FromResult(isSo()), cancellationToken);

    private async Task UntilAsync(string what, Func<Task<bool>> isSo, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(Patience);
        var seen = _history.Moments.Count;
        while (!await isSo())
        {
            Tell(ref seen);
            Expect(!limit.IsCancellationRequested, $"after {Patience.TotalSeconds:0} s it was still not so that {what}: {Describe()}");
            await Task.Delay(TimeSpan.FromMilliseconds(25), TimeProvider.System, cancellationToken);
        }
        Tell(ref seen);
    }

    private void Tell(ref int seen)
    {
        foreach (var moment in _history.Moments.Skip(seen))
        {
            say($"{moment.Name} {(moment.Kind == PodMomentKind.Made ? "made" : moment.Kind == PodMomentKind.Ready ? "ready" : moment.Kind == PodMomentKind.Ending ? "ending" : "gone")}");
            seen++;
        }
    }

    private string Describe() => string.Join("; ", _history.Pods.Values.OrderBy(pod => pod.Metadata.Name, StringComparer.Ordinal)
        .Select(pod => $"{pod.Metadata.Name} is {pod.Status.Phase}{(PodHistory.IsReady(pod) ? " and ready" : "")}"));

    private static void Expect(bool isSo, string otherwise)
    {
        if (!isSo)
        {
            throw new PromiseBrokenException(otherwise);
        }
    }
}
