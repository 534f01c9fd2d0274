using System.Collections.Immutable;
using Holdfast.Controllers.Pods;
using Holdfast.Model.Core;
using Holdfast.Model.Values;

namespace Holdfast.Controllers.NodeLifecycle;

/// <summary>
/// Decides what a node's silence and conditions lead to: conditions that become Unknown, taints, and pods that no longer count as ready. A pure
/// function; it never deletes a pod.
/// </summary>
/// <param name="options">How long nodes may be silent.</param>
public sealed class NodePlanner(NodeLifecycleOptions options)
{
    private static readonly string[] Watched = ["Ready", "MemoryPressure", "DiskPressure", "PIDPressure"];

    private static readonly (string Condition, string Taint)[] Pressures =
    [
        ("MemoryPressure", "node.kubernetes.io/memory-pressure"),
        ("DiskPressure", "node.kubernetes.io/disk-pressure"),
        ("PIDPressure", "node.kubernetes.io/pid-pressure"),
        ("NetworkUnavailable", "node.kubernetes.io/network-unavailable"),
    ];

    /// <summary>Plans for a node.</summary>
    /// <param name="observation">The node and what concerns it.</param>
    /// <param name="now">The time.</param>
    public NodePlan Plan(NodeObservation observation, DateTimeOffset now)
    {
        var node = observation.Node;
        var effects = ImmutableArray.CreateBuilder<NodeEffect>();
        var grace = node.Status.Condition("Ready") is null ? options.StartupGracePeriod : options.MonitorGracePeriod;
        var isSilent = observation.SilentFor >= grace;
        var status = isSilent ? Unknown(node.Status, now) : node.Status;
        if (status != node.Status)
        {
            effects.Add(new UpdateNodeStatus(status, $"the node has given no sign of life for {observation.SilentFor.TotalSeconds:0} s"));
        }
        // With the node as it will be: the last one to fall silent must find that all have.
        var disruption = observation.Others.With(status.Condition("Ready") is { Status: "True" }).Disruption;
        var taints = Taints(node, status, disruption, now);
        if (taints != node.Spec.Taints)
        {
            effects.Add(new UpdateTaints(taints, "the taints follow the node's conditions"));
        }
        effects.AddRange(NotReadyPods(observation.Pods, status, now));
        return new(effects.ToImmutable(), isSilent ? null : grace - observation.SilentFor);
    }

    private static NodeStatus Unknown(NodeStatus status, DateTimeOffset now)
    {
        var conditions = status.Conditions.Select(condition => Watched.Contains(condition.Type) && condition.Status != "Unknown"
            ? condition with
            {
                Status = "Unknown",
                Reason = "NodeStatusUnknown",
                Message = "Kubelet stopped posting node status.",
                LastTransitionTime = now,
            }
            : condition).ToList();
        foreach (var type in Watched.Where(type => status.Condition(type) is null))
        {
            conditions.Add(new NodeCondition
            {
                Type = type,
                Status = "Unknown",
                Reason = "NodeStatusNeverUpdated",
                Message = "Kubelet never posted node status.",
                LastHeartbeatTime = now,
                LastTransitionTime = now,
            });
        }
        return status with { Conditions = conditions.ToValueList() };
    }

    private static ValueList<Taint> Taints(Node node, NodeStatus status, ClusterDisruption disruption, DateTimeOffset now)
    {
        var wanted = Wanted(node, status).ToHashSet();
        var taints = new List<Taint>();
        foreach (var taint in node.Spec.Taints)
        {
            // An order to leave that was given before most of the cluster fell silent stands; one that all got is taken back.
            var isWanted = wanted.Remove((taint.Key, taint.Effect)) && !(taint.Effect == "NoExecute" && disruption == ClusterDisruption.Full);
            if (isWanted || !IsOurs(taint))
            {
                taints.Add(taint);
            }
        }
        taints.AddRange(wanted.Where(each => each.Effect != "NoExecute" || disruption == ClusterDisruption.Normal)
            .OrderBy(each => each.Key, StringComparer.Ordinal).ThenByDescending(each => each.Effect, StringComparer.Ordinal)
            .Select(each => new Taint { Key = each.Key, Effect = each.Effect, TimeAdded = now }));
        return taints.ToValueList();
    }

    private static IEnumerable<(string Key, string Effect)> Wanted(Node node, NodeStatus status)
    {
        var ready = status.Condition("Ready")?.Status;
        if (ready != "True")
        {
            var key = ready == "Unknown" ? NodeNames.Unreachable : NodeNames.NotReady;
            yield return (key, "NoSchedule");
            if (ready is not null)
            {
                yield return (key, "NoExecute");
            }
        }
        foreach (var (condition, taint) in Pressures)
        {
            if (status.Condition(condition) is { Status: "True" })
            {
                yield return (taint, "NoSchedule");
            }
        }
        if (node.Spec.Unschedulable)
        {
            yield return (NodeNames.Unschedulable, "NoSchedule");
        }
    }

    private static bool IsOurs(Taint taint) => taint.Effect switch
    {
        "NoExecute" => taint.Key is NodeNames.NotReady or NodeNames.Unreachable,
        "NoSchedule" => taint.Key is NodeNames.NotReady or NodeNames.Unreachable or NodeNames.Unschedulable
            || Pressures.Any(pressure => pressure.Taint == taint.Key),
        _ => false,
    };

    /// <summary>Pods that became ready before their node stopped being so; an agent that says later that one is ready is believed.</summary>
    private static IEnumerable<NodeEffect> NotReadyPods(ImmutableArray<Pod> pods, NodeStatus status, DateTimeOffset now)
    {
        if (status.Condition("Ready") is not { Status: not "True" } node)
        {
            return [];
        }
        return
            from pod in pods
            where pod.IsReady() && pod.Status.Conditions.First(condition => condition.Type == "Ready").LastTransitionTime is var since
                && (since is null || since <= node.LastTransitionTime)
            select new MarkPodNotReady(
                pod with
                {
                    Status = pod.Status with
                    {
                        Conditions = pod.Status.Conditions
                            .Select(condition => condition.Type == "Ready" ? condition with { Status = "False", LastTransitionTime = now } : condition)
                            .ToValueList(),
                    },
                },
                "its node is not ready");
    }
}
