namespace Holdfast.Model.Core;

/// <summary>Which kinds of source a volume names; there should be one.</summary>
internal static class VolumeSources
{
    /// <summary>How many sources a pod's volume names.</summary>
    public static int Count(Volume volume) => CountSet(
        volume.AwsElasticBlockStore, volume.AzureDisk, volume.AzureFile, volume.Cephfs, volume.Cinder, volume.ConfigMap, volume.Csi,
        volume.DownwardAPI, volume.EmptyDir, volume.Ephemeral, volume.Fc, volume.FlexVolume, volume.Flocker, volume.GcePersistentDisk,
        volume.GitRepo, volume.Glusterfs, volume.HostPath, volume.Image, volume.Iscsi, volume.Nfs, volume.PersistentVolumeClaim,
        volume.PhotonPersistentDisk, volume.PortworxVolume, volume.Projected, volume.Quobyte, volume.Rbd, volume.ScaleIO, volume.Secret,
        volume.Storageos, volume.VsphereVolume);

    private static int CountSet(params ReadOnlySpan<object?> sources)
    {
        var count = 0;
        foreach (var source in sources)
        {
            count += source is null ? 0 : 1;
        }
        return count;
    }
}
