using Holdfast.Client;
using Holdfast.Client.Caching;
using Holdfast.Controllers.Runtime;
using Holdfast.Model.Rbac;

namespace Holdfast.Controllers.Roles;

/// <summary>
/// Has every ClusterRole that aggregates others show their rules. Decisions of the API server do not wait for it: they aggregate
/// themselves; what is written is for people and tools that read roles.
/// </summary>
public sealed class RoleReconciler : IReconciler<ResourceKey>
{
    private const string Component = "clusterrole-aggregation-controller";

    private readonly ResourceCache<ClusterRole> _roles;
    private readonly OwnWrites<ResourceKey> _writes;

    private RoleReconciler(ControllerContext context, OwnWrites<ResourceKey> writes) =>
        (_roles, _writes) = (context.Caches.Get<ClusterRole>(), writes);

    /// <summary>Adds the controller to a host.</summary>
    /// <param name="host">The host.</param>
    /// <param name="context">The world.</param>
    public static void AddTo(ControllerHost host, ControllerContext context)
    {
        ArgumentNullException.ThrowIfNull(host);
        ArgumentNullException.ThrowIfNull(context);
        var writes = context.Writes<ResourceKey>(Component, Component);
        var reconciler = new RoleReconciler(context, writes);
        host.Add(new Controller<ResourceKey>("clusterrole-aggregation", reconciler, context, writes)
            .WatchChanges(reconciler._roles, reconciler.RolesOf));
    }

    /// <inheritdoc/>
    public async Task<ReconcileResult> ReconcileAsync(ResourceKey key, CancellationToken cancellationToken)
    {
        if (_roles.Find(key) is not { } role || RolePlanner.Plan(new(role, [.. _roles.All])) is not { } write)
        {
            return ReconcileResult.Done;
        }
        try
        {
            await _writes.ClientFor(key).UpdateAsync(role with { Rules = write.Rules }, cancellationToken);
            return ReconcileResult.Done;
        }
        catch (ApiException error) when (error.IsNotFound)
        {
            // What is gone shows nothing.
            return ReconcileResult.Done;
        }
    }

    /// <summary>All roles that aggregate, since any may select the one that changed; none when what they would take from it did not.</summary>
    private IEnumerable<ResourceKey> RolesOf(CacheChange<ClusterRole> change) =>
        change is { Old: { } old, New: { } now } && old.Rules == now.Rules && old.Metadata.Labels == now.Metadata.Labels && old.AggregationRule == now.AggregationRule
            ? []
            : _roles.All.Where(role => role.AggregationRule is not null).Select(role => ResourceKey.Of(role)).Append(ResourceKey.Of(change.Latest));
}
