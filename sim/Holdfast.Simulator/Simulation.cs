using Holdfast.Controllers.StatefulSets;
using Holdfast.Model.Core;
using Holdfast.Platform;
using Holdfast.Platform.Simulation;
using Holdfast.Simulator.Checkers;
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
    private static readonly RunLimits Limits = new(5_000_000, TimeSpan.FromHours(12));
    private static readonly TimeSpan TimeToConverge = TimeSpan.FromMinutes(15);
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
        _scheduler = new SingleThreadScheduler(_chance.Fork(), new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
        _story = new StoryTeller(_scheduler.Time);
    }

    /// <summary>Runs a simulation to its end or to the first thing that must not be.</summary>
    /// <param name="options">How it is.</param>
    public static SimulationResult Run(SimulationOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return new Simulation(options).Run();
    }

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
                : $"Liveness: the run stopped ({outcome}) before its script had ended";
        }
        catch (InvariantViolation found)
        {
            violation = found.Message;
        }
        catch (SimulationException left)
        {
            violation = $"Determinism: {left.Message}";
        }
        var hash = (_scheduler.TraceHash ^ _story.Hash) * 0x100000001b3;
        return new(_options, violation, hash, _scheduler.Steps, _cluster?.Referee.Checks ?? 0,
            TimeSpan.FromTicks(_scheduler.Time.GetTimestamp()), _story.Lines);
    }

    private static string Words(Exception failure) => failure is InvariantViolation ? failure.Message : $"Unexpected: {failure}";

    /// <summary>Checks what the last step has changed; never ends the run by itself but by an exception.</summary>
    private bool Look()
    {
        if (_cluster is null)
            return false;
        if (_cluster.Fault is { } fault)
            throw new InvariantViolation("Unexpected", $"{fault.Name} ended: {fault.Exception}");
        _cluster.Referee.Look();
        return false;
    }

    private async Task ScriptAsync()
    {
        _cluster = await SimulatedCluster.StartAsync(_options, _scheduler, _chance.Fork(), _story);
        _cluster.Controllers.Restart();
        var user = new SimulatedUser(_cluster.UserClient(), _chance.Fork(), _story, _cluster.FailPod);
        await user.BeginAsync(_options.PodManagementPolicy, _options.MinReadySeconds, CancellationToken.None);
        var chance = _chance.Fork();
        var kills = Enumerable.Range(0, _options.ControllerKills).Select(_ => chance.Next(_options.Operations)).ToList();
        for (var operation = 0; operation < _options.Operations; operation++)
        {
            await PassAsync(_options.LongestPause * chance.NextDouble());
            await user.ActAsync(CancellationToken.None);
            foreach (var _ in kills.Where(at => at == operation))
            {
                await PassAsync(TimeSpan.FromMilliseconds(chance.Next(3_000)));
                _story.Tell("fault", "the controllers are killed and started again");
                _cluster.Controllers.Restart();
            }
        }
        _story.Tell("user", "is done; everything must come to rest");
        await ConvergeAsync(_cluster);
        await StayAtRestAsync(_cluster);
    }

    private async Task ConvergeAsync(SimulatedCluster cluster)
    {
        var deadline = _scheduler.Time.GetTimestamp() + TimeToConverge.Ticks;
        while (Unsettled(cluster.Truth) is { } missing)
        {
            if (_scheduler.Time.GetTimestamp() > deadline)
                throw new InvariantViolation("Liveness", $"{TimeToConverge.TotalMinutes:0} minutes after the last change {missing}");
            await PassAsync(TimeSpan.FromMilliseconds(500));
        }
        _story.Tell("end", "everything is as it is wanted");
    }

    /// <summary>A settled set is left alone (S10): once the last events are written nothing writes any more.</summary>
    private async Task StayAtRestAsync(SimulatedCluster cluster)
    {
        await PassAsync(TimeAtRest);
        var settled = cluster.Truth.Revision;
        await PassAsync(TimeAtRest);
        if (cluster.Truth.Revision != settled)
            throw new InvariantViolation("S10", $"the set was settled, and still {cluster.Truth.Revision - settled} writes came in {TimeAtRest.TotalSeconds:0} s");
    }

    /// <summary>What is not yet as it is wanted, in words; null when everything is.</summary>
    private static string? Unsettled(GroundTruth truth)
    {
        if (truth.Set is not { } set)
            return "the set is not there";
        var wanted = StatefulSetIdentity.Replicas(set);
        var image = set.Spec.Template.Spec.Containers[0].Image;
        var partition = set.Spec.UpdateStrategy.RollingUpdate?.Partition ?? 0;
        for (var index = 0; index < wanted; index++)
        {
            var name = StatefulSetIdentity.PodName(set, index);
            var process = truth.Processes.Live.SingleOrDefault(process => process.PodName == name);
            if (process is null || !process.IsReady)
                return $"{name} is not ready";
            if (index >= partition && process.Image != image)
                return $"{name} runs {process.Image} and not {image}";
        }
        var pods = truth.View.List<Pod>(set.Metadata.Namespace).Count();
        var status = set.Status;
        return truth.Processes.Live.Count != wanted || pods != wanted ? $"there are {pods} pods and {truth.Processes.Live.Count} of them run; {wanted} are wanted"
            : status.ObservedGeneration != set.Metadata.Generation ? $"the status is of generation {status.ObservedGeneration}, the set of {set.Metadata.Generation}"
            : status.Replicas != wanted || status.ReadyReplicas != wanted || status.AvailableReplicas != wanted ? $"the status shows {status.AvailableReplicas} of {wanted} available"
            : partition == 0 && (status.UpdatedReplicas != wanted || status.CurrentRevision != status.UpdateRevision) ? "the update is not shown as complete"
            : null;
    }

    private Task PassAsync(TimeSpan span) => _scheduler.Time.DelayAsync(span, CancellationToken.None);
}
