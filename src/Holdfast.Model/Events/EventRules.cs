using Holdfast.Model.Rules;

namespace Holdfast.Model.Events;

/// <summary>
/// The rules of events in their own group: those of the core group's, and that a new event has the fields of today alone and
/// nothing but its series changes later. What is wrong is named as the core group names it.
/// </summary>
internal sealed class EventRules : ResourceRules<Event>
{
    private const string NotHere = "needs to be unset";

    public override bool AllowsCreateOnUpdate => true;

    protected override void Check(Event resource, FieldErrors errors)
    {
        Core.EventRules.CheckAny(EventConversion.ToCore(resource), errors);
        CheckSeries(resource, errors);
        if (resource.EventTime is null)
        {
            errors.Add(FieldError.Required(FieldPath.Root("eventTime")));
        }
        if (resource.Type is not ("Normal" or "Warning"))
        {
            errors.Add(FieldError.Invalid(FieldPath.Root("type"), "", "has invalid value: " + resource.Type));
        }
        RequireUnset("firstTimestamp", resource.DeprecatedFirstTimestamp is null, errors);
        RequireUnset("lastTimestamp", resource.DeprecatedLastTimestamp is null, errors);
        RequireUnset("count", resource.DeprecatedCount == 0, errors);
        RequireUnset("source", resource.DeprecatedSource is { Component: "", Host: "" }, errors);
    }

    protected override void CheckUpdate(Event updated, Event old, FieldErrors errors)
    {
        Core.EventRules.CheckAny(EventConversion.ToCore(updated), errors);
        if (updated.Series != old.Series)
        {
            CheckSeries(updated, errors);
        }
        errors.RequireUnchanged(FieldPath.Root("involvedObject"), updated.Regarding, old.Regarding, ShownValue.Record);
        errors.RequireUnchanged(FieldPath.Root("reason"), updated.Reason, old.Reason);
        errors.RequireUnchanged(FieldPath.Root("message"), updated.Note, old.Note);
        errors.RequireUnchanged(FieldPath.Root("source"), updated.DeprecatedSource, old.DeprecatedSource, ShownValue.Record);
        errors.RequireUnchanged(FieldPath.Root("firstTimestamp"), updated.DeprecatedFirstTimestamp, old.DeprecatedFirstTimestamp, ShownValue.Time);
        errors.RequireUnchanged(FieldPath.Root("lastTimestamp"), updated.DeprecatedLastTimestamp, old.DeprecatedLastTimestamp, ShownValue.Time);
        errors.RequireUnchanged(FieldPath.Root("count"), updated.DeprecatedCount, old.DeprecatedCount, count => ShownValue.Number(count));
        errors.RequireUnchanged(FieldPath.Root("type"), updated.Type, old.Type);
        errors.RequireUnchanged(FieldPath.Root("eventTime"), updated.EventTime, old.EventTime, ShownValue.Time);
        errors.RequireUnchanged(FieldPath.Root("action"), updated.Action, old.Action);
        errors.RequireUnchanged(FieldPath.Root("related"), updated.Related, old.Related, ShownValue.Record);
        errors.RequireUnchanged(FieldPath.Root("reportingController"), updated.ReportingController, old.ReportingController);
        errors.RequireUnchanged(FieldPath.Root("reportingInstance"), updated.ReportingInstance, old.ReportingInstance);
    }

    private static void CheckSeries(Event resource, FieldErrors errors)
    {
        if (resource.Series is not { } series)
        {
            return;
        }
        if (series.Count < 2)
        {
            errors.Add(FieldError.Invalid(FieldPath.Root("series").Child("count"), "", "should be at least 2"));
        }
        if (series.LastObservedTime is null)
        {
            errors.Add(FieldError.Required(FieldPath.Root("series").Child("lastObservedTime")));
        }
    }

    private static void RequireUnset(string field, bool isUnset, FieldErrors errors)
    {
        if (!isUnset)
        {
            errors.Add(FieldError.Invalid(FieldPath.Root(field), "", NotHere));
        }
    }
}
