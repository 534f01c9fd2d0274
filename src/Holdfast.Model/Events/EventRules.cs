using Holdfast.Model.Rules;

namespace Holdfast.Model.Events;

/// <summary>The rules of events in their own group, which say more about who reports what than the core group's do.</summary>
internal sealed class EventRules : ResourceRules<Event>
{
    private const int MaxShortBytes = 128;
    private const int MaxNoteBytes = 1024;

    public override bool AllowsCreateOnUpdate => true;

    protected override void Check(Event resource, FieldErrors errors)
    {
        var (own, regarding) = (resource.Metadata.Namespace, resource.Regarding.Namespace);
        var expected = regarding.Length == 0 ? "default" : regarding;
        if (own != expected && !(regarding.Length == 0 && own == "kube-system"))
        {
            errors.Add(FieldError.Invalid(FieldPath.Root("involvedObject").Child("namespace"), regarding, "does not match event.namespace"));
        }
        if (resource.EventTime is null)
        {
            if (resource.DeprecatedFirstTimestamp is null)
            {
                errors.Add(FieldError.Required(FieldPath.Root("eventTime")));
            }
            return;
        }
        CheckReporter(resource, errors);
        CheckWords(resource, errors);
    }

    protected override void CheckUpdate(Event updated, Event old, FieldErrors errors)
    {
        Check(updated, errors);
        errors.RequireUnchanged(FieldPath.Root("reason"), updated.Reason, old.Reason);
        errors.RequireUnchanged(FieldPath.Root("action"), updated.Action, old.Action);
        errors.RequireUnchanged(FieldPath.Root("type"), updated.Type, old.Type);
        errors.RequireUnchanged(FieldPath.Root("reportingController"), updated.ReportingController, old.ReportingController);
        errors.RequireUnchanged(FieldPath.Root("reportingInstance"), updated.ReportingInstance, old.ReportingInstance);
        errors.RequireUnchanged(FieldPath.Root("eventTime"), updated.EventTime, old.EventTime, ShownValue.Time);
    }

    private static void CheckReporter(Event resource, FieldErrors errors)
    {
        var path = FieldPath.Root("reportingController");
        if (resource.ReportingController.Length == 0)
        {
            errors.Add(FieldError.Required(path));
        }
        errors.RequireFormat(path, resource.ReportingController, TextFormats.QualifiedName);
        RequireShort("reportingInstance", resource.ReportingInstance, errors);
    }

    private static void CheckWords(Event resource, FieldErrors errors)
    {
        RequireShort("action", resource.Action, errors);
        RequireShort("reason", resource.Reason, errors);
        if (resource.Note.Length > MaxNoteBytes)
        {
            errors.Add(FieldError.Invalid(FieldPath.Root("message"), "", $"can have at most {MaxNoteBytes} characters"));
        }
        if (resource.Type is not ("Normal" or "Warning"))
        {
            errors.Add(FieldError.Invalid(FieldPath.Root("type"), "", "has invalid value: " + resource.Type));
        }
    }

    private static void RequireShort(string field, string value, FieldErrors errors)
    {
        if (value.Length == 0)
        {
            errors.Add(FieldError.Required(FieldPath.Root(field)));
        }
        if (value.Length > MaxShortBytes)
        {
            errors.Add(FieldError.Invalid(FieldPath.Root(field), "", $"can have at most {MaxShortBytes} characters"));
        }
    }
}
