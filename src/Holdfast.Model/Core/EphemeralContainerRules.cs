using Holdfast.Model.Rules;

namespace Holdfast.Model.Core;

/// <summary>The rules of Pods as their sub-resource <c>ephemeralcontainers</c> changes them: containers are added, and nothing else happens to the pod.</summary>
internal sealed class EphemeralContainerRules : ResourceRules<Pod>
{
    private const string MirrorAnnotation = "kubernetes.io/config.mirror";

    public override bool HasStatus => true;

    public override Pod Default(Pod pod) => PodDefaults.Apply(pod);

    public override Pod PrepareForUpdate(Pod updated, Pod old) => old with
    {
        Metadata = old.Metadata with { ResourceVersion = updated.Metadata.ResourceVersion, ManagedFields = updated.Metadata.ManagedFields },
        Spec = old.Spec with { EphemeralContainers = updated.Spec.EphemeralContainers },
    };

    public override bool RaisesGeneration(Pod updated, Pod old) => updated.Spec != old.Spec;

    protected override void CheckUpdate(Pod updated, Pod old, FieldErrors errors)
    {
        if (old.Metadata.Annotations.ContainsKey(MirrorAnnotation))
        {
            errors.Add(FieldError.Forbidden(FieldPath.Root(""), "static pods do not support ephemeral containers"));
            return;
        }
        PodSpecValidation.Check(updated.Spec, SpecPath, errors, new(IsPod: true, []));
        var path = SpecPath.Child("ephemeralContainers");
        foreach (var container in old.Spec.EphemeralContainers)
        {
            var now = updated.Spec.EphemeralContainers.FirstOrDefault(other => other.Name == container.Name);
            if (now is null)
            {
                errors.Add(FieldError.Forbidden(path, $"existing ephemeral containers {QuotedText.Quote(container.Name)} may not be removed\n"));
            }
            else if (now != container)
            {
                errors.Add(FieldError.Forbidden(path, $"existing ephemeral containers {QuotedText.Quote(container.Name)} may not be changed\n"));
            }
        }
    }
}
