using System.Collections.Immutable;
using Holdfast.Client;
using Holdfast.Client.Caching;
using Holdfast.Controllers.Runtime;
using Holdfast.Model.ApiExtensions;
using Holdfast.Model.Core;
using Holdfast.Model.CustomResources;
using Holdfast.Model.Resources;
using Holdfast.Model.Values;

namespace Holdfast.Controllers.Namespaces;

/// <summary>
/// Ends namespaces: pods first, since others may still serve them, then the rest kind by kind; says in the status what holds a namespace; and
/// lets it go when the server says that nothing is left.
/// </summary>
public sealed class NamespaceReconciler : IReconciler<ResourceKey>
{
    // Changes bring a namespace up at once; this is for what is not watched.
    private static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(5);

    private readonly ImmutableArray<NamespaceContents> _contents;
    private readonly ResourceCache<Namespace> _namespaces;
    private readonly SharedCaches _caches;
    private readonly OwnWrites<ResourceKey> _writes;
    private readonly TimeProvider _time;

    private NamespaceReconciler(ControllerContext context, ImmutableArray<NamespaceContents> contents, OwnWrites<ResourceKey> writes)
    {
        _caches = context.Caches;
        _namespaces = context.Caches.Get<Namespace>();
        (_contents, _writes, _time) = (contents, writes, context.Time);
    }

    /// <summary>Adds the namespace controller to a host.</summary>
    /// <param name="host">The host.</param>
    /// <param name="context">The world.</param>
    /// <param name="kinds">The kinds that are served.</param>
    public static void AddTo(ControllerHost host, ControllerContext context, IEnumerable<ResourceCodec> kinds)
    {
        var writes = context.Writes<ResourceKey>("namespace-controller");
        var maker = new NamespaceContents.Maker(context.Caches);
        ImmutableArray<NamespaceContents> contents = [.. kinds.Where(codec => codec.Type.IsNamespaced).Select(codec => codec.Accept(maker))];
        var reconciler = new NamespaceReconciler(context, contents, writes);
        var controller = new Controller<ResourceKey>("namespace", reconciler, context, writes)
            .Watch(reconciler._namespaces, space => space.Metadata.DeletionTimestamp is null ? [] : [ResourceKey.Of(space)]);
        foreach (var content in contents)
        {
            content.WatchBy(controller, reconciler.IsEnding);
        }
        host.Add(controller);
    }

    /// <inheritdoc/>
    public async Task<ReconcileResult> ReconcileAsync(ResourceKey key, CancellationToken cancellationToken)
    {
        if (_namespaces.Find(key) is not { Metadata.DeletionTimestamp: not null } space || !space.Spec.Finalizers.Contains(NamespacePlanner.Finalizer))
        {
            return ReconcileResult.Done;
        }
        var client = _writes.ClientFor(key);
        // By the server, not the cache: a namespace of that name may have been made anew since.
        if (await client.FindAsync<Namespace>("", key.Name, cancellationToken) is not { } live || live.Metadata.Uid != space.Metadata.Uid)
        {
            return ReconcileResult.Done;
        }
        var plan = NamespacePlanner.Plan(await EndContentsAsync(client, live, cancellationToken), _time.GetUtcNow());
        if (plan.Status is { } status)
        {
            live = await client.UpdateStatusAsync(live with { Status = status }, cancellationToken);
        }
        if (!plan.MayGo)
        {
            return ReconcileResult.RequeueAfter(LookAgain);
        }
        await FinalizeAsync(client, live, cancellationToken);
        return ReconcileResult.Done;
    }

    private async Task<NamespaceObservation> EndContentsAsync(KubernetesClient client, Namespace space, CancellationToken cancellationToken)
    {
        var found = ImmutableArray.CreateBuilder<NamespaceContent>();
        foreach (var content in _contents.OrderByDescending(content => content.Type == Pod.ResourceType).Concat(await CustomContentsAsync(client, cancellationToken)))
        {
            var left = await content.EndAsync(client, space.Metadata.Name, cancellationToken);
            found.Add(left);
            if (content.Type == Pod.ResourceType && (left.Count > 0 || left.Error is not null))
            {
                return new(space, found.ToImmutable(), IsComplete: false);
            }
        }
        return new(space, found.ToImmutable(), IsComplete: true);
    }

    // By the server, not a cache: a kind may have been defined a moment ago.
    private async Task<IEnumerable<NamespaceContents>> CustomContentsAsync(KubernetesClient client, CancellationToken cancellationToken)
    {
        var definitions = await client.ListAsync<CustomResourceDefinition>(new ListQuery(), cancellationToken);
        return definitions.Items.Select(CustomKinds.TypeOf).OfType<ResourceType>().Where(type => type.IsNamespaced)
            .Select(type => new NamespaceContents<CustomObject>(_caches, type));
    }

    private static Task<ApiAnswer> FinalizeAsync(KubernetesClient client, Namespace space, CancellationToken cancellationToken)
    {
        var finalizers = space.Spec.Finalizers.Where(finalizer => finalizer != NamespacePlanner.Finalizer).ToValueList();
        var call = new ApiCall(ApiVerb.Update, Namespace.ResourceType, "", space.Metadata.Name)
        {
            Subresource = "finalize",
            Body = space with { Spec = space.Spec with { Finalizers = finalizers } },
            FieldManager = ControllerContext.ControllerManager,
        };
        return client.Transport.CallAsync(call, cancellationToken);
    }

    private bool IsEnding(string name) => _namespaces.Find("", name)?.Metadata.DeletionTimestamp is not null;
}
