using System.Collections.Immutable;
using Holdfast.Client;
using Holdfast.Model.Apps;
using Holdfast.Model.Core;

namespace Holdfast.Cli.Screens;

/// <summary>What <c>holdfast status</c> shows.</summary>
/// <param name="Nodes">The nodes.</param>
/// <param name="Sets">The StatefulSets.</param>
/// <param name="Pods">The pods.</param>
/// <param name="Claims">The claims.</param>
internal sealed record ClusterStatus(
    ImmutableArray<Model.Core.Node> Nodes, ImmutableArray<StatefulSet> Sets, ImmutableArray<Pod> Pods, ImmutableArray<PersistentVolumeClaim> Claims)
{
    /// <summary>Whether every node is ready and every set has what it wants.</summary>
    internal bool IsHealthy => Nodes.All(IsReady) && Sets.All(set => set.Status.ReadyReplicas == (set.Spec.Replicas ?? 1));

    internal static bool IsReady(Model.Core.Node node) => node.Status.Conditions.Any(condition => condition is { Type: "Ready", Status: "True" });

    internal static bool IsReady(Pod pod) => pod.Status.Conditions.Any(condition => condition is { Type: "Ready", Status: "True" });

    internal static async Task<ClusterStatus> ReadAsync(KubernetesClient client, CancellationToken cancellationToken)
    {
        var everything = new ListQuery();
        return new(
            (await client.ListAsync<Model.Core.Node>(everything, cancellationToken)).Items,
            (await client.ListAsync<StatefulSet>(everything, cancellationToken)).Items,
            (await client.ListAsync<Pod>(everything, cancellationToken)).Items,
            (await client.ListAsync<PersistentVolumeClaim>(everything, cancellationToken)).Items);
    }
}
