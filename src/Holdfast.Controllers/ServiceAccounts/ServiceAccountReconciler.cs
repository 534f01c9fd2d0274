using Holdfast.Client;
using Holdfast.Client.Caching;
using Holdfast.Controllers.Namespaces;
using Holdfast.Controllers.Runtime;
using Holdfast.Model.Core;

namespace Holdfast.Controllers.ServiceAccounts;

/// <summary>Gives each namespace its default ServiceAccount and the cluster's certificate authority; the key names the namespace.</summary>
public sealed class ServiceAccountReconciler : IReconciler<ResourceKey>
{
    private readonly NamespaceFurnishing _planner;
    private readonly ResourceCache<Namespace> _namespaces;
    private readonly ResourceCache<ServiceAccount> _accounts;
    private readonly ResourceCache<ConfigMap> _maps;
    private readonly OwnWrites<ResourceKey> _writes;

    private ServiceAccountReconciler(ControllerContext context, string certificateAuthority, OwnWrites<ResourceKey> writes)
    {
        _planner = new NamespaceFurnishing(certificateAuthority);
        _namespaces = context.Caches.Get<Namespace>();
        _accounts = context.Caches.Get<ServiceAccount>();
        _maps = context.Caches.Get<ConfigMap>();
        _writes = writes;
    }

    /// <summary>Adds the controller of default ServiceAccounts and certificate authorities to a host.</summary>
    /// <param name="host">The host.</param>
    /// <param name="context">The world.</param>
    /// <param name="certificateAuthority">The certificates, as PEM, by which pods know the API server.</param>
    public static void AddTo(ControllerHost host, ControllerContext context, string certificateAuthority)
    {
        var writes = context.Writes<ResourceKey>("serviceaccount-controller");
        var reconciler = new ServiceAccountReconciler(context, certificateAuthority, writes);
        host.Add(new Controller<ResourceKey>("serviceaccount", reconciler, context, writes)
            .WatchOwn(reconciler._namespaces)
            .WatchChanges(reconciler._accounts, change => change is { New: null, Old.Metadata: { Name: NamespaceFurnishing.DefaultAccount, Namespace: var name } }
                ? [new ResourceKey("", name)]
                : [])
            .Watch(reconciler._maps, map => map.Metadata.Name == NamespaceFurnishing.AuthorityMap ? [new ResourceKey("", map.Metadata.Namespace)] : []));
    }

    /// <inheritdoc/>
    public async Task<ReconcileResult> ReconcileAsync(ResourceKey key, CancellationToken cancellationToken)
    {
        if (_namespaces.Find(key) is not { } space)
        {
            return ReconcileResult.Done;
        }
        var observation = new FurnishingObservation(
            space, _accounts.Find(key.Name, NamespaceFurnishing.DefaultAccount), _maps.Find(key.Name, NamespaceFurnishing.AuthorityMap));
        var client = _writes.ClientFor(key);
        try
        {
            foreach (var effect in _planner.Plan(observation))
            {
                await ApplyAsync(client, effect, cancellationToken);
            }
        }
        catch (ApiException error) when (error.IsNamespaceEnding())
        {
            // It needs nothing any more.
        }
        return ReconcileResult.Done;
    }

    private static async Task ApplyAsync(KubernetesClient client, FurnishingEffect effect, CancellationToken cancellationToken)
    {
        try
        {
            switch (effect.Object)
            {
                case ServiceAccount account:
                    await client.CreateAsync(account, cancellationToken);
                    break;
                case ConfigMap map when effect.IsNew:
                    await client.CreateAsync(map, cancellationToken);
                    break;
                case ConfigMap map:
                    await client.UpdateAsync(map, cancellationToken);
                    break;
                default:
                    throw new InvalidOperationException($"a plan has an effect that cannot be executed: {effect}");
            }
        }
        catch (ApiException error) when (error.IsAlreadyExists)
        {
            // Somebody was quicker: their object comes by the cache and is looked at then.
        }
    }
}
