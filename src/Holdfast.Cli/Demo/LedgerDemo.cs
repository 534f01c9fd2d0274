using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using Holdfast.Client;
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
/// <param name="set">The set.</param>
/// <param name="dns">Where the cluster's DNS answers.</param>
/// <param name="manifests">The folder of the manifests.</param>
/// <param name="say">Takes a line of progress.</param>
internal sealed class LedgerDemo(LedgerSet set, IPEndPoint dns, string manifests, Action<string> say)
{
    private const string Set = LedgerSet.Name;
    private const int EntriesEach = 100;

    private readonly Dictionary<string, (long Index, string Checksum)> _written = new(StringComparer.Ordinal);

    internal async Task<string> StartAsync(CancellationToken cancellationToken)
    {
        await set.ApplyAsync(Path.Combine(manifests, "ledger-store.yaml"), cancellationToken);
        await set.ApplyAsync(Path.Combine(manifests, "pdb.yaml"), cancellationToken);
        await set.ReadyAsync(3, cancellationToken);
        var made = set.Moments.Where(moment => moment.Kind == PodMomentKind.Made).ToList();
        Expect(made.Select(moment => moment.Name).SequenceEqual(LedgerSet.Names(3)), $"pods were made in the order {string.Join(", ", made.Select(moment => moment.Name))}");
        foreach (var (moment, ordinal) in made.Select((moment, ordinal) => (moment, ordinal)))
        {
            Expect(LedgerSet.Names(ordinal).All(moment.Ready.Contains), $"{moment.Name} was made while only {string.Join(", ", moment.Ready)} were ready");
        }
        return $"{string.Join(" -> ", made.Select(moment => moment.Name[^1]))}, each made when those before were ready";
    }

    internal async Task<string> WriteAsync(CancellationToken cancellationToken)
    {
        foreach (var name in LedgerSet.Names(3))
        {
            var member = set.Member(name);
            var index = 0L;
            for (var entry = 0; entry < EntriesEach; entry++)
            {
                index = await member.AppendAsync(string.Create(CultureInfo.InvariantCulture, $"entry {entry} of {name}"), "demo-" + name, entry + 1, cancellationToken);
            }
            _written[name] = (index, await member.ChecksumAsync(index, cancellationToken));
        }
        foreach (var name in LedgerSet.Names(3))
        {
            await HoldsAsync(name, cancellationToken);
        }
        return $"{_written.Count * EntriesEach} entries acknowledged, {EntriesEach} through each member, all of them on every member";
    }

    internal async Task<string> DeleteOneAsync(CancellationToken cancellationToken)
    {
        const string Name = Set + "-1";
        var before = set.Pods[Name];
        await set.Client.DeleteAsync<Pod>(set.Namespace, Name, null, cancellationToken);
        await set.UntilAsync($"{Name} is back and ready", () => set.Pods.TryGetValue(Name, out var pod) && pod.Metadata.Uid != before.Metadata.Uid && PodHistory.IsReady(pod), cancellationToken);
        var after = set.Pods[Name];
        var claim = await set.Client.GetAsync<PersistentVolumeClaim>(set.Namespace, "data-" + Name, cancellationToken);
        Expect(claim.Status.Phase == "Bound", $"claim {claim.Metadata.Name} is {claim.Status.Phase}");
        await ResolvesAsync(after, cancellationToken);
        await HoldsAsync(Name, cancellationToken);
        return $"new pod at {after.Status.PodIP} (was {before.Status.PodIP}), found under its name, {_written.Count * EntriesEach} of {_written.Count * EntriesEach} entries";
    }

    internal async Task<string> EvictAsync(CancellationToken cancellationToken)
    {
        await set.UntilAsync("the budget allows one disruption", async () =>
            (await set.Client.GetAsync<PodDisruptionBudget>(set.Namespace, "ledger-store-pdb", cancellationToken)).Status.DisruptionsAllowed == 1, cancellationToken);
        var uid = set.Pods[Set + "-2"].Metadata.Uid;
        await EvictAsync(Set + "-2", cancellationToken);
        var refusal = await RefusalAsync(Set + "-0", cancellationToken);
        Expect(refusal is not null, $"{Set}-0 could be evicted while {Set}-2 was away");
        await set.UntilAsync($"{Set}-2 is back", () => set.Pods.TryGetValue(Set + "-2", out var pod) && pod.Metadata.Uid != uid && PodHistory.IsReady(pod), cancellationToken);
        return $"first eviction granted, the next refused: 429 {refusal}";
    }

    internal async Task<string> ScaleAsync(CancellationToken cancellationToken)
    {
        var from = set.Moments.Count;
        await ScaleToAsync(5, cancellationToken);
        await set.ReadyAsync(5, cancellationToken);
        // A member leaves the cluster before its pod goes; else it would count for majorities that it can no longer be part of.
        for (var left = 4; left >= 3; left--)
        {
            await set.Member(Set + "-0").RemoveAsync(string.Create(CultureInfo.InvariantCulture, $"{Set}-{left}"), cancellationToken);
            await ScaleToAsync(left, cancellationToken);
            await set.UntilAsync($"{left} pods are left", () => set.Pods.Count == left, cancellationToken);
        }
        await set.UntilAsync("3 pods are left", () => set.Pods.Count == 3, cancellationToken);
        var moments = set.Moments.Skip(from).ToList();
        var made = moments.Where(moment => moment.Kind == PodMomentKind.Made).Select(moment => moment.Name).ToList();
        var gone = moments.Where(moment => moment.Kind == PodMomentKind.Gone).Select(moment => moment.Name).ToList();
        Expect(made.SequenceEqual([$"{Set}-3", $"{Set}-4"]), $"pods were made in the order {string.Join(", ", made)}");
        Expect(gone.SequenceEqual([$"{Set}-4", $"{Set}-3"]), $"pods went in the order {string.Join(", ", gone)}");
        var claims = await set.Client.ListAsync<PersistentVolumeClaim>(new ListQuery { Namespace = set.Namespace }, cancellationToken);
        Expect(claims.Items.Count(claim => claim.Status.Phase == "Bound" && claim.Metadata.DeletionTimestamp is null) == 5, $"{claims.Items.Length} claims are left");
        return "3, 4 made; 4, 3 taken away; all 5 claims kept";
    }

    internal async Task<string> UpdateAsync(CancellationToken cancellationToken)
    {
        var from = set.Moments.Count;
        var before = set.Pods;
        await set.SetImageAsync("example/ledger-store:2.9.0", cancellationToken);
        await set.UntilAsync("every member is updated", async () =>
            (await set.Client.GetAsync<StatefulSet>(set.Namespace, Set, cancellationToken)) is { Status: { UpdatedReplicas: 3, ReadyReplicas: 3 } status }
            && status.CurrentRevision == status.UpdateRevision && LedgerSet.Names(3).All(name => set.Pods.TryGetValue(name, out var pod) && pod.Metadata.Uid != before[name].Metadata.Uid && PodHistory.IsReady(pod)), cancellationToken);
        var order = set.Moments.Skip(from).Where(moment => moment.Kind == PodMomentKind.Ending).ToList();
        Expect(order.Select(moment => moment.Name).SequenceEqual(LedgerSet.Names(3).Reverse()), $"pods were replaced in the order {string.Join(", ", order.Select(moment => moment.Name))}");
        Expect(order.All(moment => moment.Ready.Count >= 2), "more than one member was away at once");
        foreach (var name in LedgerSet.Names(3))
        {
            var (version, _) = await set.Member(name).StatusAsync(cancellationToken);
            Expect(version == "2.9.0", $"{name} says that it is {version}");
            await HoldsAsync(name, cancellationToken);
        }
        return $"{string.Join(" -> ", order.Select(moment => moment.Name[^1]))}, one at a time; {_written.Count * EntriesEach} of {_written.Count * EntriesEach} entries";
    }

    internal async Task<string> KillAsync(CancellationToken cancellationToken)
    {
        await using var writer = new WriteLoad("demo-kills", 1, () => set.Reachable);
        var kills = new MemberKills([.. LedgerSet.Names(3).Select(name => (name, set.Member(name)))], writer, say);
        var seen = await kills.RunAsync(cancellationToken);
        await writer.StopAsync();
        var (count, index) = (writer.Whole.Figures.Acknowledged, writer.NewestIndex);
        var checksum = await set.Member(Set + "-0").ChecksumAsync(index, cancellationToken);
        foreach (var name in LedgerSet.Names(3))
        {
            Expect(await set.Member(name).ChecksumAsync(index, cancellationToken) == checksum, $"{name} holds other entries than {Set}-0");
            await HoldsAsync(name, cancellationToken);
        }
        Expect(await set.Member(Set + "-1").LacksAsync(writer.Acknowledged, cancellationToken) == 0, "an acknowledged entry is not there");
        return $"{count} of {count} entries that were acknowledged meanwhile; writes stood still for {seen}";
    }

    private async Task HoldsAsync(string name, CancellationToken cancellationToken)
    {
        foreach (var (index, checksum) in _written.Values)
        {
            Expect(await set.Member(name).ChecksumAsync(index, cancellationToken) == checksum, $"{name} does not hold the entries that were acknowledged");
        }
    }

    private async Task ResolvesAsync(Pod pod, CancellationToken cancellationToken)
    {
        var name = $"{pod.Metadata.Name}.{Set}.{set.Namespace}.svc.cluster.local";
        var expected = IPAddress.Parse(pod.Status.PodIP);
        ImmutableArray<IPAddress> found = [];
        await set.UntilAsync($"{name} is {expected}", async () =>
        {
            found = await DnsLookup.AddressesAsync(dns, name, cancellationToken);
            return found is [var address] && address.Equals(expected);
        }, cancellationToken);
    }

    private async Task EvictAsync(string name, CancellationToken cancellationToken)
    {
        var eviction = new Eviction { Metadata = new ObjectMeta { Name = name, Namespace = set.Namespace } };
        await set.Client.PostAsync<Pod>(set.Namespace, name, "eviction", eviction, cancellationToken);
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
        return set.ScaleAsync(replicas, cancellationToken);
    }

    private static void Expect(bool isSo, string otherwise) => PromiseBrokenException.Unless(isSo, otherwise);
}
