using System.Text;
using Holdfast.Model.Rules;

namespace Holdfast.Model.Storage;

/// <summary>The rules of VolumeAttachments: what is attached where never changes.</summary>
internal sealed class VolumeAttachmentRules : ResourceRules<VolumeAttachment>
{
    private const int MaxMetadataBytes = 256 * 1024;
    private const int MaxMessageBytes = 1024;

    public override bool HasStatus => true;

    public override bool HasGeneration => false;

    public override bool AllowsUnconditionalUpdate => false;

    public override VolumeAttachment PrepareForCreate(VolumeAttachment attachment) => attachment with { Status = VolumeAttachmentStatus.Empty };

    public override VolumeAttachment PrepareForUpdate(VolumeAttachment updated, VolumeAttachment old) => updated with { Status = old.Status };

    public override VolumeAttachment PrepareForStatusUpdate(VolumeAttachment updated, VolumeAttachment old) => updated with
    {
        Spec = old.Spec,
        Metadata = updated.Metadata with
        {
            Labels = old.Metadata.Labels,
            Annotations = old.Metadata.Annotations,
            Finalizers = old.Metadata.Finalizers,
            OwnerReferences = old.Metadata.OwnerReferences,
        },
    };

    protected override void CheckStatusUpdate(VolumeAttachment updated, VolumeAttachment old, FieldErrors errors) => CheckStatus(updated.Status, errors);

    protected override void Check(VolumeAttachment attachment, FieldErrors errors)
    {
        var spec = attachment.Spec;
        if (errors.Require(SpecPath, "attacher", spec.Attacher))
        {
            errors.RequireFormat(SpecPath, "attacher", spec.Attacher.ToLowerInvariant(), TextFormats.Dns1123Subdomain);
        }
        var source = SpecPath.Child("source");
        if (spec.Source is { InlineVolumeSpec: null, PersistentVolumeName: null })
        {
            errors.Add(FieldError.Required(source, "must specify exactly one of inlineVolumeSpec and persistentVolumeName"));
        }
        else if (spec.Source is { InlineVolumeSpec: not null, PersistentVolumeName: not null })
        {
            errors.Add(FieldError.Forbidden(source, "must specify exactly one of inlineVolumeSpec and persistentVolumeName"));
        }
        else if (spec.Source.PersistentVolumeName is { } volume)
        {
            errors.RequireFormat(source, "persistentVolumeName", volume, TextFormats.Dns1123Subdomain);
        }
        errors.RequireFormat(SpecPath, "nodeName", spec.NodeName, TextFormats.Dns1123Subdomain);
    }

    protected override void CheckUpdate(VolumeAttachment updated, VolumeAttachment old, FieldErrors errors)
    {
        Check(updated, errors);
        errors.RequireUnchanged(SpecPath, updated.Spec, old.Spec, ShownValue.Record);
    }

    private static void CheckStatus(VolumeAttachmentStatus status, FieldErrors errors)
    {
        if (status.AttachmentMetadata.Sum(entry => (long)Bytes(entry.Key) + Bytes(entry.Value)) > MaxMetadataBytes)
        {
            errors.Add(FieldError.TooLong(StatusPath.Child("attachmentMetadata"), MaxMetadataBytes));
        }
        CheckProblem(status.AttachError, StatusPath.Child("attachError"), errors);
        CheckProblem(status.DetachError, StatusPath.Child("detachError"), errors);
    }

    private static void CheckProblem(VolumeError? problem, FieldPath path, FieldErrors errors)
    {
        if (problem is not null && Bytes(problem.Message) > MaxMessageBytes)
        {
            errors.Add(FieldError.TooLong(path.Child("message"), MaxMessageBytes));
        }
    }

    private static int Bytes(string text) => Encoding.UTF8.GetByteCount(text);
}
