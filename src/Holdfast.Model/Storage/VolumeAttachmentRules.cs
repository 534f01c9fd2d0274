using Holdfast.Model.Rules;

namespace Holdfast.Model.Storage;

/// <summary>The rules of VolumeAttachments: what is attached where never changes.</summary>
internal sealed class VolumeAttachmentRules : ResourceRules<VolumeAttachment>
{
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
}
