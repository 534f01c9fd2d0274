using Holdfast.Platform;
using Holdfast.Platform.Simulation;
using Holdfast.Store.Simulation;
using static Holdfast.Store.Tests.StoreCalls;

namespace Holdfast.Store.Tests;

/// <summary>Transactions that are committed together, behind a disk that keeps them waiting.</summary>
public sealed class BatchTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly SingleThreadScheduler _scheduler = new(new SeededChance(1), Start);
    private readonly SimulatedJournal _journal;

    public BatchTests() => _journal = new SimulatedJournal(
        new SimulatedDisk("id"), new SeededChance(2), _scheduler.Time, new JournalFaults { MaxDelay = TimeSpan.FromSeconds(10) });

    [Fact]
    public Task What_waits_during_an_append_is_committed_together_and_a_lone_write_at_once() => _scheduler.Run(async () =>
    {
        var store = await OpenAsync();
        await store.PutAsync(Pod("lone"), "1");
        Assert.Equal(1, _journal.Appends);
        Assert.True(_scheduler.Time.GetUtcNow() - Start < TimeSpan.FromSeconds(10));
        await BatchAsync(store, [.. Enumerable.Range(0, 100).Select(i => Transaction.Create(Pod($"p{i}"), new Value("1")))]);
        Assert.Equal(3, _journal.Appends);
    });

    [Fact]
    public Task Of_rivals_in_one_batch_one_wins_and_the_others_learn_what_it_wrote() => _scheduler.Run(async () =>
    {
        var store = await OpenAsync();
        var results = await BatchAsync(store, [.. Enumerable.Range(0, 5).Select(i => Transaction.Create(Pod("a"), new Value($"{i}")))]);
        var winner = Assert.Single(results.OfType<Committed>());
        Assert.All(results.OfType<Conflict>(), conflict => Assert.Same(winner.Entries[0], conflict.Current));
        Assert.Same(winner.Entries[0], store.Find(Pod("a")));
    });

    [Fact]
    public Task A_decision_over_a_list_sees_the_changes_of_its_own_batch() => _scheduler.Run(async () =>
    {
        var store = await OpenAsync();
        var budget = new ResourceKey("budgets", "default", "b");
        await store.PutAsync(budget, "1");
        // Each removes a pod on the grounds that no pod has gone since the list: only one of them may.
        for (var i = 0; i < 4; i++)
            await store.PutAsync(Pod($"p{i}"), "1");
        var listed = store.Snapshot().Revision;
        var results = await BatchAsync(store, [.. Enumerable.Range(0, 4).Select(i => new Transaction(
            [new CollectionUnchangedSince("pods", "default", listed)], [new Delete(Pod($"p{i}"), null)]))]);
        Assert.Single(results.OfType<Committed>());
        Assert.Equal(3, store.Snapshot().Count("pods", "default"));
    });

    [Fact]
    public Task A_transaction_that_fails_half_way_leaves_nothing_in_its_batch() => _scheduler.Run(async () =>
    {
        var store = await OpenAsync();
        var watch = store.Watch("pods", null, store.CurrentRevision);
        var halfWay = new Transaction([], [new Put(Pod("half"), new Value("1")), new Delete(Pod("absent"), null)]);
        var results = await BatchAsync(store, [
            Transaction.Create(Pod("a"), new Value("1")), halfWay, Transaction.Create(Pod("b"), new Value("1"))]);
        Assert.Single(results.OfType<Conflict>());
        Assert.Equal([3, 4], watch.ReadAll().Select(line => line[0] - '0'));
        Assert.Equal(["a", "b"], store.Snapshot().List("pods", null).Select(entry => entry.Key.Name));
    });

    private Task<ResourceStore> OpenAsync() => ResourceStore.OpenAsync(
        _journal, new StoreOptions(), _scheduler.Time,
        new SimulatedTaskRunner(_scheduler.Main, fault => throw fault.Exception), CancellationToken.None);

    private async Task<TransactionResult[]> BatchAsync(ResourceStore store, Transaction[] transactions)
    {
        var busy = store.PutAsync(new ResourceKey("leases", "default", "busy"), "1");
        await _scheduler.Time.DelayAsync(TimeSpan.FromMilliseconds(1), CancellationToken.None);
        var before = _journal.Appends;
        var results = await Task.WhenAll(transactions.Select(each => store.CommitAsync(each, CancellationToken.None)));
        await busy;
        Assert.Equal(before + 2, _journal.Appends);
        return results;
    }
}
