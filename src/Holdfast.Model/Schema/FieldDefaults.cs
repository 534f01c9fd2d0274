using System.Collections.Frozen;

namespace Holdfast.Model.Schema;

/// <summary>
/// The defaults that schemas tell. As in Kubernetes a field that is always written has the zero of its type; a few fields
/// have another default, or none. A custom resource's are those of its definition.
/// </summary>
public static class FieldDefaults
{
    private const string Core = "io.k8s.api.core.v1.";
    private const string EmptyText = "\"\"";

    // The default as JSON; empty for none.
    private static readonly FrozenDictionary<string, string> Special = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["io.k8s.api.autoscaling.v1.ScaleSpec.replicas"] = "0",
        [Core + "AzureDiskVolumeSource.cachingMode"] = "\"ReadWrite\"",
        [Core + "AzureDiskVolumeSource.fsType"] = "\"ext4\"",
        [Core + "AzureDiskVolumeSource.kind"] = "\"Shared\"",
        [Core + "AzureDiskVolumeSource.readOnly"] = "false",
        [Core + "ConfigMapEnvSource.name"] = EmptyText,
        [Core + "ConfigMapKeySelector.name"] = EmptyText,
        [Core + "ConfigMapProjection.name"] = EmptyText,
        [Core + "ConfigMapVolumeSource.name"] = EmptyText,
        [Core + "ContainerPort.protocol"] = "\"TCP\"",
        [Core + "ContainerRestartRule.action"] = "",
        [Core + "ContainerRestartRuleOnExitCodes.operator"] = "",
        [Core + "FileKeySelector.optional"] = "false",
        [Core + "GRPCAction.service"] = EmptyText,
        [Core + "ISCSIPersistentVolumeSource.iscsiInterface"] = "\"default\"",
        [Core + "ISCSIVolumeSource.iscsiInterface"] = "\"default\"",
        [Core + "ImageVolumeStatus.imageRef"] = "",
        [Core + "LocalObjectReference.name"] = EmptyText,
        [Core + "PodCertificateProjection.keyType"] = "",
        [Core + "PodCertificateProjection.signerName"] = "",
        [Core + "RBDPersistentVolumeSource.keyring"] = "\"/etc/ceph/keyring\"",
        [Core + "RBDPersistentVolumeSource.pool"] = "\"rbd\"",
        [Core + "RBDPersistentVolumeSource.user"] = "\"admin\"",
        [Core + "RBDVolumeSource.keyring"] = "\"/etc/ceph/keyring\"",
        [Core + "RBDVolumeSource.pool"] = "\"rbd\"",
        [Core + "RBDVolumeSource.user"] = "\"admin\"",
        [Core + "ReplicationControllerSpec.minReadySeconds"] = "0",
        [Core + "ReplicationControllerSpec.replicas"] = "1",
        [Core + "ScaleIOPersistentVolumeSource.fsType"] = "\"xfs\"",
        [Core + "ScaleIOPersistentVolumeSource.storageMode"] = "\"ThinProvisioned\"",
        [Core + "ScaleIOVolumeSource.fsType"] = "\"xfs\"",
        [Core + "ScaleIOVolumeSource.storageMode"] = "\"ThinProvisioned\"",
        [Core + "SecretEnvSource.name"] = EmptyText,
        [Core + "SecretKeySelector.name"] = EmptyText,
        [Core + "SecretProjection.name"] = EmptyText,
        [Core + "ServicePort.protocol"] = "\"TCP\"",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>What stands for a missing field, as JSON; null when nothing does.</summary>
    /// <param name="owner">The type that has the field.</param>
    /// <param name="field">The field.</param>
    public static string? Of(TypeSchema owner, FieldSchema field)
    {
        ArgumentNullException.ThrowIfNull(owner);
        ArgumentNullException.ThrowIfNull(field);
        var value = field.Default ?? (Special.TryGetValue($"{owner.Name}.{field.JsonName}", out var special) ? special : Zero(field));
        return value.Length == 0 ? null : value;
    }

    private static string Zero(FieldSchema field) => !field.IsAlwaysWritten ? "" : field.Shape.Kind switch
    {
        ShapeKind.String => EmptyText,
        ShapeKind.Int32 or ShapeKind.Int64 or ShapeKind.Double => "0",
        ShapeKind.Boolean => "false",
        ShapeKind.Object => "{}",
        _ => "",
    };
}
