using System.Globalization;
using Holdfast.ApiServer.Security;
using Holdfast.Client;
using Holdfast.Client.LeaderElection;
using Holdfast.Model.Core;
using Holdfast.Model.Meta;
using Holdfast.Model.Resources;
using Holdfast.Model.Values;
using Holdfast.Platform;
using Holdfast.Platform.Simulation;
using Holdfast.Store;
using Holdfast.Store.Simulation;
using Holdfast.Testing;
using Key = Holdfast.Client.Caching.ResourceKey;

namespace Holdfast.ApiServer.Tests.Fencing;

/// <summary>T7 over the production store and verbs: several candidates that are paused, whose requests hang on the way, and whose clocks jump.</summary>
public sealed class TwoLeadersTests
{
    private static readonly Key Lease = new("kube-system", "steward");

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    public void Once_a_leader_has_written_none_before_it_writes_again(ulong seed)
    {
        var run = new FencedRun(seed);
        run.Run(TestContext.Current.CancellationToken);
        Assert.True(run.Written.Distinct().Count() > 4, $"only the terms {string.Join(", ", run.Written.Distinct())} wrote");
        Assert.Equal(run.Written.Order(), run.Written);
        Assert.True(run.LateRefusals > 0, "no write came in after its term, so nothing was tested");
    }

    private sealed class FencedRun : ILogSink
    {
        private readonly SeededChance _chance;
        private readonly SingleThreadScheduler _scheduler;
        private Exception? _problem;
        private bool _isDone;

        public FencedRun(ulong seed)
        {
            _chance = new SeededChance(seed);
            _scheduler = new SingleThreadScheduler(_chance.Fork(), new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
        }

        /// <summary>The terms of all writes, in the order in which they became durable.</summary>
        public List<long> Written { get; } = [];

        /// <summary>How many writes the server refused because of their fence.</summary>
        public int LateRefusals { get; private set; }

        public void Run(CancellationToken cancellationToken)
        {
            var runner = new SimulatedTaskRunner(_scheduler.CreateProcess("all"), fault => _problem ??= fault.Exception);
            _ = runner.Start("run", token => RunAsync(runner, token), cancellationToken);
            var outcome = _scheduler.RunUntil(() => _isDone || _problem is not null, RunLimits.Default);
            Assert.Null(_problem);
            Assert.Equal(RunOutcome.ConditionMet, outcome);
        }

        public void Write(LogEntry entry)
        {
        }

        private async Task RunAsync(SimulatedTaskRunner runner, CancellationToken token)
        {
            var journal = new SimulatedJournal(new SimulatedDisk("simulated"), _chance.Fork(), _scheduler.Time,
                new JournalFaults { MaxDelay = TimeSpan.FromMilliseconds(5) });
            var store = await ResourceStore.OpenAsync(journal, new StoreOptions(), _scheduler.Time, runner, token);
            var core = new ApiServerCore(store, _scheduler.Time, _chance.Fork());
            await core.BootstrapAsync(null, token);
            var transport = core.InProcess(UserInfo.Administrator);
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(token);
            _ = runner.Start("watcher", inner => WatchAsync(transport, inner), token);
            var clocks = Enumerable.Range(0, 3).Select(_ => new PausableTime(_scheduler.Time)).ToList();
            var candidates = clocks.Select((clock, index) => StandAsync(
                $"holder-{index}", new ClientEnvironment(new SlowWay(transport, _scheduler.Time, _chance.Fork(), Refused), runner, clock, _chance.Fork(), this), stop.Token)).ToList();
            for (var round = 0; round < 20; round++)
            {
                var clock = clocks[_chance.Next(clocks.Count)];
                clock.Pause();
                _scheduler.Time.JumpWallClock(TimeSpan.FromSeconds(_chance.Next(200) - 100));
                await _scheduler.Time.DelayAsync(TimeSpan.FromSeconds(_chance.Next(40)), token);
                clock.Continue();
                await _scheduler.Time.DelayAsync(TimeSpan.FromSeconds(_chance.Next(30)), token);
            }
            stop.Cancel();
            await Task.WhenAll(candidates);
            _isDone = true;
        }

        private async Task WatchAsync(IApiTransport transport, CancellationToken token)
        {
            await foreach (var found in transport.WatchAsync<ConfigMap>(new ListQuery { Namespace = "default" }, token))
            {
                if (found is { Type: WatchEventType.Added, Object: { } map })
                    Written.Add(long.Parse(map.Data["term"], CultureInfo.InvariantCulture));
            }
        }

        private static Task StandAsync(string name, ClientEnvironment environment, CancellationToken stop) =>
            new LeaderElector(Lease, name, environment, new LeaderElectionOptions()).RunAsync(async term =>
            {
                var client = new KubernetesClient(new FencedTransport(environment.Transport, term), name);
                while (!term.Ended.IsCancellationRequested)
                {
                    // Nobody waits for the answer: what is on its way when the term ends must not arrive.
                    _ = WriteAsync(client, term.Number);
                    await environment.Time.DelayAsync(TimeSpan.FromMilliseconds(500), CancellationToken.None);
                }
            }, stop);

        private static async Task WriteAsync(KubernetesClient client, long term)
        {
            try
            {
                await client.CreateAsync(new ConfigMap
                {
                    Metadata = new ObjectMeta { Namespace = "default", GenerateName = "written-" },
                    Data = ValueMap.Of(("term", term.ToString(CultureInfo.InvariantCulture))),
                }, CancellationToken.None);
            }
            catch (ApiException)
            {
                // Refused or given up: what matters is what the server has stored.
            }
        }

        private void Refused(ApiException refusal) =>
            LateRefusals += refusal.Message.Contains("so its write was not done", StringComparison.Ordinal) ? 1 : 0;
    }

    /// <summary>A way to the server on which a request may hang for longer than a lease lasts.</summary>
    private sealed class SlowWay(IApiTransport inner, TimeProvider time, SeededChance chance, Action<ApiException> onRefusal) : IApiTransport
    {
        // What was sent arrives, also when its sender has given up.
        public Task<ApiAnswer> CallAsync(ApiCall call, CancellationToken cancellationToken) => SendAsync(call).WaitAsync(cancellationToken);

        private async Task<ApiAnswer> SendAsync(ApiCall call)
        {
            if (chance.Next(10) == 0)
                await time.DelayAsync(TimeSpan.FromSeconds(chance.Next(40)), CancellationToken.None);
            try
            {
                return await inner.CallAsync(call, CancellationToken.None);
            }
            catch (ApiException refusal)
            {
                onRefusal(refusal);
                throw;
            }
        }

        public Task<ResourceList<T>> ListAsync<T>(ListQuery query, CancellationToken cancellationToken) where T : class, IResource<T> =>
            inner.ListAsync<T>(query, cancellationToken);

        public IAsyncEnumerable<WatchEvent<T>> WatchAsync<T>(ListQuery query, CancellationToken cancellationToken) where T : class, IResource<T> =>
            inner.WatchAsync<T>(query, cancellationToken);
    }
}
