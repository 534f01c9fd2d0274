using System.Collections.Immutable;
using Holdfast.Model.Core;

namespace Holdfast.ApiServer.Tables;

/// <summary>The columns of events, in either of their two groups.</summary>
internal static class EventTables
{
    private static readonly ImmutableArray<TableColumn> Columns =
    [
        TableColumn.Text("Last Seen", "How long ago it last happened."),
        TableColumn.Text("Type", "Whether it is a warning."),
        TableColumn.Text("Reason", "What happened, in one word."),
        TableColumn.Text("Object", "What it happened to."),
        TableColumn.Wide("Subobject", "The part of the object it happened to."),
        TableColumn.Wide("Source", "Who tells it, and where."),
        TableColumn.Text("Message", "What happened."),
        TableColumn.Wide("First Seen", "How long ago it first happened."),
        TableColumn.Wide("Count", "How often it happened."),
        TableColumn.ObjectName with { Priority = 1 },
    ];

    /// <summary>The tables.</summary>
    public static ImmutableArray<KindTable> All { get; } =
    [
        KindTable.Of<Event>(Columns, (row, happening) => Write(row, new Happening(happening.Metadata.Name, happening.InvolvedObject)
        {
            Type = happening.Type,
            Reason = happening.Reason,
            Source = Source(happening.Source, happening.ReportingComponent, happening.ReportingInstance),
            Message = happening.Message,
            First = happening.FirstTimestamp ?? happening.EventTime,
            Last = happening.Series is { } series ? series.LastObservedTime : happening.LastTimestamp ?? happening.FirstTimestamp ?? happening.EventTime,
            Count = happening.Series?.Count ?? happening.Count,
            IsSeries = happening.Series is not null,
        })),
        KindTable.Of<Model.Events.Event>(Columns, (row, happening) => Write(row, new Happening(happening.Metadata.Name, happening.Regarding)
        {
            Type = happening.Type,
            Reason = happening.Reason,
            Source = Source(happening.DeprecatedSource, happening.ReportingController, happening.ReportingInstance),
            Message = happening.Note,
            First = happening.DeprecatedFirstTimestamp ?? happening.EventTime,
            Last = happening.Series is { } series
                ? series.LastObservedTime
                : happening.DeprecatedLastTimestamp ?? happening.DeprecatedFirstTimestamp ?? happening.EventTime,
            Count = happening.Series?.Count ?? happening.DeprecatedCount,
            IsSeries = happening.Series is not null,
        })),
    ];

    private static void Write(RowWriter row, Happening happening) => row
        .Ago(happening.Last).Text(happening.Type).Text(happening.Reason).Text(Object(happening.Object))
        .Text(happening.Object.FieldPath).Text(happening.Source).Text(happening.Message.Trim()).Ago(happening.First)
        // An event that happened once need not count.
        .Number(happening is { Count: 0, IsSeries: false } ? 1 : happening.Count).Text(happening.Name);

    private static string Object(ObjectReference reference)
    {
        var kind = reference.Kind.ToLowerInvariant();
        return reference.Name.Length > 0 ? $"{kind}/{reference.Name}" : kind;
    }

    private static string Source(EventSource source, string controller, string instance)
    {
        var component = source.Component.Length > 0 ? source.Component : controller;
        var where = source.Host.Length > 0 ? source.Host : instance;
        return where.Length > 0 ? $"{component}, {where}" : component;
    }

    private sealed record Happening(string Name, ObjectReference Object)
    {
        public string Type { get; init; } = "";

        public string Reason { get; init; } = "";

        public string Source { get; init; } = "";

        public string Message { get; init; } = "";

        public DateTimeOffset? First { get; init; }

        public DateTimeOffset? Last { get; init; }

        public int Count { get; init; }

        public bool IsSeries { get; init; }
    }
}
