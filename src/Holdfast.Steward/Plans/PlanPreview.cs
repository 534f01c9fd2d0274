using System.Collections.Immutable;
using Holdfast.Steward.Eviction;
using Holdfast.Steward.Observation;
using Holdfast.Steward.Planning;
using Holdfast.Steward.Scaling;

namespace Holdfast.Steward.Plans;

/// <summary>
/// Says what would be done, by the very planners that do it, over a model world that begins as the real one is seen. Nothing is changed.
/// </summary>
/// <remarks>Caveat: in the model every pod becomes ready and every gate passes; the forecast is what happens when nothing goes wrong.</remarks>
public static class PlanPreview
{
    /// <summary>The revision of pods that a restart or a new template would make, as the model calls it.</summary>
    public const string NewRevision = "(new)";

    private const int MaximumRounds = 5000;
    private const int MaximumWaits = 60;

    /// <summary>What is going on now, or would begin now, to its end.</summary>
    /// <param name="observation">What is seen.</param>
    public static PlanForecast Go(TargetObservation observation) => Fold(new ModelWorld(Prepared(observation)));

    /// <summary>What a restart of every member would do, or a change of the template.</summary>
    /// <param name="observation">What is seen.</param>
    public static PlanForecast Restart(TargetObservation observation)
    {
        var world = new ModelWorld(Prepared(observation));
        world.ChangeSet(set => set with { Status = set.Status with { UpdateRevision = NewRevision } });
        return Fold(world);
    }

    /// <summary>What another number of members would do.</summary>
    /// <param name="observation">What is seen.</param>
    /// <param name="replicas">The number.</param>
    public static PlanForecast Scale(TargetObservation observation, int replicas)
    {
        var world = new ModelWorld(Prepared(observation));
        world.Change(seen => seen with { Steward = seen.Steward with { Spec = seen.Steward.Spec with { Replicas = replicas } } });
        var forecast = Fold(world);
        var warning = ScalingPlanner.EvenWarning(replicas);
        return warning.Length > 0 ? forecast with { Warnings = forecast.Warnings.Add(warning) } : forecast;
    }

    /// <summary>What the drain of a node would do to its members: each is asked for again and again, as <c>kubectl drain</c> does.</summary>
    /// <param name="observation">What is seen.</param>
    /// <param name="node">The node.</param>
    public static PlanForecast Drain(TargetObservation observation, string node)
    {
        var world = new ModelWorld(Prepared(observation));
        var fold = new Folding(world);
        foreach (var pod in world.Observation.Members.Where(member => member.Pod?.Node == node).Select(member => member.Pod!).ToArray())
        {
            for (var waits = 0; world.Observation.Find(pod.Name)?.Pod?.Uid == pod.Uid; waits++)
            {
                var answer = EvictionPlanner.Answer(StewardView.Of(world.Observation), new EvictionRequest(pod.Name, pod.Uid, "the drain", false, false, false, ""));
                if (waits > MaximumWaits)
                {
                    return fold.Stopped(answer.Message);
                }
                fold.Take(answer, pod);
                fold.Round();
            }
        }
        return fold.Run();
    }

    private static PlanForecast Fold(ModelWorld world) => new Folding(world).Run();

    private static TargetObservation Prepared(TargetObservation observation)
    {
        ArgumentNullException.ThrowIfNull(observation);
        var gates = observation.Steward.Spec.Rollout.Gates
            .Select(gate => new GateReading(gate.Name, gate.AtMost ?? gate.AtLeast, TimeSpan.Zero, TimeSpan.MaxValue, ""));
        return observation with { Gates = [.. gates] };
    }

    /// <summary>Rounds of planning and doing, with what they showed.</summary>
    private sealed class Folding(ModelWorld world)
    {
        private readonly ImmutableArray<PlanStep>.Builder _steps = ImmutableArray.CreateBuilder<PlanStep>();
        private int _waits;

        public PlanForecast Run()
        {
            for (var round = 0; round < MaximumRounds; round++)
            {
                var plan = Round();
                if (plan.IsIdle && _waits > 1)
                {
                    return Stopped("");
                }
                if (_waits > MaximumWaits)
                {
                    return Stopped(plan.Waiting);
                }
            }
            return Stopped("the plan does not come to an end");
        }

        /// <summary>Plans once and does it; where there is nothing to do, time passes.</summary>
        public StewardPlan Round()
        {
            var plan = WorkPlanner.Plan(StewardView.Of(world.Observation));
            if (plan.Memory is null && plan.Effect is null)
            {
                _waits++;
                world.Pass(plan.RequeueAfter ?? TimeSpan.FromSeconds(1));
            }
            else
            {
                _waits = 0;
                if (plan.Effect is { } effect)
                {
                    Note(effect);
                }
                world.Apply(plan);
            }
            Measure();
            return plan;
        }

        public void Take(EvictionAnswer answer, PodFacts pod)
        {
            if (answer.Memory is { } memory)
            {
                world.Apply(StewardPlan.Remember(memory));
            }
            if (answer.IsAllowed)
            {
                var evict = new EvictMember(pod.Name, pod.Uid, "its node is drained");
                Note(evict);
                world.Apply(StewardPlan.Do(evict));
                Measure();
            }
        }

        public PlanForecast Stopped(string by)
        {
            var state = ClusterState.Of(world.Observation);
            var warnings = world.Observation.Steward.Spec.Rollout.Gates.IsEmpty ? ImmutableArray<string>.Empty : ["gates are taken to pass"];
            var moves = _steps.Count(step => step.Action == "hand over");
            return new PlanForecast(_steps.ToImmutable(), by, warnings, moves, state.Leader?.Name ?? "", state.Margin);
        }

        private void Note(StewardEffect effect)
        {
            var state = ClusterState.Of(world.Observation);
            var (action, member) = effect switch
            {
                EvictMember evict => ("replace", evict.Member),
                HandOver handOver => ("hand over", $"{handOver.From} → {handOver.To}"),
                SetPartition partition => (world.Observation.Members.All(each => each.Pod is null || each.Pod.Revision == world.Observation.Set!.Status.UpdateRevision) ? "park" : "set partition", $"{partition.Partition}"),
                CallAction call => (call.Action.ToString().ToLowerInvariant(), call.Member),
                ScaleSet scale => ("scale the set", $"{scale.Replicas}"),
                RestoreTemplate restore => ("restore", restore.Revision.Metadata.Name),
                SnapshotClaim snapshot => ("snapshot", snapshot.Claim),
                DeleteClaim delete => ("delete claim", delete.Claim),
                _ => (effect.GetType().Name, ""),
            };
            if (_steps.Count == 0 || _steps[^1].Action != action || _steps[^1].Member != member)
            {
                _steps.Add(new PlanStep(_steps.Count + 1, action, member, effect.Reason, state.Leader?.Name ?? "", state.Margin));
            }
        }

        private void Measure()
        {
            var state = ClusterState.Of(world.Observation);
            if (_steps.Count > 0 && state.IsMembershipKnown && state.Margin < _steps[^1].LowestMargin)
            {
                _steps[^1] = _steps[^1] with { LowestMargin = state.Margin };
            }
        }
    }
}

/// <summary>What would be done.</summary>
/// <param name="Steps">The steps, in order.</param>
/// <param name="StoppedBy">What would stop it before its end, in words; empty when nothing is known to.</param>
/// <param name="Warnings">What people should know.</param>
/// <param name="LeaderMoves">How often leadership would be handed over.</param>
/// <param name="Leader">Who would lead at the end.</param>
/// <param name="Margin">How many voters could be lost at the end.</param>
public sealed record PlanForecast(ImmutableArray<PlanStep> Steps, string StoppedBy, ImmutableArray<string> Warnings, int LeaderMoves, string Leader, int Margin);

/// <summary>One step of a plan.</summary>
/// <param name="Number">Its number, from 1.</param>
/// <param name="Action">What is done.</param>
/// <param name="Member">To whom.</param>
/// <param name="Reason">Why, and why now.</param>
/// <param name="Leader">Who leads when it begins.</param>
/// <param name="LowestMargin">How many voters could be lost at the worst moment of the step while a majority remains.</param>
public sealed record PlanStep(int Number, string Action, string Member, string Reason, string Leader, int LowestMargin);
