using Holdfast.ApiServer.Admission;
using Holdfast.ApiServer.Errors;
using Holdfast.ApiServer.Registry;
using Holdfast.Model.ApiExtensions;
using Holdfast.Model.Resources;
using Holdfast.Store;

namespace Holdfast.ApiServer.CustomResources;

/// <summary>
/// Nothing is made of a kind whose definition is gone or ending. The creation depends on the definition's revision, so that
/// none slips in after the last object was deleted.
/// </summary>
internal sealed class CustomResourceLifecycle : IAdmissionPlugin
{
    /// <inheritdoc/>
    public string Name => "CustomResourceLifecycle";

    /// <inheritdoc/>
    public ValueTask<IResource> MutateAsync(AdmissionRequest request, IResource resource, CancellationToken cancellationToken)
    {
        if (request.Served.Custom is null || request.Operation != AdmissionOperation.Create || request.Subresource.Length > 0)
            return new(resource);
        var entry = request.View.FindEntry<CustomResourceDefinition>("", request.Served.StoreName) ?? throw ApiErrors.NothingServed();
        if (ClusterView.Typed<CustomResourceDefinition>(entry).Metadata.DeletionTimestamp is not null)
            throw ApiErrors.Failure(405, "MethodNotAllowed", "create not allowed while custom resource definition is terminating", Model.Meta.StatusDetails.Empty);
        request.Require(new KeyAtRevision(entry.Key, entry.Revision));
        return new(resource);
    }
}
