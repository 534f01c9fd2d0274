using Holdfast.Model.Core;

namespace Holdfast.Steward.Observation;

/// <summary>Where volumes are that no other node reaches.</summary>
internal static class VolumePlaces
{
    private const string HostName = "kubernetes.io/hostname";

    /// <summary>The one node that a volume is at; null when that is not known, or when it can be reached from others.</summary>
    /// <param name="objects">The cluster.</param>
    /// <param name="volume">The volume's name.</param>
    public static ClaimPlace? Of(ITargetObjects objects, string volume)
    {
        if (volume.Length == 0 || objects.FindVolume(volume) is not { } found || HostOf(found) is not { Length: > 0 } host)
            return null;
        var node = FindNode(objects, host);
        return new ClaimPlace(node?.Metadata.Name ?? host, node is { Spec.Unschedulable: true }) { IsDown = node is not null && !PodFacts.IsReporting(node) };
    }

    /// <summary>The name of the one node that a volume is at; empty when others reach it.</summary>
    /// <param name="objects">The cluster.</param>
    /// <param name="volume">The volume.</param>
    public static string NodeOf(ITargetObjects objects, PersistentVolume volume) => HostOf(volume) is { Length: > 0 } host ? FindNode(objects, host)?.Metadata.Name ?? host : "";

    // As every provisioner of local volumes says it: one host name, and nothing else.
    private static string HostOf(PersistentVolume volume) =>
        volume.Spec.NodeAffinity?.Required is { NodeSelectorTerms: [{ MatchExpressions: [{ Key: HostName, Operator: "In", Values: [var host] }] }] } ? host : "";

    // Nearly everywhere a node is called as its host.
    private static Node? FindNode(ITargetObjects objects, string host) =>
        objects.FindNode(host) is { } node && node.Metadata.Labels.GetValueOrDefault(HostName) == host ? node : objects.AllNodes().FirstOrDefault(each => each.Metadata.Labels.GetValueOrDefault(HostName) == host);
}
