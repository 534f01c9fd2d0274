using System.Globalization;
using Holdfast.ApiServer.Registry;
using Holdfast.Model.Core;
using Holdfast.Model.Json;
using Holdfast.Model.Selectors;
using Holdfast.Model.Values;
using Holdfast.Platform;
using Holdfast.Store;
using Holdfast.Store.Simulation;
using static Holdfast.ApiServer.Tests.Cluster;

namespace Holdfast.ApiServer.Tests.Evictions;

/// <summary>What the index answers is what a look at every pod gives, at the cost of a look at few.</summary>
public sealed class PodLabelIndexTests
{
    private static readonly string[] Selectors = ["app=a", "app=b,tier=x", "app=c", "app in (a)", "app in (a,b)", "tier", "", "app=a,tier!=x"];

    [Theory]
    [InlineData(1, 4096)]
    [InlineData(2, 4096)]
    [InlineData(3, 7)]
    [InlineData(4, 1)]
    public async Task It_finds_what_a_look_at_every_pod_finds_at_any_revision(ulong seed, int history)
    {
        await using var store = await OpenAsync(history);
        var index = new PodLabelIndex(store);
        var chance = new SeededChance(seed);
        var views = new Queue<ClusterView>();
        for (var step = 0; step < 600; step++)
        {
            await ChangeAsync(store, chance);
            views.Enqueue(new ClusterView(store.Snapshot()));
            if (chance.Next(3) > 0)
                continue;
            // Of the present, and of a past that was kept.
            foreach (var view in new[] { views.Last(), views.Dequeue() })
            {
                var (space, selector) = ($"s{chance.Next(2)}", LabelMatcher.Parse(Selectors[chance.Next(Selectors.Length)]));
                var expected = view.List<Pod>(space).Where(pod => selector.Matches(pod.Metadata.Labels)).Select(Described);
                Assert.Equal(expected.Order(), index.Selected(view, space, selector).Select(Described).Order());
            }
        }
    }

    [Fact]
    public async Task A_question_costs_what_is_found_and_not_what_else_is_in_the_namespace()
    {
        var few = await ReadForOneAsync(10);
        var many = await ReadForOneAsync(1000);
        Assert.Equal((3, 3), (few, many));
    }

    private static async Task<long> ReadForOneAsync(int others)
    {
        await using var store = await OpenAsync(4096);
        for (var pod = 0; pod < others; pod++)
            await PutAsync(store, "s0", $"other-{pod}", ("app", $"other-{pod / 3}"));
        for (var pod = 0; pod < 3; pod++)
            await PutAsync(store, "s0", $"mine-{pod}", ("app", "mine"));
        var index = new PodLabelIndex(store);
        Assert.Equal(3, index.Selected(new ClusterView(store.Snapshot()), "s0", LabelMatcher.Parse("app=mine")).Count);
        return index.PodsRead;
    }

    private static async Task ChangeAsync(ResourceStore store, SeededChance chance)
    {
        var (space, name) = ($"s{chance.Next(2)}", $"p{chance.Next(12)}");
        switch (chance.Next(5))
        {
            case 0 when store.Find(Key(space, name)) is not null:
                await store.CommitAsync(new Transaction([], [new Delete(Key(space, name), null)]), Token);
                break;
            case 1:
                await store.CommitAsync(new Transaction([], [new Put(new ResourceKey("configmaps", space, "other"), new Stored(Pod.Empty))]), Token);
                break;
            default:
                await PutAsync(store, space, name, ("app", $"{(char)('a' + chance.Next(3))}"), ("tier", chance.Next(2) == 0 ? "x" : "y"));
                break;
        }
    }

    private static Task<TransactionResult> PutAsync(ResourceStore store, string space, string name, params (string, string)[] labels) => store.CommitAsync(
        new Transaction([], [new Put(Key(space, name), new Stored(Pod.Empty with { Metadata = Objects.Meta(name, space) with { Labels = ValueMap.Of(labels) } }))]), Token);

    private static ResourceKey Key(string space, string name) => new("pods", space, name);

    private static string Described(Pod pod) => $"{pod.Metadata.Name} {string.Join(' ', pod.Metadata.Labels.Select(label => $"{label.Key}={label.Value}"))}";

    private static Task<ResourceStore> OpenAsync(int history) => ResourceStore.OpenAsync(
        new SimulatedJournal(new SimulatedDisk("tests"), new SeededChance(1), TimeProvider.System, new JournalFaults()),
        new StoreOptions { HistoryEventsPerCollection = history }, TimeProvider.System, new ThreadPoolTaskRunner(static fault => throw fault.Exception), Token);

    private sealed record Stored(Pod Pod) : IPendingValue
    {
        public (ReadOnlyMemory<byte> Json, object? Decoded) At(long revision)
        {
            var pod = Pod with { Metadata = Pod.Metadata with { ResourceVersion = revision.ToString(CultureInfo.InvariantCulture) } };
            return (ModelJson.ToBytes(pod), pod);
        }
    }
}
