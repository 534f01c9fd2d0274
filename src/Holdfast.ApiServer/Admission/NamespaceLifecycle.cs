using Holdfast.ApiServer.Errors;
using Holdfast.Model.Core;
using Holdfast.Model.Meta;
using Holdfast.Model.Resources;
using Holdfast.Store;

namespace Holdfast.ApiServer.Admission;

/// <summary>
/// Nothing is made in a namespace that is not there or is ending, and the namespaces that the cluster needs are not
/// deleted. The creation depends on the namespace's revision, so none slips in while it ends.
/// </summary>
internal sealed class NamespaceLifecycle : IAdmissionPlugin
{
    /// <inheritdoc/>
    public string Name => "NamespaceLifecycle";

    /// <inheritdoc/>
    public ValueTask<IResource> MutateAsync(AdmissionRequest request, IResource resource, CancellationToken cancellationToken)
    {
        if (request.Operation != AdmissionOperation.Create || !request.Served.Type.IsNamespaced || request.Subresource.Length > 0)
            return new(resource);
        var name = request.Key.Namespace;
        var entry = request.View.FindEntry<Namespace>("", name) ?? throw ApiErrors.NotFound(Namespace.ResourceType, name);
        var space = Registry.ClusterView.Typed<Namespace>(entry);
        if (space.Status.Phase == "Terminating" || space.Metadata.DeletionTimestamp is not null)
        {
            throw ApiErrors.Forbidden(request.Served.Type, resource.Metadata.Name,
                $"unable to create new content in namespace {name} because it is being terminated",
                [
                    StatusCause.Empty with
                    {
                        Reason = "NamespaceTerminating",
                        Message = $"namespace {name} is being terminated",
                        Field = "metadata.namespace",
                    },
                ]);
        }
        request.Require(new KeyAtRevision(entry.Key, entry.Revision));
        return new(resource);
    }

    /// <inheritdoc/>
    public ValueTask ValidateAsync(AdmissionRequest request, IResource resource, CancellationToken cancellationToken)
    {
        var isKept = request.Operation == AdmissionOperation.Delete && request.Served.StoreName == "namespaces"
            && request.Key.Name is "default" or "kube-system" or "kube-public";
        return isKept
            ? throw ApiErrors.Forbidden(request.Served.Type, request.Key.Name, "this namespace may not be deleted")
            : default;
    }
}
