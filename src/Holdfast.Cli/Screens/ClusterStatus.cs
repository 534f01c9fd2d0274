using System.Collections.Immutable;
using Holdfast.Client;
using Holdfast.Model.Apps;
using Holdfast.Model.Core;
using StewardResource = Holdfast.Model.Stewards.Steward;

namespace Holdfast.Cli.Screens;

/// <summary>What <c>holdfast status</c> shows.</summary>
/// <param name="Nodes">The nodes.</param>
/// <param name="Sets">The StatefulSets.</param>
/// <param name="Pods">The pods.</param>
/// <param name="Claims">The claims.</param>
/// <param name="Stewards">The Stewards.</param>
/// <param name="Now">When they were read.</param>
internal sealed record ClusterStatus(
    ImmutableArray<Model.Core.Node> Nodes, ImmutableArray<StatefulSet> Sets, ImmutableArray<Pod> Pods, ImmutableArray<PersistentVolumeClaim> Claims,
    ImmutableArray<StewardResource> Stewards, DateTimeOffset Now)
{
    /// <summary>Whether every node is ready, every set has what it wants, and every Steward says that all is well.</summary>
    internal bool IsHealthy => Nodes.All(IsReady) && Sets.All(set => set.Status.ReadyReplicas == (set.Spec.Replicas ?? 1)) && Stewards.All(steward => StewardScreen.IsHealthy(steward, Now));

    internal static bool IsReady(Model.Core.Node node) => node.Status.Conditions.Any(condition => condition is { Type: "Ready", Status: "True" });

    internal static bool IsReady(Pod pod) => pod.Status.Conditions.Any(condition => condition is { Type: "Ready", Status: "True" });

    internal static async Task<ClusterStatus> ReadAsync(KubernetesClient client, CancellationToken cancellationToken)
    {
        var everything = new ListQuery();
        return new(
            (await client.ListAsync<Model.Core.Node>(everything, cancellationToken)).Items,
            (await client.ListAsync<StatefulSet>(everything, cancellationToken)).Items,
            (await client.ListAsync<Pod>(everything, cancellationToken)).Items,
            (await client.ListAsync<PersistentVolumeClaim>(everything, cancellationToken)).Items,
            await StewardsAsync(client, cancellationToken),
            TimeProvider.System.GetUtcNow());
    }

    private static async Task<ImmutableArray<StewardResource>> StewardsAsync(KubernetesClient client, CancellationToken cancellationToken)
    {
        try
        {
            return (await client.ListAsync<StewardResource>(new ListQuery(), cancellationToken)).Items;
        }
        catch (ApiException error) when (error.IsNotFound)
        {
            // A cluster that never had a Steward does not know the kind.
            return [];
        }
    }
}
