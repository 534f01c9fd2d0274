using System.Collections.Immutable;
using Holdfast.Client;
using Holdfast.Client.Caching;
using Holdfast.Client.Events;
using Holdfast.Controllers.Runtime;
using Holdfast.Model.ApiExtensions;
using Holdfast.Model.Meta;
using Holdfast.Model.Resources;

namespace Holdfast.Controllers.GarbageCollection;

/// <summary>Observes objects with owners and owners that end, has them planned for and executes the plans.</summary>
/// <remarks>
/// No object goes because a cache is behind: an owner that the caches do not have is asked for from the server, by uid; a deletion holds only for
/// the very object, uid and resourceVersion, that was judged; and what an orphaning owner owns is read from the server.
/// </remarks>
public sealed class GarbageCollector : IReconciler<GarbageKey>
{
    private readonly OwnWrites<GarbageKey> _writes;
    private readonly IEventRecorder _events;
    private readonly CollectedKinds _collected;

    private GarbageCollector(CollectedKinds collected, OwnWrites<GarbageKey> writes, IEventRecorder events) =>
        (_collected, _writes, _events) = (collected, writes, events);

    private ImmutableSortedDictionary<(string Group, string Kind), CollectedKind> Kinds => _collected.All;

    /// <summary>Adds the garbage collector to a host.</summary>
    /// <param name="host">The host.</param>
    /// <param name="context">The world.</param>
    /// <param name="kinds">The kinds that are served; events are passed over, as nobody owns them.</param>
    public static void AddTo(ControllerHost host, ControllerContext context, IEnumerable<ResourceCodec> kinds)
    {
        var writes = context.Writes<GarbageKey>("garbage-collector");
        var events = context.Events("garbage-collector-controller");
        var maker = new CollectedKind.Maker(context.Caches);
        ImmutableArray<CollectedKind> collected = [.. kinds.Where(codec => codec.Type.Kind != "Event").Select(codec => codec.Accept(maker))];
        var kindsNow = new CollectedKinds(collected);
        var collector = new GarbageCollector(kindsNow, writes, events);
        var controller = new Controller<GarbageKey>("garbagecollector", collector, context, writes);
        foreach (var kind in collected)
        {
            kind.WatchBy(controller, (old, now) => collector.KeysOf(kind.Type, old, now));
        }
        controller.WatchChanges(context.Caches.Get<CustomResourceDefinition>(), change =>
        {
            kindsNow.Follow(change, context.Caches, kind => kind.Follow(controller.Queue, (old, now) => collector.KeysOf(kind.Type, old, now)));
            return [];
        }).Holding(() => kindsNow);
        host.Add(events).Add(controller);
    }

    /// <inheritdoc/>
    public async Task<ReconcileResult> ReconcileAsync(GarbageKey key, CancellationToken cancellationToken)
    {
        if (!Kinds.TryGetValue((key.Type.Group, key.Type.Kind), out var kind) || kind.Find(key.Key) is not { } resource)
        {
            return ReconcileResult.Done;
        }
        var client = _writes.ClientFor(key);
        var observation = await ObserveAsync(client, resource, cancellationToken);
        foreach (var effect in GarbagePlanner.Plan(observation))
        {
            await ApplyAsync(client, resource, effect, cancellationToken);
        }
        return GarbagePlanner.LookAgain(observation) is { } delay ? ReconcileResult.RequeueAfter(delay) : ReconcileResult.Done;
    }

    private async Task<GarbageObservation> ObserveAsync(KubernetesClient client, IResource resource, CancellationToken cancellationToken)
    {
        var metadata = resource.Metadata;
        if (GarbagePlanner.IsOrphaning(metadata))
        {
            var owned = await Task.WhenAll(Kinds.Values.Where(kind => kind.Type.IsNamespaced || metadata.Namespace.Length == 0)
                .Select(kind => kind.ListOwnedAsync(client, metadata.Namespace, metadata.Uid, cancellationToken)));
            return new(resource, [], [.. owned.SelectMany(each => each)]);
        }
        var dependents = Kinds.Values.SelectMany(kind => kind.OwnedBy(metadata.Uid))
            .Where(dependent => metadata.Namespace.Length == 0 || dependent.Metadata.Namespace == metadata.Namespace)
            .ToImmutableArray();
        var owners = ImmutableArray.CreateBuilder<OwnerSight>();
        foreach (var owner in metadata.DeletionTimestamp is null ? metadata.OwnerReferences.ToImmutableArray() : [])
        {
            owners.Add(await SightOfAsync(client, resource, owner, cancellationToken));
        }
        return new(resource, owners.ToImmutable(), dependents);
    }

    private async Task<OwnerSight> SightOfAsync(KubernetesClient client, IResource resource, OwnerReference owner, CancellationToken cancellationToken)
    {
        if (!Kinds.TryGetValue((GroupOf(owner.ApiVersion), owner.Kind), out var kind))
        {
            return new(owner, OwnerState.UnknownKind);
        }
        if (kind.Type.IsNamespaced && !resource.GetResourceType().IsNamespaced)
        {
            return new(owner, OwnerState.NotReachable);
        }
        var key = KeyOf(kind, resource, owner);
        var cached = kind.Find(key) is { } known && known.Metadata.Uid == owner.Uid ? known : null;
        var found = cached ?? await kind.FindLiveAsync(client, key, cancellationToken);
        if (found is not null && found.Metadata.Uid == owner.Uid)
        {
            return new(owner, GarbagePlanner.IsWaiting(found.Metadata) ? OwnerState.Waiting : OwnerState.Present) { IsAheadOfCache = cached is null };
        }
        var isElsewhere = kind.Type.IsNamespaced && kind.FindByUid(owner.Uid) is { } elsewhere && elsewhere.Metadata.Namespace != key.Namespace;
        return new(owner, isElsewhere ? OwnerState.InOtherNamespace : OwnerState.Absent);
    }

    private async Task ApplyAsync(KubernetesClient client, IResource about, GarbageEffect effect, CancellationToken cancellationToken)
    {
        try
        {
            switch (effect)
            {
                case UpdateObject update:
                    await KindOf(update.Object.GetResourceType()).UpdateAsync(client, update.Object, cancellationToken);
                    break;
                case DeleteObject delete:
                    await DeleteAsync(client, delete, cancellationToken);
                    break;
                case SayInvalidOwner say:
                    _events.Warning(about, "OwnerRefInvalidNamespace", say.Message);
                    break;
                default:
                    throw new InvalidOperationException($"a plan has an effect that cannot be executed: {effect}");
            }
        }
        catch (ApiException error) when (error.IsNotFound)
        {
            // It went meanwhile: its end brings up whatever it concerned.
        }
    }

    private Task DeleteAsync(KubernetesClient client, DeleteObject delete, CancellationToken cancellationToken)
    {
        var metadata = delete.Object.Metadata;
        var options = new DeleteOptions
        {
            PropagationPolicy = delete.Propagation,
            Preconditions = new Preconditions { Uid = metadata.Uid, ResourceVersion = metadata.ResourceVersion },
        };
        return KindOf(delete.Object.GetResourceType()).DeleteAsync(client, delete.Object, options, cancellationToken);
    }

    /// <summary>What a change concerns: the object, when its ties changed; what it owns, when it goes; and owners that wait for it.</summary>
    private IEnumerable<GarbageKey> KeysOf(ResourceType type, IResource? old, IResource? now)
    {
        var isAnother = old is not null && now is not null && old.Metadata.Uid != now.Metadata.Uid;
        if (now is not null && (HasToBeJudged(old, now) || isAnother))
        {
            yield return new GarbageKey(type, ResourceKey.Of(now));
        }
        var isGone = old is not null && (now is null || isAnother);
        var beginsToWait = now is not null && GarbagePlanner.IsWaiting(now.Metadata) && (old is null || isAnother || !GarbagePlanner.IsWaiting(old.Metadata));
        if (isGone || beginsToWait)
        {
            var uid = (isGone ? old! : now!).Metadata.Uid;
            foreach (var dependent in Kinds.Values.SelectMany(kind => kind.OwnedBy(uid)))
            {
                yield return new GarbageKey(dependent.GetResourceType(), ResourceKey.Of(dependent));
            }
        }
        if (old is not null && (isGone || old.Metadata.OwnerReferences != now!.Metadata.OwnerReferences))
        {
            foreach (var owner in EndingOwners(old))
            {
                yield return owner;
            }
        }
    }

    private static bool HasToBeJudged(IResource? old, IResource now) =>
        (!now.Metadata.OwnerReferences.IsEmpty || now.Metadata.DeletionTimestamp is not null)
        && (old is null
            || old.Metadata.OwnerReferences != now.Metadata.OwnerReferences
            || old.Metadata.Finalizers != now.Metadata.Finalizers
            || old.Metadata.DeletionTimestamp != now.Metadata.DeletionTimestamp);

    private IEnumerable<GarbageKey> EndingOwners(IResource dependent) =>
        from owner in dependent.Metadata.OwnerReferences
        let kind = Kinds.GetValueOrDefault((GroupOf(owner.ApiVersion), owner.Kind))
        where kind is not null
        let key = KeyOf(kind, dependent, owner)
        where kind.Find(key)?.Metadata.DeletionTimestamp is not null
        select new GarbageKey(kind.Type, key);

    private CollectedKind KindOf(ResourceType type) => Kinds[(type.Group, type.Kind)];

    private static ResourceKey KeyOf(CollectedKind kind, IResource dependent, OwnerReference owner) =>
        new(kind.Type.IsNamespaced ? dependent.Metadata.Namespace : "", owner.Name);

    private static string GroupOf(string apiVersion) =>
        apiVersion.IndexOf('/', StringComparison.Ordinal) is > 0 and var slash ? apiVersion[..slash] : "";
}
