using Holdfast.Model.Core;
using Holdfast.Model.Resources;
using Holdfast.Model.Storage;

namespace Holdfast.ApiServer.Admission;

/// <summary>A claim that names no storage class gets the default one; of several the newest, then the first by name.</summary>
internal sealed class DefaultStorageClass : IAdmissionPlugin
{
    private const string Annotation = "storageclass.kubernetes.io/is-default-class";
    private const string BetaAnnotation = "storageclass.beta.kubernetes.io/is-default-class";
    private const string ClaimAnnotation = "volume.beta.kubernetes.io/storage-class";

    /// <inheritdoc/>
    public string Name => "DefaultStorageClass";

    /// <inheritdoc/>
    public ValueTask<IResource> MutateAsync(AdmissionRequest request, IResource resource, CancellationToken cancellationToken)
    {
        if (!request.Creates("persistentvolumeclaims") || resource is not PersistentVolumeClaim { Spec.StorageClassName: null } claim
            || claim.Metadata.Annotations.ContainsKey(ClaimAnnotation))
            return new(resource);
        var standard = request.View.List<StorageClass>(null).Where(IsDefault)
            .OrderByDescending(each => each.Metadata.CreationTimestamp).ThenBy(each => each.Metadata.Name, StringComparer.Ordinal)
            .FirstOrDefault();
        return new(standard is null ? claim : claim with { Spec = claim.Spec with { StorageClassName = standard.Metadata.Name } });
    }

    private static bool IsDefault(StorageClass found) =>
        found.Metadata.Annotations.GetValueOrDefault(Annotation) == "true"
        || found.Metadata.Annotations.GetValueOrDefault(BetaAnnotation) == "true";
}
