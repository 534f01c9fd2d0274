using Holdfast.Client;
using Holdfast.Controllers.Runtime;
using Holdfast.Model.Meta;
using Holdfast.Model.Resources;
using Holdfast.Model.Values;

namespace Holdfast.Controllers.Ownership;

/// <summary>The writes that every controller of owned objects makes: adopt, release and delete.</summary>
/// <typeparam name="TOwner">The kind of the owner.</typeparam>
/// <param name="owner">The owner as it was observed.</param>
/// <param name="client">Writes that the next reconcile is sure to see.</param>
internal sealed class OwnedObjects<TOwner>(TOwner owner, KubernetesClient client) where TOwner : class, IResource<TOwner>
{
    /// <summary>A reference to the owner as the controller of what it owns.</summary>
    internal OwnerReference Reference => ReferenceTo(owner);

    /// <summary>A reference to an object as the controller of what it owns.</summary>
    internal static OwnerReference ReferenceTo(TOwner owner) => new()
    {
        ApiVersion = TOwner.ResourceType.ApiVersion,
        Kind = TOwner.ResourceType.Kind,
        Name = owner.Metadata.Name,
        Uid = owner.Metadata.Uid,
        Controller = true,
        BlockOwnerDeletion = true,
    };

    /// <summary>Adopts only for the very owner that was observed: one of its name may have been made since.</summary>
    internal async Task AdoptAsync<T>(T resource, CancellationToken cancellationToken) where T : class, IResource<T>
    {
        var fresh = await client.GetAsync<TOwner>(owner.Metadata.Namespace, owner.Metadata.Name, cancellationToken);
        if (fresh.Metadata.Uid == owner.Metadata.Uid && fresh.Metadata.DeletionTimestamp is null)
        {
            var owners = resource.Metadata.OwnerReferences.Add(Reference);
            await client.UpdateAsync(resource.WithMetadata(resource.Metadata with { OwnerReferences = owners }), cancellationToken);
        }
    }

    /// <summary>Takes the owner off an object's owners; that the object is gone is as good.</summary>
    internal async Task ReleaseAsync<T>(T resource, CancellationToken cancellationToken) where T : class, IResource<T>
    {
        try
        {
            var owners = resource.Metadata.OwnerReferences.Where(each => each.Uid != owner.Metadata.Uid).ToValueList();
            await client.UpdateAsync(resource.WithMetadata(resource.Metadata with { OwnerReferences = owners }), cancellationToken);
        }
        catch (ApiException error) when (error.IsNotFound)
        {
            // Gone is released.
        }
    }

    /// <summary>Deletes this very object; false when it was gone already.</summary>
    internal Task<bool> DeleteAsync<T>(T resource, CancellationToken cancellationToken, string? propagation = null) where T : class, IResource<T> =>
        client.DeleteThisAsync(resource, cancellationToken, new DeleteOptions { PropagationPolicy = propagation });

    /// <summary>Writes the owner's status; that the owner is gone is as good.</summary>
    /// <param name="updated">The owner with its new status.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The failure, or null.</returns>
    internal async Task<ReconcileResult?> WriteStatusAsync(TOwner updated, CancellationToken cancellationToken)
    {
        try
        {
            await client.UpdateStatusAsync(updated, cancellationToken);
            return null;
        }
        catch (ApiException error)
        {
            return error.IsNotFound ? null : Failure("the status could not be written", error);
        }
    }

    /// <summary>What a refused write means for the reconcile.</summary>
    internal static ReconcileResult Failure(string what, ApiException error) =>
        ReconcileResult.Failed(error.Reason.Length > 0 ? error.Reason : "NoAnswer", $"{what}: {error.Message}", error);
}
