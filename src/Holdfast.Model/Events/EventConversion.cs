namespace Holdfast.Model.Events;

/// <summary>
/// Brings events from one of their two groups to the other. They are the same objects under two sets of names, as in
/// Kubernetes' <c>pkg/apis/events/v1/conversion.go</c>, so nothing is lost on the way and back.
/// </summary>
public static class EventConversion
{
    /// <summary>An event as the core group names its fields.</summary>
    /// <param name="happening">The event.</param>
    public static Core.Event ToCore(Event happening)
    {
        ArgumentNullException.ThrowIfNull(happening);
        return Core.Event.Empty with
        {
            Metadata = happening.Metadata,
            InvolvedObject = happening.Regarding,
            Related = happening.Related,
            Action = happening.Action,
            Reason = happening.Reason,
            Message = happening.Note,
            Type = happening.Type,
            EventTime = happening.EventTime,
            Series = happening.Series is { } series
                ? Core.EventSeries.Empty with { Count = series.Count, LastObservedTime = series.LastObservedTime }
                : null,
            ReportingComponent = happening.ReportingController,
            ReportingInstance = happening.ReportingInstance,
            Source = happening.DeprecatedSource,
            Count = happening.DeprecatedCount,
            FirstTimestamp = happening.DeprecatedFirstTimestamp,
            LastTimestamp = happening.DeprecatedLastTimestamp,
        };
    }

    /// <summary>An event of the core group as its own group names its fields.</summary>
    /// <param name="happening">The event.</param>
    public static Event FromCore(Core.Event happening)
    {
        ArgumentNullException.ThrowIfNull(happening);
        return Event.Empty with
        {
            Metadata = happening.Metadata,
            Regarding = happening.InvolvedObject,
            Related = happening.Related,
            Action = happening.Action,
            Reason = happening.Reason,
            Note = happening.Message,
            Type = happening.Type,
            EventTime = happening.EventTime,
            Series = happening.Series is { } series
                ? EventSeries.Empty with { Count = series.Count, LastObservedTime = series.LastObservedTime }
                : null,
            ReportingController = happening.ReportingComponent,
            ReportingInstance = happening.ReportingInstance,
            DeprecatedSource = happening.Source,
            DeprecatedCount = happening.Count,
            DeprecatedFirstTimestamp = happening.FirstTimestamp,
            DeprecatedLastTimestamp = happening.LastTimestamp,
        };
    }
}
