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

    /// <summary>How many sources a persistent volume names.</summary>
    public static int Count(PersistentVolumeSpec spec) => CountSet(
        spec.AwsElasticBlockStore, spec.AzureDisk, spec.AzureFile, spec.Cephfs, spec.Cinder, spec.Csi, spec.Fc, spec.FlexVolume,
        spec.Flocker, spec.GcePersistentDisk, spec.Glusterfs, spec.HostPath, spec.Iscsi, spec.Local, spec.Nfs, spec.PhotonPersistentDisk,
        spec.PortworxVolume, spec.Quobyte, spec.Rbd, spec.ScaleIO, spec.Storageos, spec.VsphereVolume);

    /// <summary>The field of the second source that a volume names, in the order in which Kubernetes looks at them.</summary>
    public static string NameOfSecond(Volume volume) => new (object? Source, string Field)[]
    {
        (volume.EmptyDir, "emptyDir"), (volume.HostPath, "hostPath"), (volume.GitRepo, "gitRepo"), (volume.GcePersistentDisk, "gcePersistentDisk"),
        (volume.AwsElasticBlockStore, "awsElasticBlockStore"), (volume.Secret, "secret"), (volume.Nfs, "nfs"), (volume.Iscsi, "iscsi"),
        (volume.Glusterfs, "glusterfs"), (volume.Flocker, "flocker"), (volume.PersistentVolumeClaim, "persistentVolumeClaim"), (volume.Rbd, "rbd"),
        (volume.Cinder, "cinder"), (volume.Cephfs, "cephFS"), (volume.Quobyte, "quobyte"), (volume.DownwardAPI, "downwarAPI"), (volume.Fc, "fc"),
        (volume.FlexVolume, "flexVolume"), (volume.ConfigMap, "configMap"), (volume.AzureFile, "azureFile"), (volume.VsphereVolume, "vsphereVolume"),
        (volume.PhotonPersistentDisk, "photonPersistentDisk"), (volume.PortworxVolume, "portworxVolume"), (volume.AzureDisk, "azureDisk"),
        (volume.Storageos, "storageos"), (volume.Projected, "projected"), (volume.ScaleIO, "scaleIO"), (volume.Csi, "csi"),
        (volume.Ephemeral, "ephemeral"), (volume.Image, "image"),
    }.Where(choice => choice.Source is not null).ElementAt(1).Field;

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
