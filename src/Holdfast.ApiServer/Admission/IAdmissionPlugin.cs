using Holdfast.Model.Resources;

namespace Holdfast.ApiServer.Admission;

/// <summary>One step of the chain that every write passes: it may complete the object, or refuse the write.</summary>
/// <remarks>Webhooks are such a step too, which is why a step may wait.</remarks>
public interface IAdmissionPlugin
{
    /// <summary>The plugin's name, for messages.</summary>
    string Name { get; }

    /// <summary>Completes the object, before it is validated.</summary>
    /// <param name="request">The write.</param>
    /// <param name="resource">The object as the steps before have left it.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="Client.ApiException">The write is refused.</exception>
    ValueTask<IResource> MutateAsync(AdmissionRequest request, IResource resource, CancellationToken cancellationToken) => new(resource);

    /// <summary>Refuses what must not be, once the object is complete and valid.</summary>
    /// <param name="request">The write.</param>
    /// <param name="resource">The object as it would be stored; for a deletion, the stored one.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="Client.ApiException">The write is refused.</exception>
    ValueTask ValidateAsync(AdmissionRequest request, IResource resource, CancellationToken cancellationToken) => default;
}
