namespace Holdfast.Controllers.Volumes;

/// <summary>Names that claims and volumes carry, as on Kubernetes.</summary>
public static class VolumeNames
{
    /// <summary>The provisioner that makes a volume a folder of the node's data.</summary>
    public const string DirectoryProvisioner = "holdfast.dev/directory";

    /// <summary>Keeps a claim while a pod uses it.</summary>
    public const string ClaimProtection = "kubernetes.io/pvc-protection";

    /// <summary>Keeps a volume while a claim is bound to it.</summary>
    public const string VolumeProtection = "kubernetes.io/pv-protection";

    /// <summary>On a claim: its binding is complete.</summary>
    public const string BindCompleted = "pv.kubernetes.io/bind-completed";

    /// <summary>On a claim or a volume: the binding was this controller's choice.</summary>
    public const string BoundByController = "pv.kubernetes.io/bound-by-controller";

    /// <summary>On a volume: which provisioner made it.</summary>
    public const string ProvisionedBy = "pv.kubernetes.io/provisioned-by";

    /// <summary>On a claim: which provisioner is to make its volume.</summary>
    public const string StorageProvisioner = "volume.kubernetes.io/storage-provisioner";

    /// <summary>The label with a node's name.</summary>
    public const string HostnameLabel = "kubernetes.io/hostname";
}
