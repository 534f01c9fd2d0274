using static Holdfast.Store.Tests.StoreCalls;

namespace Holdfast.Store.Tests;

public sealed class WatchTests : IAsyncDisposable
{
    private readonly StoreFixture _fixture = new();

    public ValueTask DisposeAsync() => _fixture.DisposeAsync();

    [Fact]
    public async Task A_watch_tells_creations_changes_and_deletions_with_what_was_before()
    {
        var store = await _fixture.OpenAsync(StoreFixture.Memory());
        var watch = store.Watch("pods", null, 1);
        await store.PutAsync(Pod("a"), "1");
        await store.PutAsync(Pod("a"), "2");
        await store.DeleteAsync(Pod("a"));
        await store.PutAsync(Pod("a"), "3");
        Assert.Equal(["2+a:1", "3=a:2", "4-a:gone", "5+a:3"], watch.ReadAll());
        Assert.Equal(["4-a:gone", "5+a:3"], store.Watch("pods", null, 3).ReadAll());
    }

    [Fact]
    public async Task A_watch_of_a_namespace_sees_only_that_and_its_position_still_moves_on()
    {
        var store = await _fixture.OpenAsync(StoreFixture.Memory());
        var watch = store.Watch("pods", "mine", 1);
        await store.PutAsync(Pod("a", "mine"), "1");
        await store.PutAsync(Pod("b", "theirs"), "1");
        await store.PutAsync(new ResourceKey("nodes", "", "n"), "1");
        Assert.Equal(["2+a:1"], watch.ReadAll());
        Assert.Equal(store.CurrentRevision, watch.Position);
    }

    [Fact]
    public async Task A_watch_from_the_future_never_delivers_older_events()
    {
        var store = await _fixture.OpenAsync(StoreFixture.Memory());
        var watch = store.Watch("pods", null, 4);
        for (var i = 2; i <= 6; i++)
            await store.PutAsync(Pod("a"), $"{i}");
        Assert.Equal(["5=a:5", "6=a:6"], watch.ReadAll());
    }

    [Fact]
    public async Task A_watch_from_before_the_history_and_one_that_falls_behind_it_are_gone()
    {
        _fixture.Options = new StoreOptions { HistoryEventsPerCollection = 3 };
        var store = await _fixture.OpenAsync(StoreFixture.Memory());
        var slow = store.Watch("pods", null, 1);
        for (var i = 0; i < 5; i++)
            await store.PutAsync(Pod("a"), $"{i}");
        Assert.Throws<RevisionGoneException>(() => slow.ReadAll());
        Assert.Throws<RevisionGoneException>(() => store.Watch("pods", null, 2));
        Assert.Equal(3, store.Watch("pods", null, 3).ReadAll().Count);
        Assert.Empty(store.Watch("nodes", null, 1).ReadAll());
    }

    [Fact]
    public async Task The_history_is_bounded_in_bytes_too()
    {
        _fixture.Options = new StoreOptions { HistoryBytesPerCollection = 1000 };
        var store = await _fixture.OpenAsync(StoreFixture.Memory());
        for (var i = 0; i < 5; i++)
            await store.PutAsync(Pod("a"), new string('x', 400));
        Assert.Equal(2, store.Watch("pods", null, 4).ReadAll().Count);
        Assert.Throws<RevisionGoneException>(() => store.Watch("pods", null, 3));
    }

    [Fact]
    public async Task Many_watchers_follow_concurrent_writers_without_gap_or_repeat()
    {
        var store = await _fixture.OpenAsync();
        const int Watchers = 50, Writers = 8, Writes = 100;
        var watching = Enumerable.Range(0, Watchers).Select(_ => Task.Run(() => FollowAsync(store, Writers * Writes))).ToArray();
        await Task.WhenAll(Enumerable.Range(0, Writers).Select(writer => Task.Run(async () =>
        {
            for (var i = 0; i < Writes; i++)
                await store.PutAsync(Pod($"w{writer}"), $"{i}");
        })));
        var expected = Enumerable.Range(2, Writers * Writes).Select(revision => (long)revision).ToArray();
        foreach (var seen in await Task.WhenAll(watching))
            Assert.Equal(expected, seen);

        static async Task<List<long>> FollowAsync(ResourceStore store, int count)
        {
            var seen = new List<long>();
            await foreach (var change in store.Watch("pods", null, 1).ReadAllAsync(StoreFixture.Token))
            {
                Assert.True(store.CurrentRevision >= change.Revision, "a watch was ahead of reads");
                seen.Add(change.Revision);
                if (seen.Count == count)
                    break;
            }
            return seen;
        }
    }

    [Fact]
    public async Task A_waiting_watcher_learns_that_the_store_has_stopped()
    {
        var store = await _fixture.OpenAsync(StoreFixture.Memory());
        var watch = store.Watch("pods", null, 1);
        var waiting = Task.Run(async () =>
        {
            await foreach (var _ in watch.ReadAllAsync(StoreFixture.Token))
                Assert.Fail("nothing was written");
        }, StoreFixture.Token);
        await store.DisposeAsync();
        var stopped = await Assert.ThrowsAsync<StoreUnavailableException>(() => waiting);
        Assert.Equal(StoreUnavailableReason.Closed, stopped.Reason);
        await Assert.ThrowsAsync<StoreUnavailableException>(() => store.PutAsync(Pod("a"), "1"));
        Assert.False(store.Failed.IsCompleted);
    }
}
