using Holdfast.Controllers.Pods;
using Holdfast.Controllers.StatefulSets;
using Holdfast.Model.Core;
using Holdfast.Model.Values;

namespace Holdfast.Steward.Observation;

/// <summary>What matters of a member's pod.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Uid">Its uid.</param>
/// <param name="Revision">The revision of the set that it was made from; empty when it has none.</param>
/// <param name="IsReady">Whether it is ready.</param>
/// <param name="IsTerminating">Whether it was asked to go.</param>
/// <param name="IsDown">Whether its node says that none of its containers runs: there is no process that could be lost.</param>
/// <param name="Node">The node that it is on; empty when it has none.</param>
/// <param name="Zone">The zone of its node; empty when that is not known.</param>
/// <param name="Image">The image of its first container.</param>
/// <param name="Restarts">How often its containers were started again.</param>
/// <param name="CreatedAt">When it was made.</param>
/// <param name="Problem">What keeps it from being ready, in words; empty when nothing does.</param>
public sealed record PodFacts(
    string Name, string Uid, string Revision, bool IsReady, bool IsTerminating, bool IsDown, string Node, string Zone, string Image, int Restarts,
    DateTimeOffset? CreatedAt, string Problem)
{
    private const string ZoneLabel = "topology.kubernetes.io/zone";

    /// <summary>Its labels, by which budgets find it.</summary>
    public ValueMap<string> Labels { get; init; }

    /// <summary>Why its pod is evicted although the Steward says no, in the words of the person who said so; null when nobody did.</summary>
    public string? Override { get; init; }

    /// <summary>Whether its containers are started again and again, and none of the starts has made it ready.</summary>
    public bool IsCrashLooping { get; init; }

    /// <summary>Since when it has not been ready; null when it is, or when that is not known.</summary>
    public DateTimeOffset? UnreadySince { get; init; }

    /// <summary>Whether its node reports, so that what its containers wrote can be asked for.</summary>
    public bool IsNodeReady { get; init; }

    /// <summary>Whether its node takes no pods: it is being drained, or is about to be.</summary>
    public bool IsCordoned { get; init; }

    /// <summary>Whether it does not start, for a reason that nothing shows to pass by itself: no node takes it, or a container ends again and again.</summary>
    public bool IsHindered { get; init; }

    /// <summary>Whether it has ended for good: nothing of it runs or ever will, and its name waits for it to go.</summary>
    public bool HasEnded { get; init; }

    /// <summary>The role that its label says; null when it has none.</summary>
    public string? RoleLabel { get; init; }

    /// <summary>The term for which the label was set; null when that is not known.</summary>
    public long? RoleTerm { get; init; }

    /// <summary>Reads a pod.</summary>
    /// <param name="pod">The pod.</param>
    /// <param name="node">Its node; null when it has none, or when that node is gone.</param>
    public static PodFacts Of(Pod pod, Node? node) => new(
        pod.Metadata.Name, pod.Metadata.Uid, StatefulSetIdentity.Revision(pod), pod.IsRunningAndReady(), pod.IsTerminating(), IsWithoutProcess(pod, node),
        pod.Spec.NodeName, node?.Metadata.Labels.GetValueOrDefault(ZoneLabel) ?? "",
        pod.Spec.Containers.IsEmpty ? "" : pod.Spec.Containers[0].Image,
        pod.Status.ContainerStatuses.IsEmpty ? 0 : pod.Status.ContainerStatuses.Max(status => status.RestartCount),
        pod.Metadata.CreationTimestamp, PodProblem.Of(pod))
    {
        Labels = pod.Metadata.Labels,
        HasEnded = pod.IsFinished(),
        IsCrashLooping = CrashLoop.Holds(pod),
        UnreadySince = CrashLoop.UnreadySince(pod),
        IsNodeReady = IsReporting(node),
        IsHindered = PodProblem.IsHindered(pod),
        IsCordoned = node is { Spec.Unschedulable: true },
        Override = pod.Metadata.Annotations.GetValueOrDefault(StewardNames.OverrideAnnotation),
        RoleLabel = pod.Metadata.Labels.GetValueOrDefault(StewardNames.RoleLabel),
        RoleTerm = long.TryParse(pod.Metadata.Annotations.GetValueOrDefault(StewardNames.RoleTermAnnotation), out var term) ? term : null,
    };

    // What a node that no longer reports says of its pods proves nothing, so such a pod does not count as down.
    private static bool IsWithoutProcess(Pod pod, Node? node) =>
        pod.Spec.NodeName.Length == 0 || pod.IsFinished()
        || (IsReporting(node)
            && pod.Status.ContainerStatuses.Count == pod.Spec.Containers.Count
            && pod.Status.ContainerStatuses.All(status => status.State.Running is null));

    /// <summary>Whether a node reports.</summary>
    /// <param name="node">The node; null when there is none.</param>
    internal static bool IsReporting(Node? node) => node is not null && node.Status.Conditions.Any(condition => condition is { Type: "Ready", Status: "True" });
}
