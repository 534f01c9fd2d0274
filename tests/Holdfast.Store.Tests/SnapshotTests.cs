using Holdfast.Platform;
using static Holdfast.Store.Tests.StoreCalls;

namespace Holdfast.Store.Tests;

public sealed class SnapshotTests : IAsyncDisposable
{
    private readonly StoreFixture _fixture = new();

    public ValueTask DisposeAsync() => _fixture.DisposeAsync();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task The_index_agrees_with_a_sorted_map_at_every_revision(ulong seed)
    {
        var store = await _fixture.OpenAsync(StoreFixture.Memory());
        var chance = new SeededChance(seed);
        var expected = new SortedDictionary<(string, string), string>(Comparer<(string Namespace, string Name)>.Create((a, b) =>
            string.CompareOrdinal(a.Namespace, b.Namespace) is var order && order != 0 ? order : string.CompareOrdinal(a.Name, b.Name)));
        var pasts = new List<(long Revision, string[] Names)>();
        for (var step = 0; step < 3000; step++)
        {
            var key = Pod($"p-{chance.Next(400)}", $"n{chance.Next(3)}");
            var mostlyDeletes = step / 1000 == 1;
            if (expected.ContainsKey((key.Namespace, key.Name)) && chance.Next(10) < (mostlyDeletes ? 9 : 3))
            {
                await store.DeleteAsync(key);
                expected.Remove((key.Namespace, key.Name));
            }
            else if (!mostlyDeletes || chance.Next(10) == 0)
            {
                await store.PutAsync(key, $"{step}");
                expected[(key.Namespace, key.Name)] = $"{step}";
            }
            if (step % 100 == 0)
                pasts.Add((store.CurrentRevision, [.. expected.Select(pair => $"{pair.Key}={pair.Value}")]));
        }
        foreach (var (revision, names) in pasts)
            Assert.Equal(names, Listed(await store.SnapshotAtAsync(revision, StoreFixture.Token), null));
        var last = store.Snapshot();
        foreach (var each in new[] { "n0", "n1", "n2", "absent" })
        {
            var inNamespace = expected.Where(pair => pair.Key.Item1 == each).Select(pair => $"{pair.Key}={pair.Value}").ToArray();
            Assert.Equal(inNamespace, Listed(last, each));
            Assert.Equal(inNamespace.Length, last.Count("pods", each));
        }
    }

    [Fact]
    public async Task Pages_walk_one_consistent_snapshot_while_writes_go_on()
    {
        var store = await _fixture.OpenAsync(StoreFixture.Memory());
        for (var i = 0; i < 100; i++)
            await store.PutAsync(Pod($"p{i:d3}", i % 2 == 0 ? "even" : "odd"), "x");
        var revision = store.CurrentRevision;
        var names = new List<string>();
        PagePosition? after = null;
        long remaining;
        do
        {
            var page = (await store.SnapshotAtAsync(revision, StoreFixture.Token)).ListPage("pods", null, after, 7);
            names.AddRange(page.Entries.Select(entry => entry.Key.Name));
            Assert.Equal(100 - names.Count, page.Remaining);
            remaining = page.Remaining;
            after = new PagePosition(page.Entries[^1].Key.Namespace, page.Entries[^1].Key.Name);
            await store.DeleteAsync(Pod($"p{names.Count - 1:d3}", (names.Count - 1) % 2 == 0 ? "even" : "odd"));
            await store.PutAsync(Pod($"new{names.Count}", "even"), "x");
        }
        while (remaining > 0);
        Assert.Equal(100, names.Distinct().Count());
        Assert.DoesNotContain(names, name => name.StartsWith("new", StringComparison.Ordinal));
        var odd = store.Snapshot().ListPage("pods", "odd", null, 3);
        Assert.Equal(store.Snapshot().Count("pods", "odd") - 3, odd.Remaining);
    }

    [Fact]
    public async Task A_revision_that_is_no_longer_kept_is_gone()
    {
        _fixture.Options = new StoreOptions { SnapshotsKept = 3 };
        var store = await _fixture.OpenAsync(StoreFixture.Memory());
        for (var i = 0; i < 5; i++)
            await store.PutAsync(Pod("a"), $"{i}");
        Assert.Equal(4, (await store.SnapshotAtAsync(4, StoreFixture.Token)).Revision);
        var gone = await Assert.ThrowsAsync<RevisionGoneException>(() => store.SnapshotAtAsync(3, StoreFixture.Token));
        Assert.Equal((3, 4), (gone.Requested, gone.Oldest));
    }

    [Fact]
    public async Task A_future_revision_is_waited_for_and_then_refused()
    {
        _fixture.Options = new StoreOptions { FutureRevisionWait = TimeSpan.FromMilliseconds(50) };
        var store = await _fixture.OpenAsync(StoreFixture.Memory());
        var refused = await Assert.ThrowsAsync<RevisionFutureException>(() => store.SnapshotAtAsync(2, StoreFixture.Token));
        Assert.Equal((2, 1), (refused.Requested, refused.Current));
        var waiting = store.WaitForRevisionAsync(3, TimeSpan.FromSeconds(30), StoreFixture.Token);
        await store.PutAsync(Pod("a"), "1");
        Assert.False(waiting.IsCompleted);
        await store.PutAsync(new ResourceKey("nodes", "", "n"), "1");
        await waiting;
    }

    [Fact]
    public void The_first_decoded_object_is_shared_by_everybody()
    {
        var entry = new Entry(Pod("a"), 2, 2, new byte[] { 1 }, null);
        var first = new object();
        Assert.Null(entry.Decoded);
        Assert.Same(first, entry.PublishDecoded(first));
        Assert.Same(first, entry.PublishDecoded(new object()));
        Assert.Same(first, entry.Decoded);
    }

    private static string[] Listed(Snapshot snapshot, string? @namespace) =>
        [.. snapshot.List("pods", @namespace).Select(entry => $"{(entry.Key.Namespace, entry.Key.Name)}={Value.TextOf(entry)}")];
}
