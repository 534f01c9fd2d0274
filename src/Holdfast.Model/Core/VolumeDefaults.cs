using Holdfast.Model.Rules;

namespace Holdfast.Model.Core;

/// <summary>What a volume of a pod has when its author does not say.</summary>
internal static class VolumeDefaults
{
    private const int DefaultMode = 420; // 0644
    private const long TokenSeconds = 3600;

    public static Volume Apply(Volume volume)
    {
        if (VolumeSources.Count(volume) == 0)
        {
            return volume with { EmptyDir = EmptyDirVolumeSource.Empty };
        }
        if (volume.ConfigMap is { DefaultMode: null } configMap)
        {
            volume = volume with { ConfigMap = configMap with { DefaultMode = DefaultMode } };
        }
        if (volume.Secret is { DefaultMode: null } secret)
        {
            volume = volume with { Secret = secret with { DefaultMode = DefaultMode } };
        }
        if (volume.DownwardAPI is { } downward)
        {
            volume = volume with
            {
                DownwardAPI = downward with { DefaultMode = downward.DefaultMode ?? DefaultMode, Items = downward.Items.Rewrite(DownwardItem) },
            };
        }
        if (volume.Projected is { } projected)
        {
            volume = volume with
            {
                Projected = projected with { DefaultMode = projected.DefaultMode ?? DefaultMode, Sources = projected.Sources.Rewrite(Projection) },
            };
        }
        if (volume.HostPath is { Type: null } hostPath)
        {
            volume = volume with { HostPath = hostPath with { Type = "" } };
        }
        return Networked(volume);
    }

    public static PersistentVolumeClaimSpec Claim(PersistentVolumeClaimSpec spec) =>
        spec.VolumeMode is null ? spec with { VolumeMode = "Filesystem" } : spec;

    private static Volume Networked(Volume volume)
    {
        if (volume.Ephemeral is { VolumeClaimTemplate: { } template } ephemeral)
        {
            volume = volume with { Ephemeral = ephemeral with { VolumeClaimTemplate = template with { Spec = Claim(template.Spec) } } };
        }
        if (volume.Image is { PullPolicy: "" } image)
        {
            volume = volume with { Image = image with { PullPolicy = ImageReference.DefaultPullPolicy(image.Reference) } };
        }
        if (volume.Iscsi is { IscsiInterface: "" } iscsi)
        {
            volume = volume with { Iscsi = iscsi with { IscsiInterface = "default" } };
        }
        if (volume.Rbd is { } rbd)
        {
            volume = volume with
            {
                Rbd = rbd with { Pool = rbd.Pool.Or("rbd"), User = rbd.User.Or("admin"), Keyring = rbd.Keyring.Or("/etc/ceph/keyring") },
            };
        }
        if (volume.AzureDisk is { } disk)
        {
            volume = volume with
            {
                AzureDisk = disk with
                {
                    CachingMode = disk.CachingMode ?? "ReadWrite",
                    Kind = disk.Kind ?? "Shared",
                    FsType = disk.FsType ?? "ext4",
                    ReadOnly = disk.ReadOnly ?? false,
                },
            };
        }
        return volume.ScaleIO is { } scaleIo
            ? volume with { ScaleIO = scaleIo with { StorageMode = scaleIo.StorageMode.Or("ThinProvisioned"), FsType = scaleIo.FsType.Or("xfs") } }
            : volume;
    }

    private static DownwardAPIVolumeFile DownwardItem(DownwardAPIVolumeFile file) =>
        file.FieldRef is { ApiVersion: "" } field ? file with { FieldRef = field with { ApiVersion = "v1" } } : file;

    private static VolumeProjection Projection(VolumeProjection source)
    {
        if (source.ServiceAccountToken is { ExpirationSeconds: null } token)
        {
            source = source with { ServiceAccountToken = token with { ExpirationSeconds = TokenSeconds } };
        }
        return source.DownwardAPI is { } downward
            ? source with { DownwardAPI = downward with { Items = downward.Items.Rewrite(DownwardItem) } }
            : source;
    }
}
