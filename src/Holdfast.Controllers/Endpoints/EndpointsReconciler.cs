using System.Collections.Immutable;
using Holdfast.Client;
using Holdfast.Client.Caching;
using Holdfast.Controllers.Namespaces;
using Holdfast.Controllers.Pods;
using Holdfast.Controllers.Runtime;
using Holdfast.Model.Core;
using Holdfast.Model.Discovery;
using Holdfast.Model.Selectors;

namespace Holdfast.Controllers.Endpoints;

/// <summary>Observes a Service in the caches, has its slices and Endpoints planned and executes the plans.</summary>
/// <remarks>
/// The slices of a Service that is gone go with it, by their owner. Its Endpoints have no owner, as on Kubernetes: those kept here are
/// deleted here, those that people made for a Service without a selector are theirs.
/// </remarks>
public sealed class EndpointsReconciler : IReconciler<ResourceKey>
{
    private static readonly CacheIndex<EndpointSlice> ByService = new("service", slice =>
        slice.Metadata.Labels.GetValueOrDefault(EndpointNames.ManagedBy) == EndpointNames.SliceController
        && slice.Metadata.Labels.TryGetValue(EndpointNames.ServiceName, out var service)
            ? [$"{slice.Metadata.Namespace}/{service}"]
            : []);

    private static readonly SelectorIndex<Service> Selectors = new(service =>
        service.HasEndpoints() ? LabelMatcher.FromLabels(service.Spec.Selector) : LabelMatcher.Nothing);

    private readonly ResourceCache<Service> _services;
    private readonly ResourceCache<Pod> _pods;
    private readonly ResourceCache<Node> _nodes;
    private readonly ResourceCache<EndpointSlice> _slices;
    private readonly ResourceCache<Model.Core.Endpoints> _endpoints;
    private readonly OwnWrites<ResourceKey> _writes;

    private EndpointsReconciler(ControllerContext context, OwnWrites<ResourceKey> writes)
    {
        _services = context.Caches.Get<Service>(null, Selectors.Selecting);
        _pods = context.Caches.Get<Pod>(null, PodIndices.ByNode, LabelIndex<Pod>.ByLabel);
        _nodes = context.Caches.Get<Node>();
        _slices = context.Caches.Get<EndpointSlice>(null, ByService);
        _endpoints = context.Caches.Get<Model.Core.Endpoints>();
        _writes = writes;
    }

    /// <summary>Adds the controller of EndpointSlices and Endpoints to a host.</summary>
    /// <param name="host">The host.</param>
    /// <param name="context">The world.</param>
    public static void AddTo(ControllerHost host, ControllerContext context)
    {
        var writes = context.Writes<ResourceKey>("endpointslice-controller");
        var reconciler = new EndpointsReconciler(context, writes);
        host.Add(new Controller<ResourceKey>("endpointslice", reconciler, context, writes)
            .WatchOwn(reconciler._services)
            .WatchOwn(reconciler._endpoints)
            .Watch(reconciler._slices, slice => slice.Metadata.Labels.TryGetValue(EndpointNames.ServiceName, out var service)
                ? [new ResourceKey(slice.Metadata.Namespace, service)]
                : [])
            .WatchChanges(reconciler._pods, reconciler.ServicesOf)
            .WatchChanges(reconciler._nodes, reconciler.ServicesOf)
            .Gather(key => reconciler._services.Find(key) is { } service
                ? LabelIndex<Pod>.CountAtMost(reconciler._pods, key.Namespace, LabelMatcher.FromLabels(service.Spec.Selector))
                : 0));
    }

    /// <inheritdoc/>
    public async Task<ReconcileResult> ReconcileAsync(ResourceKey key, CancellationToken cancellationToken)
    {
        var client = _writes.ClientFor(key);
        if (_services.Find(key) is not { } service)
        {
            await DeleteEndpointsAsync(client, key, cancellationToken);
            return ReconcileResult.Done;
        }
        if (!service.HasEndpoints())
        {
            return ReconcileResult.Done;
        }
        var observation = Observe(service);
        try
        {
            foreach (var effect in SlicePlanner.Plan(observation).Concat(EndpointsPlanner.Plan(observation)))
            {
                await ApplyAsync(client, effect, cancellationToken);
            }
        }
        catch (ApiException error) when (error.IsNamespaceEnding())
        {
            // What cannot be made any more is not needed any more.
        }
        return ReconcileResult.Done;
    }

    private ServiceObservation Observe(Service service)
    {
        var namespaceName = service.Metadata.Namespace;
        var selector = LabelMatcher.FromLabels(service.Spec.Selector);
        var pods = LabelIndex<Pod>.Select(_pods, namespaceName, selector).ToImmutableArray();
        var nodes = pods.Select(pod => pod.Spec.NodeName).Where(name => name.Length > 0).Distinct(StringComparer.Ordinal)
            .Select(name => _nodes.Find("", name)).OfType<Node>()
            .ToImmutableDictionary(node => node.Metadata.Name, StringComparer.Ordinal);
        return new(
            service, pods, nodes,
            [.. _slices.Lookup(ByService, $"{namespaceName}/{service.Metadata.Name}")],
            _endpoints.Find(namespaceName, service.Metadata.Name));
    }

    private static async Task ApplyAsync(KubernetesClient client, EndpointEffect effect, CancellationToken cancellationToken)
    {
        switch (effect)
        {
            case CreateSlice create:
                await client.CreateAsync(create.Slice, cancellationToken);
                break;
            case UpdateSlice update:
                await client.UpdateAsync(update.Slice, cancellationToken);
                break;
            case DeleteSlice delete:
                await client.DeleteThisAsync(delete.Slice, cancellationToken);
                break;
            case CreateEndpoints create:
                await client.CreateAsync(create.Endpoints, cancellationToken);
                break;
            case UpdateEndpoints update:
                await client.UpdateAsync(update.Endpoints, cancellationToken);
                break;
            default:
                throw new InvalidOperationException($"a plan has an effect that cannot be executed: {effect}");
        }
    }

    private async Task DeleteEndpointsAsync(KubernetesClient client, ResourceKey key, CancellationToken cancellationToken)
    {
        if (_endpoints.Find(key) is not { } ours
            || ours.Metadata.Labels.GetValueOrDefault(EndpointNames.EndpointsManagedBy) != EndpointNames.EndpointsController
            || await client.FindAsync<Service>(key.Namespace, key.Name, cancellationToken) is not null)
        {
            return;
        }
        await client.DeleteThisAsync(ours, cancellationToken);
    }

    private IEnumerable<ResourceKey> ServicesOf(CacheChange<Pod> change)
    {
        if (change is { Old: { } old, New: { } now } && ServiceReadings.MakesSameEndpoint(old, now))
        {
            return [];
        }
        IEnumerable<Pod?> sights = [change.Old, change.New];
        return sights.OfType<Pod>().SelectMany(ServicesOf);
    }

    private IEnumerable<ResourceKey> ServicesOf(Pod pod) =>
        Selectors.Of(_services, pod.Metadata, pod.Metadata.Namespace).Select(service => ResourceKey.Of(service));

    /// <summary>A node that comes, goes or changes its zone concerns the Services of its pods.</summary>
    private IEnumerable<ResourceKey> ServicesOf(CacheChange<Node> change) =>
        change.Old is not null && change.New is not null
        && change.Old.Metadata.Labels.GetValueOrDefault(EndpointNames.Zone) == change.New.Metadata.Labels.GetValueOrDefault(EndpointNames.Zone)
            ? []
            : _pods.Lookup(PodIndices.ByNode, change.Latest.Metadata.Name).SelectMany(ServicesOf).Distinct();
}
