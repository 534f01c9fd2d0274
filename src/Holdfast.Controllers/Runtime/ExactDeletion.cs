using Holdfast.Client;
using Holdfast.Model.Meta;
using Holdfast.Model.Resources;

namespace Holdfast.Controllers.Runtime;

/// <summary>Deletes the very object that was observed, and not another one of its name.</summary>
internal static class ExactDeletion
{
    /// <summary>Deletes an object by its uid; false when it was gone already, which is as good.</summary>
    /// <typeparam name="T">The kind.</typeparam>
    /// <param name="client">Who asks.</param>
    /// <param name="resource">The object.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <param name="options">Grace period and propagation; the kind's own when left out.</param>
    /// <exception cref="ApiException">The server refused for another reason, or there is another object of that name.</exception>
    internal static async Task<bool> DeleteThisAsync<T>(
        this KubernetesClient client, T resource, CancellationToken cancellationToken, DeleteOptions? options = null) where T : class, IResource<T>
    {
        try
        {
            var exact = (options ?? DeleteOptions.Empty) with { Preconditions = new Preconditions { Uid = resource.Metadata.Uid } };
            await client.DeleteAsync<T>(resource.Metadata.Namespace, resource.Metadata.Name, exact, cancellationToken);
            return true;
        }
        catch (ApiException error) when (error.IsNotFound)
        {
            return false;
        }
    }
}
