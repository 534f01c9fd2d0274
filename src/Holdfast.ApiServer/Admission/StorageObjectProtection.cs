using Holdfast.Model.Resources;

namespace Holdfast.ApiServer.Admission;

/// <summary>Claims and volumes begin with the finalizer that keeps them while they are in use; controllers take it away.</summary>
internal sealed class StorageObjectProtection : IAdmissionPlugin
{
    /// <inheritdoc/>
    public string Name => "StorageObjectInUseProtection";

    /// <inheritdoc/>
    public ValueTask<IResource> MutateAsync(AdmissionRequest request, IResource resource, CancellationToken cancellationToken)
    {
        var finalizer = request.Creates("persistentvolumeclaims") ? "kubernetes.io/pvc-protection"
            : request.Creates("persistentvolumes") ? "kubernetes.io/pv-protection" : "";
        var metadata = resource.Metadata;
        return new(finalizer.Length == 0 || metadata.Finalizers.Contains(finalizer)
            ? resource
            : resource.WithMetadata(metadata with { Finalizers = metadata.Finalizers.Add(finalizer) }));
    }
}
