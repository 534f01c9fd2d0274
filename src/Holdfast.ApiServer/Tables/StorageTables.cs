using System.Collections.Immutable;
using Holdfast.Model.Core;
using Holdfast.Model.Storage;

namespace Holdfast.ApiServer.Tables;

/// <summary>The columns of claims, volumes and what is around them.</summary>
internal static class StorageTables
{
    private const string ClassAnnotation = "volume.beta.kubernetes.io/storage-class";

    /// <summary>The tables.</summary>
    public static ImmutableArray<KindTable> All { get; } =
    [
        KindTable.Of<PersistentVolumeClaim>(
            [
                TableColumn.ObjectName,
                TableColumn.Text("Status", "Whether the claim has its volume."),
                TableColumn.Text("Volume", "The volume."),
                TableColumn.Text("Capacity", "How much the volume holds."),
                TableColumn.Text("Access Modes", "Who may use the volume at the same time."),
                TableColumn.Text("StorageClass", "The class of the claim's storage."),
                TableColumn.Text("VolumeAttributesClass", "The class of the claim's changeable attributes."),
                TableColumn.Age,
                TableColumn.Wide("VolumeMode", "Whether the volume is a file system or a block device."),
            ],
            WriteClaim),
        KindTable.Of<PersistentVolume>(
            [
                TableColumn.ObjectName,
                TableColumn.Text("Capacity", "How much the volume holds."),
                TableColumn.Text("Access Modes", "Who may use the volume at the same time."),
                TableColumn.Text("Reclaim Policy", "What becomes of the volume once its claim is gone."),
                TableColumn.Text("Status", "Whether the volume has a claim."),
                TableColumn.Text("Claim", "The claim."),
                TableColumn.Text("StorageClass", "The class of the volume's storage."),
                TableColumn.Text("VolumeAttributesClass", "The class of the volume's changeable attributes."),
                TableColumn.Text("Reason", "Why the volume is in its state."),
                TableColumn.Age,
                TableColumn.Wide("VolumeMode", "Whether the volume is a file system or a block device."),
            ],
            WriteVolume),
        KindTable.Of<StorageClass>(
            [
                TableColumn.ObjectName,
                TableColumn.Text("Provisioner", "What makes the volumes."),
                TableColumn.Text("ReclaimPolicy", "What becomes of a volume once its claim is gone."),
                TableColumn.Text("VolumeBindingMode", "When a claim gets its volume."),
                TableColumn.Text("AllowVolumeExpansion", "Whether volumes can grow."),
                TableColumn.Age,
            ],
            (row, storage) => row.Text(IsDefault(storage) ? storage.Metadata.Name + " (default)" : storage.Metadata.Name)
                .Text(storage.Provisioner).Text(storage.ReclaimPolicy ?? "Delete").Text(storage.VolumeBindingMode ?? "Immediate")
                .Flag(storage.AllowVolumeExpansion ?? false).Age(storage)),
        KindTable.Of<VolumeAttachment>(
            [
                TableColumn.ObjectName,
                TableColumn.Text("Attacher", "What attaches the volume.") with { Format = "name" },
                TableColumn.Text("PV", "The volume."),
                TableColumn.Text("Node", "The node to which the volume is attached."),
                TableColumn.Flag("Attached", "Whether the volume is attached."),
                TableColumn.Age,
            ],
            (row, attachment) => row.Name(attachment).Text(attachment.Spec.Attacher)
                .Text(attachment.Spec.Source.PersistentVolumeName ?? "").Text(attachment.Spec.NodeName)
                .Flag(attachment.Status.Attached).Age(attachment)),
    ];

    private static void WriteClaim(RowWriter row, PersistentVolumeClaim claim)
    {
        var hasVolume = claim.Spec.VolumeName.Length > 0;
        row.Name(claim)
            .Text(claim.Metadata.DeletionTimestamp is null ? claim.Status.Phase : "Terminating")
            .Text(claim.Spec.VolumeName)
            .Text(hasVolume ? claim.Status.Capacity.GetValueOrDefault("storage").ToString() : "")
            .Text(hasVolume ? CellText.AccessModes(claim.Status.AccessModes) : "")
            .Text(claim.Metadata.Annotations.GetValueOrDefault(ClassAnnotation) ?? claim.Spec.StorageClassName ?? "")
            .Text(claim.Spec.VolumeAttributesClassName ?? RowWriter.Unset)
            .Age(claim)
            .Text(claim.Spec.VolumeMode ?? RowWriter.Unset);
    }

    private static void WriteVolume(RowWriter row, PersistentVolume volume)
    {
        var spec = volume.Spec;
        row.Name(volume)
            .Text(spec.Capacity.GetValueOrDefault("storage").ToString())
            .Text(CellText.AccessModes(spec.AccessModes))
            .Text(spec.PersistentVolumeReclaimPolicy)
            .Text(volume.Metadata.DeletionTimestamp is null ? volume.Status.Phase : "Terminating")
            .Text(spec.ClaimRef is { } claim ? $"{claim.Namespace}/{claim.Name}" : "")
            .Text(volume.Metadata.Annotations.GetValueOrDefault(ClassAnnotation) ?? spec.StorageClassName)
            .Text(spec.VolumeAttributesClassName ?? RowWriter.Unset)
            .Text(volume.Status.Reason)
            .Age(volume)
            .Text(spec.VolumeMode ?? RowWriter.Unset);
    }

    private static bool IsDefault(StorageClass storage) =>
        storage.Metadata.Annotations.GetValueOrDefault("storageclass.kubernetes.io/is-default-class") == "true"
        || storage.Metadata.Annotations.GetValueOrDefault("storageclass.beta.kubernetes.io/is-default-class") == "true";
}
