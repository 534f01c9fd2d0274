using Holdfast.Model.Rules;

namespace Holdfast.Model.Apps;

/// <summary>The rules of ControllerRevisions: what a revision holds never changes.</summary>
internal sealed class ControllerRevisionRules : ResourceRules<ControllerRevision>
{
    private static readonly FieldPath Data = FieldPath.Root("data");

    protected override void Check(ControllerRevision revision, FieldErrors errors)
    {
        if (revision.Data is null)
        {
            errors.Add(FieldError.Required(Data, "data is mandatory"));
        }
        errors.RequireNotNegative(FieldPath.Root("revision"), revision.Revision);
    }

    protected override void CheckUpdate(ControllerRevision updated, ControllerRevision old, FieldErrors errors)
    {
        Check(updated, errors);
        errors.RequireUnchanged(Data, updated.Data, old.Data, data => data?.ToString() ?? "null");
    }
}
