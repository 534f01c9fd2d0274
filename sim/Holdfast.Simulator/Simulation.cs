using Holdfast.Platform;
using Holdfast.Platform.Simulation;
using Holdfast.Simulator.Checkers;
using Holdfast.Simulator.Faults;
using Holdfast.Simulator.Options;
using Holdfast.Simulator.Story;
using Holdfast.Simulator.Workload;
using Holdfast.Simulator.World;

namespace Holdfast.Simulator;

/// <summary>
/// One run from one seed: a phase in which the user acts and faults happen, with every step checked, and a phase without faults in
/// which everything must come to rest as it is wanted.
/// </summary>
public sealed class Simulation
{
    private static readonly RunLimits Limits = new(600_000, TimeSpan.FromHours(12));
    private static readonly TimeSpan TimeAtRest = TimeSpan.FromSeconds(20);

    private readonly SimulationOptions _options;
    private readonly SeededChance _chance;
    private readonly SingleThreadScheduler _scheduler;
    private readonly StoryTeller _story;
    private SimulatedCluster? _cluster;

    private Simulation(SimulationOptions options)
    {
        _options = options;
        _chance = new SeededChance(options.Seed);
        _scheduler = new SingleThreadScheduler(_chance.Fork(), Beginning);
        _story = new StoryTeller(_scheduler.Time);
    }

    /// <summary>When every run begins.</summary>
    internal static DateTimeOffset Beginning { get; } = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Runs a simulation to its end or to the first thing that must not be.</summary>
    /// <param name="options">How it is.</param>
    public static SimulationResult Run(SimulationOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return options.Script is null ? RunOne(options) : RestartTwins.Run(options, RunOne);
    }

    private static SimulationResult RunOne(SimulationOptions options) => new Simulation(options).Run();

    private SimulationResult Run()
    {
        string? violation = null;
        try
        {
            Task? script = null;
            _scheduler.Main.Post(_ => script = ScriptAsync(), null);
            var outcome = _scheduler.RunUntil(() => Look() || script is { IsCompleted: true }, Limits);
            violation = script?.Exception?.InnerException is { } failure ? Words(failure)
                : outcome == RunOutcome.ConditionMet ? null
                : $"Liveness: the run stopped ({outcome}) before its script had ended; {_cluster?.Witness.Busiest}";
        }
        catch (Exception found) when (found is InvariantViolation or SimulationException or InvariantBrokenException)
        {
            violation = found is SimulationException ? $"Determinism: {found.Message}" : Words(found);
        }
        var hash = (_scheduler.TraceHash ^ _story.Hash) * 0x100000001b3;
        var (checks, faults, time) = (_cluster?.Truth.Checks ?? new Tally(), _cluster?.Tally ?? new Tally(), TimeSpan.FromTicks(_scheduler.Time.GetTimestamp()));
        return new(_options, violation, hash, _scheduler.Steps, checks, faults, time, _story.Lines)
        {
            Deeds = _cluster?.Deeds?.Deeds ?? [],
            StewardWrites = _cluster?.StewardWrites ?? 0,
        };
    }

    private static string Words(Exception failure) => failure switch
    {
        InvariantViolation => failure.Message,
        InvariantBrokenException broken => $"{broken.Name}: {broken.Message}",
        _ => $"Unexpected: {failure}",
    };

    /// <summary>Checks what the last step has changed; never ends the run by itself but by an exception.</summary>
    private bool Look()
    {
        if (_cluster is null)
            return false;
        if (_cluster.Fault is { } fault)
            throw fault.Exception is InvariantViolation violation ? violation : new InvariantViolation("Unexpected", $"{fault.Name} ended: {fault.Exception}");
        _cluster.Referee.Look();
        return false;
    }

    private async Task ScriptAsync()
    {
        var disk = Installation.NewDisk(_chance.NewUid(), _options.Steward is not null);
        var cluster = new SimulatedCluster(_options, _scheduler, _chance.Fork(), _story, disk);
        await cluster.StartAsync();
        _cluster = cluster;
        var chance = _chance.Fork();
        var user = NewUser(cluster, chance);
        await user.BeginAsync();
        if (_options.Script is { } changes)
        {
            await FollowAsync(cluster, (StewardedUser)user, changes);
            return;
        }
        var injector = new FaultInjector(cluster, _options, _scheduler.Time, _chance.Fork(), _story);
        var injecting = injector.RunAsync();
        var ledgerFaults = cluster.Ledger is null ? null : new LedgerFaults(cluster, _options, _scheduler.Time, _chance.Fork(), _story);
        var breaking = ledgerFaults?.RunAsync() ?? Task.CompletedTask;
        for (var operation = 0; operation < _options.Operations; operation++)
        {
            await PassAsync(_options.LongestPause * chance.NextDouble());
            await user.ActAsync();
        }
        await (ledgerFaults?.StopAsync() ?? Task.CompletedTask);
        await injector.StopAsync();
        await Task.WhenAll(injecting, breaking);
        _story.Tell("faults", "are over; everything must come to rest");
        cluster.Witness.BeginCounting();
        await user.CleanUpAsync();
        await ConvergeAsync(cluster, user);
        // What the last faults have begun may only come out now.
        await PassAsync(TimeAtRest);
        await ConvergeAsync(cluster, user);
        await StayAtRestAsync(cluster);
    }

    /// <summary>Each change is waited for, so that what comes of it does not depend on how long the Steward takes.</summary>
    private async Task FollowAsync(SimulatedCluster cluster, StewardedUser user, RestartScript script)
    {
        await ConvergeAsync(cluster, user);
        cluster.CountStewardWrites(script.KilledAfter);
        foreach (var change in script.Changes)
        {
            await user.FollowAsync(change);
            await ConvergeAsync(cluster, user);
            cluster.Deeds!.Rest();
        }
    }

    private IWorkload NewUser(SimulatedCluster cluster, SeededChance chance)
    {
        if (cluster.Ledger is not null)
            return new StewardedUser(cluster.UserClient(), cluster, _options, _scheduler.Time, _chance.Fork(), _story);
        var user = new SimulatedUser(cluster.UserClient(), _options, _scheduler.Time, _chance.Fork(), _story);
        if (_options.ClockFaults)
            user.OnNodeRemoved = _ => cluster.JumpControllers(TimeSpan.FromMinutes(chance.Next(10)));
        return user;
    }

    // A quorum's rollout, taken back and tried again, with all its deadlines, fits in; a set without a Steward waits for the longest back-offs.
    private TimeSpan TimeToConverge => TimeSpan.FromMinutes(_options.Steward is null ? 40 : 25);

    private async Task ConvergeAsync(SimulatedCluster cluster, IWorkload user)
    {
        var rest = new RestChecker(cluster.Truth, new BudgetChecker(cluster.Truth));
        var began = _scheduler.Time.GetTimestamp();
        var nextHelp = TimeSpan.FromSeconds(30);
        while ((rest.Missing(user.Sets, user.DeletedSpaces) ?? await user.MissingAsync()) is { } missing)
        {
            var passed = _scheduler.Time.GetElapsedTime(began);
            if (passed > TimeToConverge)
                cluster.Referee.TellWhatIsLeft(_story);
            if (passed > TimeToConverge)
                throw NotAtRest(missing, cluster.Witness.Busiest);
            if (passed > nextHelp)
            {
                await user.HelpAsync();
                nextHelp = passed + TimeSpan.FromSeconds(60);
            }
            await PassAsync(TimeSpan.FromMilliseconds(1_000));
        }
        cluster.Truth.Checks.Add("Liveness");
        _story.Tell("end", "everything is as it is wanted");
    }

    /// <summary>What is missing may begin with the letter of an invariant that says so itself.</summary>
    private InvariantViolation NotAtRest(string missing, string busiest)
    {
        var letter = missing.Split(": ", 2) is [{ Length: <= 3 } known, _] ? known : "Liveness";
        return new InvariantViolation(letter, $"{TimeToConverge.TotalMinutes:0} minutes after the last change {missing[(letter == "Liveness" ? 0 : letter.Length + 2)..]}; {busiest}");
    }

    /// <summary>A settled set is left alone (S10): but for signs of life nothing writes any more.</summary>
    private async Task StayAtRestAsync(SimulatedCluster cluster)
    {
        await PassAsync(TimeAtRest);
        var settled = cluster.Truth.World.Changes;
        await PassAsync(TimeAtRest);
        cluster.Truth.Holds("S10", cluster.Truth.World.Changes == settled,
            $"the set was settled, and still {cluster.Truth.World.Changes - settled} writes came in {TimeAtRest.TotalSeconds:0} s: {cluster.Truth.World.LastChange}; {cluster.Witness.Busiest}; {cluster.Ledger?.Truth.Describe()}");
    }

    private Task PassAsync(TimeSpan span) => _scheduler.Time.DelayAsync(span, CancellationToken.None);
}
