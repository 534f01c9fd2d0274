using System.Collections.Immutable;
using System.Globalization;
using Holdfast.Controllers.StatefulSets;
using Holdfast.Steward.Eviction;
using Holdfast.Steward.Observation;
using Holdfast.Steward.Planning;

namespace Holdfast.Steward.Plans;

/// <summary>Rounds of planning and doing in a model world, with what they showed.</summary>
/// <param name="world">The world.</param>
internal sealed class PlanFolding(ModelWorld world)
{
    private const int MaximumRounds = 5000;
    private const int MaximumWaits = 60;
    private const string Replaces = "replace";
    private const string Order = "who leads, is not well or lags by then may change the order";

    // A pod of the model ends, is made and becomes ready in no more looks than this.
    private const int Stages = 5;

    private readonly ImmutableArray<PlanStep>.Builder _steps = ImmutableArray.CreateBuilder<PlanStep>();
    private readonly ImmutableArray<string>.Builder _warnings = ImmutableArray.CreateBuilder<string>();
    private int _waits;

    /// <summary>Goes on until nothing is left to do, or until it is clear that no more will be done.</summary>
    public PlanForecast Run()
    {
        for (var round = 0; round < MaximumRounds; round++)
        {
            var plan = Round();
            if (plan.IsIdle && _waits > 1 && (_waits > Stages || Away().Length == 0))
            {
                return Forecast(Away());
            }
            if (_waits > MaximumWaits)
            {
                return Forecast(plan.Waiting);
            }
        }
        return Forecast("the plan does not come to an end");
    }

    /// <summary>Has a pod evicted, asking again and again as <c>kubectl drain</c> does.</summary>
    /// <param name="pod">The pod.</param>
    /// <returns>Why it may not go; empty when it went.</returns>
    public string Evict(PodFacts pod)
    {
        for (var rounds = 0; world.Observation.Find(pod.Name)?.Pod?.Uid == pod.Uid; rounds++)
        {
            if (Tight(pod) is { Length: > 0 } tight)
            {
                return tight;
            }
            var answer = EvictionPlanner.Answer(StewardView.Of(world.Observation), new EvictionRequest(pod.Name, pod.Uid, "the drain", false, false, false, ""));
            if (rounds > MaximumWaits)
            {
                return answer.Message;
            }
            Take(answer, pod);
            Round();
        }
        return "";
    }

    /// <summary>Puts something to know on record.</summary>
    public void Warn(string words)
    {
        if (words.Length > 0)
        {
            _warnings.Add(words);
        }
    }

    /// <summary>What was seen, with what stops it from here on.</summary>
    /// <param name="stoppedBy">In words; empty for nothing.</param>
    public PlanForecast Forecast(string stoppedBy)
    {
        var state = ClusterState.Of(world.Observation);
        if (_steps.Count > 0 && !world.Observation.Steward.Spec.Rollout.Gates.IsEmpty)
        {
            Warn("gates are taken to pass");
        }
        if (_steps.Any(step => step.Action == PlanStep.HandsOver) || _steps.Count(step => step.Action == Replaces) > 1)
        {
            Warn(Order);
        }
        return new PlanForecast(_steps.ToImmutable(), stoppedBy, _warnings.ToImmutable(), state.Leader?.Name ?? "", state.Margin);
    }

    /// <summary>Plans once and does it; where there is nothing to do, time passes.</summary>
    private StewardPlan Round()
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

    // What is away and does not come back by anything that is done.
    private string Away() => string.Join("; ", StewardView.Of(world.Observation) is { Observation.Set: { } set } view
        ? view.Present.Where(member => (!member.IsKnown || member.Pod is not { IsReady: true }) && StatefulSetIdentity.Wants(set, member.Observation!.Ordinal))
            .Select(member => $"{member.Name} is not back: {(member.Problem.Length > 0 ? member.Problem : member.Pod?.Problem ?? "it has no pod")}")
        : []);

    private void Take(EvictionAnswer answer, PodFacts pod)
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

    // A budget is counted by its controller; the model knows only what it said before anything began.
    private string Tight(PodFacts pod) => _steps.Count == 0 && pod.IsReady
        && world.Observation.Budgets.FirstOrDefault(budget => budget.Status.ObservedGeneration >= budget.Metadata.Generation && budget.Status.DisruptionsAllowed < 1) is { } tight
            ? $"PodDisruptionBudget {tight.Metadata.Name} allows no disruption now"
            : "";

    private void Note(StewardEffect effect)
    {
        var state = ClusterState.Of(world.Observation);
        var (action, member) = Words(effect);
        if (_steps.Count == 0 || _steps[^1].Action != action || _steps[^1].Member != member)
        {
            _steps.Add(new PlanStep(_steps.Count + 1, action, member, effect.Reason, state.Leader?.Name ?? "", state.Margin));
        }
    }

    private (string Action, string Member) Words(StewardEffect effect) => effect switch
    {
        EvictMember evict => (Replaces, evict.Member),
        HandOver handOver => (PlanStep.HandsOver, $"{handOver.From} → {handOver.To}"),
        SetPartition partition => PartitionWords(partition.Partition),
        CallAction call => (call.Action switch { MembershipAction.JoinLearner => "add learner", MembershipAction.JoinVoter => "add voter", _ => call.Action.ToString().ToLowerInvariant() }, call.Member),
        ScaleSet { Start: { } start } scale => ("scale the set", $"{Number(scale.Replicas)} from {Number(start)}"),
        ScaleSet scale => ("scale the set", Number(scale.Replicas)),
        RestoreTemplate restore => ("restore", restore.Revision.Metadata.Name),
        SnapshotClaim snapshot => ("snapshot", snapshot.Claim),
        DeleteClaim delete => ("delete claim", delete.Claim),
        _ => (effect.GetType().Name, ""),
    };

    // A partition that is lowered lets the set's controller replace the member at that place.
    private (string Action, string Member) PartitionWords(int partition)
    {
        var set = world.Observation.Set!;
        var isLowered = partition < (set.Spec.UpdateStrategy.RollingUpdate?.Partition ?? 0);
        var member = world.Observation.Members.FirstOrDefault(each => each.Ordinal - (set.Spec.Ordinals?.Start ?? 0) == partition);
        return isLowered && member is not null ? ($"partition {Number(partition)}", member.Name) : ("park at partition", Number(partition));
    }

    private void Measure()
    {
        var state = ClusterState.Of(world.Observation);
        if (_steps.Count > 0 && state.IsMembershipKnown && state.Margin < _steps[^1].LowestMargin)
        {
            _steps[^1] = _steps[^1] with { LowestMargin = state.Margin };
        }
    }

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);
}
