using static Holdfast.Store.Tests.StoreCalls;

namespace Holdfast.Store.Tests;

public sealed class TransactionTests : IAsyncDisposable
{
    private readonly StoreFixture _fixture = new();

    public ValueTask DisposeAsync() => _fixture.DisposeAsync();

    [Fact]
    public async Task A_write_is_readable_with_its_revision_spliced_in_as_soon_as_it_is_answered()
    {
        var store = await _fixture.OpenAsync();
        Assert.Equal(1, store.CurrentRevision);
        var committed = await store.CommittedAsync(Transaction.Create(Pod("a"), new Value("x")));
        Assert.Equal(2, committed.Revision);
        var found = store.Find(Pod("a"));
        Assert.Same(Assert.Single(committed.Entries), found);
        Assert.Equal("""{"rv":"2","text":"x"}""", System.Text.Encoding.UTF8.GetString(found!.Json.Span));
        Assert.Equal(new Value("x"), found.Decoded);
    }

    [Fact]
    public async Task Each_condition_that_does_not_hold_is_named_and_writes_nothing()
    {
        var store = await _fixture.OpenAsync(StoreFixture.Memory());
        var first = await store.PutAsync(Pod("a"), "1");
        var second = await store.PutAsync(Pod("a"), "2");

        var stale = await store.ConflictAsync(Transaction.Update(Pod("a"), first, new Value("3")));
        Assert.Equal(new KeyAtRevision(Pod("a"), first), stale.Failed);
        Assert.Equal(second, stale.Current!.Revision);
        var exists = await store.ConflictAsync(Transaction.Create(Pod("a"), new Value("3")));
        Assert.Equal(new KeyAbsent(Pod("a")), exists.Failed);
        var missing = await store.ConflictAsync(new Transaction([new KeyPresent(Pod("b"))], [new Put(Pod("a"), new Value("3"))]));
        Assert.Equal(new KeyPresent(Pod("b")), missing.Failed);
        var gone = await store.ConflictAsync(new Transaction([], [new Put(Pod("c"), new Value("3")), new Delete(Pod("b"), null)]));
        Assert.Equal(new KeyPresent(Pod("b")), gone.Failed);
        var removed = await store.ConflictAsync(Transaction.Remove(Pod("a"), first, null));
        Assert.Equal(second, removed.Current!.Revision);

        Assert.Null(store.Find(Pod("c")));
        Assert.Equal(second, store.CurrentRevision);
        Assert.Equal(second + 1, await store.PutAsync(Pod("a"), "4"));
    }

    [Fact]
    public async Task A_condition_on_what_an_object_says_holds_over_changes_of_the_rest_and_not_without_the_object()
    {
        var store = await _fixture.OpenAsync(StoreFixture.Memory());
        var isOurs = new KeySatisfies(Pod("lease"), static entry => entry.Decoded is Value { Text: ['o', 'u', 'r', 's', ..] });
        Assert.Equal(isOurs, (await store.ConflictAsync(new Transaction([isOurs], [new Put(Pod("a"), new Value("0"))]))).Failed);
        await store.PutAsync(Pod("lease"), "ours, renewed once");
        await store.CommittedAsync(new Transaction([isOurs], [new Put(Pod("a"), new Value("1"))]));
        await store.PutAsync(Pod("lease"), "ours, renewed twice");
        await store.CommittedAsync(new Transaction([isOurs], [new Put(Pod("a"), new Value("2"))]));
        var taken = await store.PutAsync(Pod("lease"), "theirs");
        var refused = await store.ConflictAsync(new Transaction([isOurs], [new Put(Pod("a"), new Value("3"))]));
        Assert.Equal((isOurs, taken), (refused.Failed, refused.Current!.Revision));
    }

    [Fact]
    public async Task A_decision_over_a_list_conflicts_when_anything_in_that_namespace_changed_since()
    {
        var store = await _fixture.OpenAsync(StoreFixture.Memory());
        await store.PutAsync(Pod("a"), "1");
        var listed = store.Snapshot().Revision;
        Transaction Evict(string? @namespace) =>
            new([new CollectionUnchangedSince("pods", @namespace, listed)], [new Put(new("budgets", "default", "b"), new Value("x"))]);

        await store.PutAsync(Pod("z", "other"), "1");
        await store.PutAsync(new ResourceKey("nodes", "", "n"), "1");
        await store.CommittedAsync(Evict("default"));
        Assert.IsType<CollectionUnchangedSince>((await store.ConflictAsync(Evict(null))).Failed);
        await store.DeleteAsync(Pod("a"));
        Assert.IsType<CollectionUnchangedSince>((await store.ConflictAsync(Evict("default"))).Failed);
    }

    [Fact]
    public async Task A_decision_that_rests_on_some_of_a_collection_is_not_spoiled_by_the_others()
    {
        var store = await _fixture.OpenAsync(StoreFixture.Memory());
        await store.PutAsync(Pod("a"), "mine");
        await store.PutAsync(Pod("b"), "theirs");
        var listed = store.Snapshot().Revision;
        var decision = new Transaction([new CollectionUnchangedSince("pods", "default", listed) { Concerning = entry => Value.TextOf(entry) == "mine" }], []);

        await store.PutAsync(Pod("b"), "still theirs");
        await store.DeleteAsync(Pod("b"));
        await store.CommittedAsync(decision);
        // What it was counts as much as what it has become.
        await store.PutAsync(Pod("a"), "theirs");
        await store.ConflictAsync(decision);
    }

    [Fact]
    public async Task A_list_older_than_the_history_counts_as_changed()
    {
        _fixture.Options = new StoreOptions { HistoryEventsPerCollection = 2 };
        var store = await _fixture.OpenAsync(StoreFixture.Memory());
        var listed = store.Snapshot().Revision;
        for (var i = 0; i < 4; i++)
            await store.PutAsync(Pod("z", "other"), "1");
        await store.ConflictAsync(new Transaction([new CollectionUnchangedSince("pods", "default", listed)], []));
    }

    [Fact]
    public async Task Operations_of_a_transaction_take_consecutive_revisions_and_appear_together()
    {
        var store = await _fixture.OpenAsync(StoreFixture.Memory());
        await store.PutAsync(Pod("old"), "x");
        var committed = await store.CommittedAsync(new Transaction([], [
            new Put(Pod("a"), new Value("1")), new Delete(Pod("old"), null), new Put(new ResourceKey("nodes", "", "n"), new Value("2"))]));
        Assert.Equal([3, 4, 5], committed.Entries.Select(entry => entry.Revision));
        Assert.Equal(5, committed.Revision);
        Assert.Equal(2, committed.Entries[1].CreateRevision);
        Assert.Null(store.Find(Pod("old")));
        var middle = await store.SnapshotAtAsync(4, StoreFixture.Token);
        Assert.Equal(5, middle.Revision);
        var before = await store.SnapshotAtAsync(2, StoreFixture.Token);
        Assert.Equal(["old"], before.List("pods", null).Select(entry => entry.Key.Name));
    }

    [Fact]
    public async Task A_value_that_cannot_be_made_fails_its_own_transaction_only()
    {
        var store = await _fixture.OpenAsync(StoreFixture.Memory());
        var broken = new Transaction([], [new Put(Pod("a"), new Value("1")), new Put(Pod("b"), new BrokenValue())]);
        await Assert.ThrowsAsync<FormatException>(() => store.CommitAsync(broken, StoreFixture.Token));
        Assert.Equal(2, await store.PutAsync(Pod("c"), "1"));
        Assert.Equal(["c"], store.Snapshot().List("pods", null).Select(entry => entry.Key.Name));
    }

    [Fact]
    public async Task Two_operations_on_one_key_are_refused()
    {
        var store = await _fixture.OpenAsync(StoreFixture.Memory());
        await Assert.ThrowsAsync<ArgumentException>(() => store.CommitAsync(
            new Transaction([], [new Put(Pod("a"), new Value("1")), new Delete(Pod("a"), null)]), StoreFixture.Token));
    }

    [Fact]
    public async Task Concurrent_read_modify_writes_lose_no_update()
    {
        var journal = StoreFixture.Memory();
        var store = await _fixture.OpenAsync(journal);
        await store.PutAsync(Pod("counter"), "0");
        await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => Task.Run(() => AddAsync(store, 50))));
        Assert.Equal("800", Value.TextOf(store.Find(Pod("counter"))!));

        static async Task AddAsync(ResourceStore store, int times)
        {
            while (times > 0)
            {
                var now = store.Find(Pod("counter"))!;
                var next = new Value($"{int.Parse(Value.TextOf(now), null) + 1}");
                if (await store.CommitAsync(Transaction.Update(Pod("counter"), now.Revision, next), StoreFixture.Token) is Committed)
                    times--;
            }
        }
    }

    [Fact]
    public async Task A_cancelled_caller_gets_away_and_the_store_goes_on()
    {
        var store = await _fixture.OpenAsync(StoreFixture.Memory());
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => store.CommitAsync(Transaction.Create(Pod("a"), new Value("1")), cancelled.Token));
        await store.PutAsync(Pod("b"), "1");
        Assert.Null(store.Find(Pod("a")));
    }

    private sealed class BrokenValue : IPendingValue
    {
        public (ReadOnlyMemory<byte> Json, object? Decoded) At(long revision) => throw new FormatException("no such value");
    }
}
