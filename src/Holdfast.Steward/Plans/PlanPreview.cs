using System.Collections.Immutable;
using Holdfast.Controllers.StatefulSets;
using Holdfast.Model.Apps;
using Holdfast.Model.Core;
using Holdfast.Model.Json;
using Holdfast.Model.Values;
using Holdfast.Steward.Observation;
using Holdfast.Steward.Planning;
using Holdfast.Steward.Rollout;
using Holdfast.Steward.Scaling;

namespace Holdfast.Steward.Plans;

/// <summary>
/// Says what would be done, by the very planners that do it, over a model world that begins as the real one is seen. Nothing is changed.
/// </summary>
/// <remarks>
/// Caveat: in the model every pod that is made becomes ready and every gate passes; the forecast is what happens when nothing else goes wrong. What is away now stays
/// away unless the plan replaces it, and a member that has a volume at a node that takes no pods does not come back.
/// </remarks>
public static class PlanPreview
{
    /// <summary>The revision of pods that a restart or a new template would make, as the model calls it.</summary>
    public const string NewRevision = "(new)";

    /// <summary>What is going on now, or would begin now, to its end.</summary>
    /// <param name="observation">What is seen.</param>
    public static PlanForecast Go(TargetObservation observation) => new PlanFolding(new ModelWorld(Prepared(observation))).Run();

    /// <summary>What a restart of every member would do.</summary>
    /// <param name="observation">What is seen.</param>
    public static PlanForecast Restart(TargetObservation observation) => Template(observation, NewRevision, static set => set, static values => values, "");

    /// <summary>What a new image of a container would do.</summary>
    /// <param name="observation">What is seen.</param>
    /// <param name="container">The container's name; null for the first one.</param>
    /// <param name="image">The image.</param>
    /// <exception cref="PlanException">The set has no such container; the message names those that it has.</exception>
    public static PlanForecast Rollout(TargetObservation observation, string? container, string image)
    {
        ArgumentNullException.ThrowIfNull(observation);
        var containers = observation.Set?.Spec.Template.Spec.Containers ?? default;
        var at = container is null ? 0 : containers.Select(each => each.Name).ToList().IndexOf(container);
        if (observation.Set is { } known && (at < 0 || at >= containers.Count))
        {
            throw new PlanException($"StatefulSet {known.Metadata.Namespace}/{known.Metadata.Name} has no container {container}; it has {string.Join(", ", containers.Select(each => each.Name))}");
        }
        if (observation.Set is not { } set)
        {
            return Go(observation);
        }
        var template = set.Spec.Template with { Spec = set.Spec.Template.Spec with { Containers = containers.SetItem(at, containers[at] with { Image = image }) } };
        var revision = RevisionHistory.Sorted(observation.Revisions).LastOrDefault(each => Holds(each, template))?.Metadata.Name ?? NewRevision;
        return Template(
            observation,
            revision,
            before => before with { Spec = before.Spec with { Template = template } },
            values => at == 0 && ImageReference.Tag(image) is { Length: > 0 } version ? values with { Version = version } : values,
            Readability(StewardView.Of(observation), revision, image));
    }

    // A template that was there before keeps the name of its revision, and with it what is known of what that could read.
    private static bool Holds(ControllerRevision revision, PodTemplateSpec template)
    {
        try
        {
            return RevisionHistory.Template(revision) == template;
        }
        catch (ModelDecodeException)
        {
            return false;
        }
    }

    private static string Readability(StewardView view, string revision, string image) =>
        view.Memory.Rollout is { } known && (known.FromRevision == revision || known.RefusedRevision == revision) || view.State.Members.Any(member => member is { IsWell: true, Pod: { } pod } && pod.Revision == revision) ? ""
        : DataFormats.Newest(view.State) is { } format ? $"it is not known whether {image} reads the data, which are in format {format}: that shows only when the first member runs it"
        : $"it is not known whether {image} reads the data: no member tells their format";

    /// <summary>What another number of members would do.</summary>
    /// <param name="observation">What is seen.</param>
    /// <param name="replicas">The number.</param>
    /// <param name="removeFirst">The members that are removed first when there are to be fewer; empty for those that the Steward's spec names.</param>
    public static PlanForecast Scale(TargetObservation observation, int replicas, ImmutableArray<string> removeFirst)
    {
        var world = new ModelWorld(Prepared(observation));
        world.Change(seen => seen with
        {
            Steward = seen.Steward with
            {
                Spec = seen.Steward.Spec with
                {
                    Replicas = replicas,
                    Scaling = removeFirst.IsEmpty ? seen.Steward.Spec.Scaling : seen.Steward.Spec.Scaling with { RemoveFirst = removeFirst.ToValueList() },
                },
            },
        });
        var folding = new PlanFolding(world);
        folding.Warn(ScalingPlanner.EvenWarning(replicas));
        return folding.Run();
    }

    /// <summary>What the drain of a node would do to its members: each is asked for again and again, as <c>kubectl drain</c> does.</summary>
    /// <param name="observation">What is seen.</param>
    /// <param name="node">The node.</param>
    /// <param name="nodesOfVolumes">Volumes that are at one node alone, with its name: a member that has one there comes back only when its node does.</param>
    public static PlanForecast Drain(TargetObservation observation, string node, ImmutableDictionary<string, string> nodesOfVolumes)
    {
        ArgumentNullException.ThrowIfNull(observation);
        ArgumentNullException.ThrowIfNull(nodesOfVolumes);
        var there = observation.Members.Where(member => member.Pod?.Node == node).ToArray();
        var bound = there.Where(member => member.Claims.Any(claim => nodesOfVolumes.GetValueOrDefault(claim.Volume) == node)).Select(member => member.Name).ToImmutableHashSet(StringComparer.Ordinal);
        // As kubectl drain has it: the node takes no pods from then on, and all are asked to go at once.
        var world = new ModelWorld(Prepared(observation) with
        {
            Members = [.. observation.Members.Select(member => member.Pod is { } pod && pod.Node == node ? member with { Pod = pod with { IsCordoned = true } } : member)],
            Asked = [.. there.Select(member => new EvictionAsk(member.Name, member.Pod!.Uid))],
        });
        foreach (var member in bound)
        {
            world.HoldBack(member, node);
        }
        var folding = new PlanFolding(world);
        if (!bound.IsEmpty)
        {
            folding.Warn($"{string.Join(" and ", bound.Order(StringComparer.Ordinal))}: the volume is on {node} alone, so that it is away until {node} takes pods again (kubectl uncordon {node})");
        }
        foreach (var member in there)
        {
            if (folding.Evict(member.Pod!) is { Length: > 0 } refused)
            {
                return folding.Forecast(refused);
            }
        }
        return bound.IsEmpty ? folding.Run() : folding.Forecast("");
    }

    // As the admission webhook has it: with RollingUpdate a new template is parked in the same write.
    private static PlanForecast Template(TargetObservation observation, string wanted, Func<StatefulSet, StatefulSet> change, Func<MemberValues, MemberValues> runs, string warning)
    {
        var world = new ModelWorld(Prepared(observation)) { RunsAs = (revision, values) => revision == wanted ? runs(values) : values };
        if (observation.Set is not null)
        {
            world.ChangeSet(set => change(Parked(set)) with { Status = set.Status with { UpdateRevision = wanted } });
        }
        var folding = new PlanFolding(world);
        folding.Warn(warning);
        return folding.Run();
    }

    private static StatefulSet Parked(StatefulSet set) => set.Spec.UpdateStrategy.Type != "RollingUpdate" ? set : set with
    {
        Spec = set.Spec with { UpdateStrategy = set.Spec.UpdateStrategy with { RollingUpdate = new() { Partition = StatefulSetIdentity.Start(set) + StatefulSetIdentity.Replicas(set) } } },
    };

    private static TargetObservation Prepared(TargetObservation observation)
    {
        ArgumentNullException.ThrowIfNull(observation);
        var gates = observation.Steward.Spec.Rollout.Gates
            .Select(gate => new GateReading(gate.Name, gate.AtMost ?? gate.AtLeast, TimeSpan.Zero, TimeSpan.MaxValue, ""));
        // The Steward's own budget is never stricter than its kernel, and what its status says of this moment does not hold for the next step.
        return observation with { Gates = [.. gates], Budgets = observation.Budgets.RemoveAll(budget => StewardOwnership.IsOwn(observation.Steward, budget.Metadata)) };
    }
}
