using static Holdfast.Store.Tests.StoreCalls;

namespace Holdfast.Store.Tests;

/// <summary>What the store holds on to is bounded in bytes, whatever is written to it.</summary>
public sealed class BoundTests : IAsyncDisposable
{
    private readonly StoreFixture _fixture = new();

    public ValueTask DisposeAsync() => _fixture.DisposeAsync();

    [Fact]
    public async Task Past_snapshots_are_bounded_by_the_bytes_of_what_was_replaced()
    {
        _fixture.Options = new StoreOptions { SnapshotBytes = 10_000, HistoryBytesPerCollection = 1000 };
        var store = await _fixture.OpenAsync(StoreFixture.Memory());
        for (var i = 0; i < 100; i++)
            await store.PutAsync(Pod("a"), new string('x', 1000));
        Assert.Equal(95, (await store.SnapshotAtAsync(95, StoreFixture.Token)).Revision);
        await Assert.ThrowsAsync<RevisionGoneException>(() => store.SnapshotAtAsync(80, StoreFixture.Token));
    }

    [Fact]
    public async Task Large_objects_do_not_keep_even_the_last_snapshot_from_being_read()
    {
        _fixture.Options = new StoreOptions { SnapshotBytes = 10, HistoryBytesPerCollection = 10, HistoryBytes = 10 };
        var store = await _fixture.OpenAsync(StoreFixture.Memory());
        for (var i = 0; i < 5; i++)
            await store.PutAsync(Pod("a"), new string('x', 1000));
        Assert.Single((await store.SnapshotAtAsync(store.CurrentRevision, StoreFixture.Token)).List("pods", null));
        Assert.Empty(store.Watch("pods", null, store.CurrentRevision).ReadAll());
    }

    [Fact]
    public async Task All_histories_together_are_bounded_and_the_largest_gives_way()
    {
        _fixture.Options = new StoreOptions { HistoryBytes = 100_000 };
        var store = await _fixture.OpenAsync();
        await store.PutAsync(new ResourceKey("nodes", "", "small"), "x");
        for (var i = 0; i < 500; i++)
            await store.PutAsync(Pod("a"), new string('x', 1000));
        Assert.Single(store.Watch("nodes", null, 1).ReadAll());
        Assert.InRange(store.Watch("pods", null, store.CurrentRevision - 40).ReadAll().Count, 40, 40);
        Assert.Throws<RevisionGoneException>(() => store.Watch("pods", null, store.CurrentRevision - 110));
        // The same bound holds after a restart, when histories are read back.
        store = await _fixture.ReopenAsync(store);
        Assert.Throws<RevisionGoneException>(() => store.Watch("pods", null, store.CurrentRevision - 110));
    }

    [Fact]
    public async Task An_object_that_is_too_large_is_refused_by_name_and_nothing_of_its_transaction_is_written()
    {
        _fixture.Options = new StoreOptions { MaxValueBytes = 1000 };
        var store = await _fixture.OpenAsync(StoreFixture.Memory());
        var refused = await Assert.ThrowsAsync<ValueTooLargeException>(() => store.CommitAsync(
            new Transaction([], [new Put(Pod("small"), new Value("x")), new Put(Pod("large"), new Value(new string('x', 1000)))]), StoreFixture.Token));
        Assert.Contains("pods default/large", refused.Message, StringComparison.Ordinal);
        Assert.Equal(1, store.CurrentRevision);
        Assert.Equal(2, await store.PutAsync(Pod("small"), "x"));
    }

    [Fact]
    public async Task A_batch_is_bounded_in_bytes()
    {
        _fixture.Options = new StoreOptions { MaxBatchBytes = 10_000 };
        var store = await _fixture.OpenAsync();
        await Task.WhenAll(Enumerable.Range(0, 200).Select(i => store.PutAsync(Pod($"p{i}"), new string('x', 5000))));
        Assert.Equal(200, store.Snapshot().Count("pods", null));
    }
}
