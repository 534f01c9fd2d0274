using Holdfast.Platform;
using Holdfast.Platform.Simulation;
using Holdfast.Store.Simulation;
using static Holdfast.Store.Tests.StoreCalls;

namespace Holdfast.Store.Tests;

/// <summary>The store on one simulated thread, its process killed at moments that the seed chooses.</summary>
public sealed class SimulatedStoreTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public static TheoryData<ulong> Seeds => [.. Enumerable.Range(1, 25).Select(seed => (ulong)seed)];

    [Theory, MemberData(nameof(Seeds))]
    public void A_killed_store_keeps_what_it_acknowledged_and_its_watches_resume(ulong seed) =>
        Assert.Null(Run(seed, new JournalFaults { MaxDelay = TimeSpan.FromMilliseconds(20) }).Problem);

    [Theory, MemberData(nameof(Seeds))]
    public void A_disk_that_fails_at_times_changes_nothing_of_that(ulong seed) => Assert.Null(Run(
        seed, new JournalFaults { MaxDelay = TimeSpan.FromMilliseconds(20), FailureProbability = 0.02 }).Problem);

    [Fact]
    public void A_skipped_sync_is_found()
    {
        var faults = new JournalFaults { MaxDelay = TimeSpan.FromMilliseconds(20), SkipsSync = true };
        Assert.Contains(Enumerable.Range(1, 10), seed => Run((ulong)seed, faults).Problem is not null);
    }

    [Fact]
    public void The_same_seed_replays_the_same_run()
    {
        var faults = new JournalFaults { MaxDelay = TimeSpan.FromMilliseconds(20), FailureProbability = 0.02 };
        Assert.Equal(Run(5, faults).Trace, Run(5, faults).Trace);
        Assert.NotEqual(Run(5, faults).Trace, Run(6, faults).Trace);
    }

    private static (string? Problem, ulong Trace) Run(ulong seed, JournalFaults faults)
    {
        var chance = new SeededChance(seed);
        var scheduler = new SingleThreadScheduler(chance.Fork(), Start);
        var world = new World(scheduler, new SimulatedDisk("simulated"), chance, faults);
        for (var life = 0; life < 6 && world.Problem is null; life++)
            world.LiveAndDie();
        return (world.Problem, scheduler.TraceHash);
    }

    private sealed class World(SingleThreadScheduler scheduler, SimulatedDisk disk, SeededChance chance, JournalFaults faults)
    {
        private readonly Dictionary<string, long> _acknowledged = [];
        private readonly List<(long Revision, string Name)> _watched = [];
        private readonly StoreOptions _options = new() { HistoryEventsPerCollection = 1000, CompactionSlice = 4 };
        private int _names;

        public string? Problem { get; private set; }

        public void LiveAndDie()
        {
            var process = scheduler.CreateProcess("store");
            var runner = new SimulatedTaskRunner(process, fault => Problem ??= fault.Exception.ToString());
            _ = runner.Start("life", token => LiveAsync(runner, token), CancellationToken.None);
            var steps = chance.Next(400);
            scheduler.RunUntil(() => steps-- <= 0 || Problem is not null, RunLimits.Default);
            process.Kill();
            disk.Crash(chance);
        }

        private async Task LiveAsync(SimulatedTaskRunner runner, CancellationToken token)
        {
            var journal = new SimulatedJournal(disk, chance.Fork(), scheduler.Time, faults);
            var store = await ResourceStore.OpenAsync(journal, _options, scheduler.Time, runner, token);
            foreach (var (name, revision) in _acknowledged)
            {
                if (store.Find(Pod(name))?.Revision != revision)
                    Problem ??= $"A1/A3: the acknowledged write of {name} at revision {revision} is lost";
            }
            if (_watched.Count > 0 && store.CurrentRevision < _watched[^1].Revision)
                Problem ??= $"A2: the revision went back to {store.CurrentRevision} from {_watched[^1].Revision}";
            var resumed = store.Watch("pods", null, _watched.Count > 0 ? _watched[^1].Revision : 1);
            _ = runner.Start("watch", inner => WatchAsync(resumed, inner), token);
            for (var writer = 0; writer < 3; writer++)
                _ = runner.Start("writer", inner => WriteAsync(store, inner), token);
        }

        private async Task WriteAsync(ResourceStore store, CancellationToken token)
        {
            try
            {
                while (true)
                {
                    var name = $"p{_names++}";
                    var committed = (Committed)await store.CommitAsync(Transaction.Create(Pod(name), new Value(name)), token);
                    _acknowledged[name] = committed.Revision;
                    await scheduler.Time.DelayAsync(TimeSpan.FromMilliseconds(chance.Next(10)), token);
                }
            }
            catch (StoreUnavailableException exception) when (exception.Reason == StoreUnavailableReason.DiskError)
            {
                // The store stopped as it must; the process dies soon.
            }
        }

        private async Task WatchAsync(StoreWatcher watcher, CancellationToken token)
        {
            try
            {
                await foreach (var change in watcher.ReadAllAsync(token))
                {
                    var expected = (_watched.Count > 0 ? _watched[^1].Revision : 1) + 1;
                    if (change.Revision != expected)
                        Problem ??= $"A4: the watch delivered revision {change.Revision} instead of {expected}";
                    _watched.Add((change.Revision, change.Current.Key.Name));
                }
            }
            catch (StoreUnavailableException)
            {
                // As for the writers.
            }
        }
    }
}
