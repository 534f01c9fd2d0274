using System.Text;
using Holdfast.Model.Rules;

namespace Holdfast.Model.Core;

/// <summary>
/// The rules of events in the core group: a namespaced object's event lives where the object lives, and an event that says
/// when it happened to the microsecond also says who reports what.
/// </summary>
internal sealed class EventRules : ResourceRules<Event>
{
    private const int MaxShortBytes = 128;
    private const int MaxNoteBytes = 1024;

    public override bool AllowsCreateOnUpdate => true;

    protected override void Check(Event resource, FieldErrors errors) => CheckAny(resource, errors);

    protected override void CheckUpdate(Event updated, Event old, FieldErrors errors) => CheckAny(updated, errors);

    /// <summary>What holds for events of either group.</summary>
    /// <param name="resource">The event.</param>
    /// <param name="errors">Takes what is wrong.</param>
    internal static void CheckAny(Event resource, FieldErrors errors)
    {
        var (own, involved) = (resource.Metadata.Namespace, resource.InvolvedObject.Namespace);
        var isAtHome = (resource.EventTime, involved) switch
        {
            (null, "") => own == "default",
            (null, _) => own == involved,
            (_, "") => own is "default" or "kube-system",
            _ => true,
        };
        if (!isAtHome)
        {
            errors.Add(FieldError.Invalid(FieldPath.Root("involvedObject").Child("namespace"), involved, "does not match event.namespace"));
        }
        if (resource.EventTime is not null)
        {
            CheckReport(resource, errors);
        }
    }

    private static void CheckReport(Event resource, FieldErrors errors)
    {
        var path = FieldPath.Root("reportingController");
        if (resource.ReportingComponent.Length == 0)
        {
            errors.Add(FieldError.Required(path));
        }
        errors.RequireFormat(path, resource.ReportingComponent, TextFormats.QualifiedName);
        RequireShort("reportingInstance", resource.ReportingInstance, errors);
        RequireShort("action", resource.Action, errors);
        RequireShort("reason", resource.Reason, errors);
        RequireAtMost("message", resource.Message, MaxNoteBytes, errors);
    }

    private static void RequireShort(string field, string value, FieldErrors errors)
    {
        if (value.Length == 0)
        {
            errors.Add(FieldError.Required(FieldPath.Root(field)));
        }
        RequireAtMost(field, value, MaxShortBytes, errors);
    }

    private static void RequireAtMost(string field, string value, int bytes, FieldErrors errors)
    {
        if (Encoding.UTF8.GetByteCount(value) > bytes)
        {
            errors.Add(FieldError.Invalid(FieldPath.Root(field), "", $"can have at most {bytes} characters"));
        }
    }
}
