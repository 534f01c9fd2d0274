using Holdfast.Client;
using Holdfast.Controllers.Volumes;
using Holdfast.Model.Meta;
using Holdfast.Model.Resources;
using Holdfast.Model.Storage;
using Holdfast.Model.Values;

namespace Holdfast.Host;

/// <summary>The objects that come with a cluster. They are made when they are missing and never changed: they are the user's from then on.</summary>
internal static class ClusterDefaults
{
    private const string DefaultClass = "storageclass.kubernetes.io/is-default-class";

    internal static async Task EnsureAsync(KubernetesClient client, CancellationToken cancellationToken)
    {
        await EnsureAsync(client, Class("standard", "Delete", isDefault: true), cancellationToken);
        await EnsureAsync(client, Class("prod-standard-retain", "Retain", isDefault: false), cancellationToken);
    }

    private static StorageClass Class(string name, string reclaimPolicy, bool isDefault) => new()
    {
        Metadata = new ObjectMeta { Name = name, Annotations = isDefault ? ValueMap.Of((DefaultClass, "true")) : default },
        Provisioner = VolumeNames.DirectoryProvisioner,
        ReclaimPolicy = reclaimPolicy,
        VolumeBindingMode = "WaitForFirstConsumer",
        AllowVolumeExpansion = true,
    };

    private static async Task EnsureAsync<T>(KubernetesClient client, T resource, CancellationToken cancellationToken) where T : class, IResource<T>
    {
        // Looked for first: nobody else is there yet, and the first exception of a process costs more than the rest of this.
        if (await client.FindAsync<T>(resource.Metadata.Namespace, resource.Metadata.Name, cancellationToken) is null)
        {
            await client.CreateAsync(resource, cancellationToken);
        }
    }
}
