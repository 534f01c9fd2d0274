using Holdfast.Model.Rules;

namespace Holdfast.Model.Core;

/// <summary>
/// The rules of Namespaces. Their finalizers belong to the <c>finalize</c> sub-resource: an ordinary write keeps them.
/// </summary>
internal sealed class NamespaceRules : ResourceRules<Namespace>
{
    private const string KubernetesFinalizer = "kubernetes";
    private const string NameLabel = "kubernetes.io/metadata.name";

    public override bool HasStatus => true;

    public override bool HasGeneration => false;

    protected override TextFormat NameFormat => TextFormats.Dns1123Label;

    public override Namespace Default(Namespace resource)
    {
        if (resource.Metadata.Name.Length > 0)
        {
            var meta = resource.Metadata;
            resource = resource with { Metadata = meta with { Labels = meta.Labels.SetItem(NameLabel, meta.Name) } };
        }
        return resource with { Status = resource.Status with { Phase = resource.Status.Phase.Or("Active") } };
    }

    public override Namespace PrepareForCreate(Namespace resource) => resource with
    {
        Spec = resource.Spec.Finalizers.Contains(KubernetesFinalizer)
            ? resource.Spec
            : resource.Spec with { Finalizers = resource.Spec.Finalizers.Add(KubernetesFinalizer) },
        Status = NamespaceStatus.Empty with { Phase = "Active" },
    };

    public override Namespace PrepareForUpdate(Namespace updated, Namespace old) => updated with { Spec = old.Spec, Status = old.Status };

    public override Namespace PrepareForStatusUpdate(Namespace updated, Namespace old) => updated with { Spec = old.Spec };

    protected override void Check(Namespace resource, FieldErrors errors)
    {
        for (var i = 0; i < resource.Spec.Finalizers.Count; i++)
        {
            CheckFinalizer(resource.Spec.Finalizers[i], errors);
        }
    }

    protected override void CheckUpdate(Namespace updated, Namespace old, FieldErrors errors)
    {
    }

    protected override void CheckStatusUpdate(Namespace updated, Namespace old, FieldErrors errors)
    {
        var isEnding = updated.Metadata.DeletionTimestamp is not null;
        if (isEnding ? updated.Status.Phase != "Terminating" : updated.Status.Phase != "Active")
        {
            errors.Add(FieldError.Invalid(
                StatusPath.Child("Phase"),
                updated.Status.Phase,
                isEnding ? "may only be 'Terminating' if `deletionTimestamp` is not empty" : "may only be 'Active' if `deletionTimestamp` is empty"));
        }
    }

    private static void CheckFinalizer(string finalizer, FieldErrors errors)
    {
        var path = SpecPath.Child("finalizers");
        errors.RequireFormat(path, finalizer, TextFormats.QualifiedName);
        if (!finalizer.Contains('/', StringComparison.Ordinal) && finalizer is not (KubernetesFinalizer or "orphan" or "foregroundDeletion"))
        {
            errors.Add(FieldError.Invalid(path, finalizer, "name is neither a standard finalizer name nor is it fully qualified"));
        }
    }
}
