using Holdfast.ApiServer.Security;
using Holdfast.Client;
using Holdfast.Model.Core;
using Holdfast.Platform;
using Holdfast.Platform.Simulation;
using Holdfast.Store;
using Holdfast.Store.Simulation;

namespace Holdfast.ApiServer.Tests;

/// <summary>The registry on the one thread of the simulator.</summary>
public sealed class SimulatedServerTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void The_same_seed_gives_the_same_run_and_every_watcher_sees_every_write()
    {
        Assert.Equal(Run(7), Run(7));
        Assert.NotEqual(Run(7).Trace, Run(8).Trace);
    }

    private static (int Seen, ulong Trace) Run(ulong seed)
    {
        var chance = new SeededChance(seed);
        var scheduler = new SingleThreadScheduler(chance.Fork(), Start);
        Exception? problem = null;
        var runner = new SimulatedTaskRunner(scheduler.CreateProcess("server"), fault => problem ??= fault.Exception);
        var seen = 0;
        _ = runner.Start("server", async token =>
        {
            var journal = new SimulatedJournal(new SimulatedDisk("simulated"), chance.Fork(), scheduler.Time,
                new JournalFaults { MaxDelay = TimeSpan.FromMilliseconds(5) });
            var store = await ResourceStore.OpenAsync(journal, new StoreOptions(), scheduler.Time, runner, token);
            var core = new ApiServerCore(store, scheduler.Time, chance.Fork());
            await core.BootstrapAsync(null, token);
            var client = new KubernetesClient(core.InProcess(UserInfo.Administrator), "simulated");
            _ = runner.Start("watcher", async inner =>
            {
                await foreach (var found in client.WatchAsync<ConfigMap>(new ListQuery(), inner))
                    seen += found.Type == WatchEventType.Added ? 1 : 0;
            }, token);
            for (var i = 0; i < 5; i++)
            {
                var name = $"c{i}";
                _ = runner.Start(name, inner => client.CreateAsync(Objects.ConfigMap(name), inner), token);
            }
        }, TestContext.Current.CancellationToken);
        var outcome = scheduler.RunUntil(() => seen == 5 || problem is not null, RunLimits.Default);
        Assert.Null(problem);
        Assert.Equal(RunOutcome.ConditionMet, outcome);
        return (seen, scheduler.TraceHash);
    }
}
