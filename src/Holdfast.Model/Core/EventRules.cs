using Holdfast.Model.Rules;

namespace Holdfast.Model.Core;

/// <summary>The rules of events in the core group: a namespaced object's event lives where the object lives.</summary>
internal sealed class EventRules : ResourceRules<Event>
{
    public override bool AllowsCreateOnUpdate => true;

    protected override void Check(Event resource, FieldErrors errors)
    {
        var (own, involved) = (resource.Metadata.Namespace, resource.InvolvedObject.Namespace);
        var expected = involved.Length == 0 ? "default" : involved;
        if (own != expected && !(involved.Length == 0 && own == "kube-system"))
        {
            errors.Add(FieldError.Invalid(FieldPath.Root("involvedObject").Child("namespace"), involved, "does not match event.namespace"));
        }
    }

    protected override void CheckUpdate(Event updated, Event old, FieldErrors errors) => Check(updated, errors);
}
