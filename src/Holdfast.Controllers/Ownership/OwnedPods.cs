using Holdfast.Client;
using Holdfast.Client.Events;
using Holdfast.Controllers.Namespaces;
using Holdfast.Model.Core;
using Holdfast.Model.Resources;

namespace Holdfast.Controllers.Ownership;

/// <summary>Makes and deletes the pods of an owner that does not care which is which, and tells of it as upstream's controllers of such do.</summary>
/// <typeparam name="TOwner">The kind of the owner.</typeparam>
/// <param name="owner">The owner as it was observed.</param>
/// <param name="owned">Its writes.</param>
/// <param name="client">Writes that the next reconcile is sure to see.</param>
/// <param name="events">What people are told.</param>
internal sealed class OwnedPods<TOwner>(TOwner owner, OwnedObjects<TOwner> owned, KubernetesClient client, IEventRecorder events)
    where TOwner : class, IResource<TOwner>
{
    /// <summary>Makes a pod.</summary>
    internal async Task CreateAsync(Pod pod, CancellationToken cancellationToken)
    {
        try
        {
            var made = await client.CreateAsync(pod, cancellationToken);
            events.Normal(owner, "SuccessfulCreate", $"Created pod: {made.Metadata.Name}");
        }
        catch (ApiException error) when (!error.IsNamespaceEnding())
        {
            events.Warning(owner, "FailedCreate", $"Error creating: {error.Message}");
            throw;
        }
    }

    /// <summary>Deletes this very pod.</summary>
    internal async Task DeleteAsync(Pod pod, CancellationToken cancellationToken)
    {
        try
        {
            if (await owned.DeleteAsync(pod, cancellationToken))
            {
                events.Normal(owner, "SuccessfulDelete", $"Deleted pod: {pod.Metadata.Name}");
            }
        }
        catch (ApiException error)
        {
            events.Warning(owner, "FailedDelete", $"Error deleting: {error.Message}");
            throw;
        }
    }
}
