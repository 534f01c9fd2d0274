using Holdfast.ApiServer.Errors;
using Holdfast.Model.Core;
using Holdfast.Model.Resources;
using Holdfast.Model.Values;
using Holdfast.Platform;

namespace Holdfast.ApiServer.Admission;

/// <summary>Every pod runs as a service account that is there, and finds that account's token where Kubernetes puts it.</summary>
internal sealed class ServiceAccountAdmission(IChance chance) : IAdmissionPlugin
{
    private const string MirrorAnnotation = "kubernetes.io/config.mirror";
    private const string MountPath = "/var/run/secrets/kubernetes.io/serviceaccount";
    private const string VolumePrefix = "kube-api-access-";
    private const long TokenSeconds = 3607;
    private const int ReadableByAll = 0b110_100_100;

    /// <inheritdoc/>
    public string Name => "ServiceAccount";

    /// <inheritdoc/>
    public ValueTask<IResource> MutateAsync(AdmissionRequest request, IResource resource, CancellationToken cancellationToken)
    {
        if (!request.Creates("pods") || resource.Metadata.Annotations.ContainsKey(MirrorAnnotation))
            return new(resource);
        var pod = (Pod)resource;
        var name = pod.Spec.ServiceAccountName.Length > 0 ? pod.Spec.ServiceAccountName : "default";
        var account = request.View.Find<ServiceAccount>(request.Key.Namespace, name)
            ?? throw ApiErrors.Forbidden(Pod.ResourceType, pod.Metadata.Name,
                $"error looking up service account {request.Key.Namespace}/{name}: serviceaccount \"{name}\" not found");
        pod = pod with { Spec = pod.Spec with { ServiceAccountName = name, ServiceAccount = name } };
        if (pod.Spec.ImagePullSecrets.IsEmpty)
            pod = pod with { Spec = pod.Spec with { ImagePullSecrets = account.ImagePullSecrets } };
        return new((pod.Spec.AutomountServiceAccountToken ?? account.AutomountServiceAccountToken ?? true) ? WithToken(pod) : pod);
    }

    private Pod WithToken(Pod pod)
    {
        var spec = pod.Spec;
        var existing = spec.Volumes.FirstOrDefault(volume => volume.Name.StartsWith(VolumePrefix, StringComparison.Ordinal));
        var volumeName = existing?.Name ?? VolumePrefix + chance.Suffix(5);
        var mount = VolumeMount.Empty with { Name = volumeName, ReadOnly = true, MountPath = MountPath };
        var containers = spec.Containers.Select(container => Mounted(container, mount)).ToValueList();
        var initContainers = spec.InitContainers.Select(container => Mounted(container, mount)).ToValueList();
        var isMounted = containers.Concat(initContainers).Any(container => container.VolumeMounts.Any(each => each.Name == volumeName));
        return pod with
        {
            Spec = spec with
            {
                Containers = containers,
                InitContainers = initContainers,
                Volumes = existing is null && isMounted ? spec.Volumes.Add(TokenVolume(volumeName)) : spec.Volumes,
            },
        };
    }

    private static Container Mounted(Container container, VolumeMount mount) =>
        container.VolumeMounts.Any(existing => existing.MountPath == MountPath)
            ? container
            : container with { VolumeMounts = container.VolumeMounts.Add(mount) };

    private static Volume TokenVolume(string name) => Volume.Empty with
    {
        Name = name,
        Projected = ProjectedVolumeSource.Empty with
        {
            DefaultMode = ReadableByAll,
            Sources =
            [
                VolumeProjection.Empty with
                {
                    ServiceAccountToken = ServiceAccountTokenProjection.Empty with { ExpirationSeconds = TokenSeconds, Path = "token" },
                },
                VolumeProjection.Empty with
                {
                    ConfigMap = ConfigMapProjection.Empty with
                    {
                        Name = "kube-root-ca.crt",
                        Items = [KeyToPath.Empty with { Key = "ca.crt", Path = "ca.crt" }],
                    },
                },
                VolumeProjection.Empty with
                {
                    DownwardAPI = DownwardAPIProjection.Empty with
                    {
                        Items =
                        [
                            DownwardAPIVolumeFile.Empty with
                            {
                                Path = "namespace",
                                FieldRef = ObjectFieldSelector.Empty with { ApiVersion = "v1", FieldPath = "metadata.namespace" },
                            },
                        ],
                    },
                },
            ],
        },
    };
}
