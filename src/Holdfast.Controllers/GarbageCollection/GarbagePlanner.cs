using System.Collections.Immutable;
using Holdfast.Model.Meta;
using Holdfast.Model.Resources;
using Holdfast.Model.Values;

namespace Holdfast.Controllers.GarbageCollection;

/// <summary>
/// Decides what becomes of an object by its owners and of an ending owner by what it owns. A pure function. An object goes only when
/// every owner that it names is known to be gone, or to wait for it; whatever is not known keeps it.
/// </summary>
public static class GarbagePlanner
{
    /// <summary>The finalizer of an owner that waits for what it owns.</summary>
    public const string Foreground = "foregroundDeletion";

    /// <summary>The finalizer of an owner that first gives up what it owns.</summary>
    public const string Orphan = "orphan";

    /// <summary>Whether an object waits in a foreground deletion for what it owns.</summary>
    /// <param name="metadata">The object's metadata.</param>
    public static bool IsWaiting(ObjectMeta metadata) => metadata.DeletionTimestamp is not null && metadata.Finalizers.Contains(Foreground);

    /// <summary>Whether an object is being deleted and gives up what it owns.</summary>
    /// <param name="metadata">The object's metadata.</param>
    public static bool IsOrphaning(ObjectMeta metadata) => metadata.DeletionTimestamp is not null && metadata.Finalizers.Contains(Orphan);

    /// <summary>Plans for one object.</summary>
    /// <param name="observation">The object, its owners and what it owns.</param>
    public static ImmutableArray<GarbageEffect> Plan(GarbageObservation observation)
    {
        var metadata = observation.Object.Metadata;
        return IsOrphaning(metadata) ? ReleaseAll(observation)
            : IsWaiting(metadata) ? EndWait(observation)
            : metadata.DeletionTimestamp is not null || observation.Owners.IsEmpty ? []
            : [.. Complaints(observation), .. Judge(observation)];
    }

    /// <summary>
    /// When to judge an object again although nothing tells of it: the kind of an owner may only just be becoming known, an owner that
    /// no cache has yet may go before one has it, and what an orphaning owner owned may have gone by itself. Null when every change that matters is seen.
    /// </summary>
    /// <param name="observation">What is known.</param>
    internal static TimeSpan? LookAgain(GarbageObservation observation) =>
        observation.Owners.Any(owner => owner.State == OwnerState.UnknownKind || owner.IsAheadOfCache)
        || (IsOrphaning(observation.Object.Metadata) && !observation.Dependents.IsEmpty)
            ? TimeSpan.FromSeconds(5)
            : null;

    /// <summary>The finalizer goes one run later than the last dependent: only then is it known that none is left.</summary>
    private static ImmutableArray<GarbageEffect> ReleaseAll(GarbageObservation observation)
    {
        var owner = observation.Object.Metadata;
        return observation.Dependents.IsEmpty
            ? [WithoutFinalizer(observation.Object, Orphan, "it owns nothing any more")]
            : [.. observation.Dependents.Select(dependent => WithoutOwners(dependent, [owner.Uid], $"its owner {owner.Name} was deleted and leaves it behind"))];
    }

    private static ImmutableArray<GarbageEffect> EndWait(GarbageObservation observation)
    {
        var uid = observation.Object.Metadata.Uid;
        return observation.Dependents.Any(dependent => Blocks(dependent, uid))
            ? []
            : [WithoutFinalizer(observation.Object, Foreground, "nothing that blocks its deletion is left")];
    }

    private static ImmutableArray<GarbageEffect> Judge(GarbageObservation observation)
    {
        var states = observation.Owners.Select(owner => owner.State).ToList();
        if (states.Any(state => state is OwnerState.UnknownKind or OwnerState.NotReachable))
        {
            return [];
        }
        var goneOrWaiting = observation.Owners.Where(owner => owner.State != OwnerState.Present).ToList();
        if (goneOrWaiting.Count < observation.Owners.Length)
        {
            return goneOrWaiting.Count == 0 ? [] :
                [WithoutOwners(observation.Object, [.. goneOrWaiting.Select(owner => owner.Reference.Uid)], "another owner keeps it; these are gone or going")];
        }
        var names = string.Join(", ", observation.Owners.Select(owner => $"{owner.Reference.Kind} {owner.Reference.Name}"));
        return states.Contains(OwnerState.Waiting) && !observation.Dependents.IsEmpty
            ? GoForeground(observation, names)
            : [new DeleteObject(observation.Object, PolicyOf(observation.Object.Metadata), $"its owners are gone or wait for it: {names}")];
    }

    private static ImmutableArray<GarbageEffect> GoForeground(GarbageObservation observation, string names)
    {
        var reason = $"its owners wait for it and what it owns: {names}";
        if (!observation.Dependents.Any(dependent => IsWaiting(dependent.Metadata)))
        {
            return [new DeleteObject(observation.Object, "Foreground", reason)];
        }
        // A dependent that waits for its own dependents may be an owner further up: a circle, in which nobody may block.
        var metadata = observation.Object.Metadata;
        var owners = metadata.OwnerReferences.Select(owner => owner with { BlockOwnerDeletion = false }).ToValueList();
        return owners == metadata.OwnerReferences
            ? [new DeleteObject(observation.Object, "Foreground", reason)]
            : [new UpdateObject(observation.Object.WithMetadata(metadata with { OwnerReferences = owners }), "its owners may wait for each other: it must not block them")];
    }

    private static IEnumerable<GarbageEffect> Complaints(GarbageObservation observation) =>
        from owner in observation.Owners
        where owner.State is OwnerState.InOtherNamespace or OwnerState.NotReachable
        let shown = $"ownerRef [{owner.Reference.ApiVersion}/{owner.Reference.Kind}, namespace: {observation.Object.Metadata.Namespace}, name: {owner.Reference.Name}, uid: {owner.Reference.Uid}]"
        select new SayInvalidOwner(
            owner.State == OwnerState.NotReachable
                ? $"cluster-scoped object cannot have a namespaced owner: {shown}"
                : $"{shown} does not exist in namespace \"{observation.Object.Metadata.Namespace}\"",
            "an owner must be in the object's namespace or in none");

    private static string PolicyOf(ObjectMeta metadata) => metadata.Finalizers.Contains(Orphan) ? "Orphan"
        : metadata.Finalizers.Contains(Foreground) ? "Foreground"
        : "Background";

    private static bool Blocks(IResource dependent, string uid)
    {
        foreach (var owner in dependent.Metadata.OwnerReferences)
        {
            if (owner.Uid == uid && owner.BlockOwnerDeletion == true)
            {
                return true;
            }
        }
        return false;
    }

    private static UpdateObject WithoutOwners(IResource resource, HashSet<string> uids, string reason) => new(
        resource.WithMetadata(resource.Metadata with
        {
            OwnerReferences = resource.Metadata.OwnerReferences.Where(owner => !uids.Contains(owner.Uid)).ToValueList(),
        }),
        reason);

    private static UpdateObject WithoutFinalizer(IResource resource, string finalizer, string reason) => new(
        resource.WithMetadata(resource.Metadata with
        {
            Finalizers = resource.Metadata.Finalizers.Where(each => each != finalizer).ToValueList(),
        }),
        reason);
}
