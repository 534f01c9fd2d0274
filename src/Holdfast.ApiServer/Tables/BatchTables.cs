using System.Collections.Immutable;
using Holdfast.Model.Batch;

namespace Holdfast.ApiServer.Tables;

/// <summary>The columns of jobs.</summary>
internal static class BatchTables
{
    /// <summary>The tables.</summary>
    public static ImmutableArray<KindTable> All { get; } =
    [
        KindTable.Of<Job>(
            [
                TableColumn.ObjectName,
                TableColumn.Text("Status", "How far the job is."),
                TableColumn.Text("Completions", "How many pods have succeeded, of how many."),
                TableColumn.Text("Duration", "How long the job took, or has taken until now."),
                TableColumn.Age, TableColumn.Containers, TableColumn.Images, TableColumn.Selector,
            ],
            WriteJob),
        KindTable.Of<CronJob>(
            [
                TableColumn.ObjectName,
                TableColumn.Text("Schedule", "When jobs are made."),
                TableColumn.Text("Timezone", "The time zone of the schedule."),
                TableColumn.Flag("Suspend", "Whether no more jobs are made for now."),
                TableColumn.Number("Active", "How many jobs are running."),
                TableColumn.Text("Last Schedule", "How long ago a job was last made."),
                TableColumn.Age, TableColumn.Containers, TableColumn.Images, TableColumn.Selector,
            ],
            WriteCronJob),
    ];

    private static void WriteJob(RowWriter row, Job job)
    {
        row.Name(job).Text(Status(job)).Text(Completions(job));
        if (job.Status.StartTime is { } start)
            row.Span(start, job.Status.CompletionTime);
        else
            row.Text("");
        row.Age(job).Text(CellText.Containers(job.Spec.Template)).Text(CellText.Images(job.Spec.Template))
            .Text(CellText.Selector(job.Spec.Selector));
    }

    private static void WriteCronJob(RowWriter row, CronJob job)
    {
        row.Name(job).Text(job.Spec.Schedule).Text(job.Spec.TimeZone ?? RowWriter.None)
            .Text(job.Spec.Suspend switch { true => "True", false => "False", null => RowWriter.Unset })
            .Number(job.Status.Active.Count);
        if (job.Status.LastScheduleTime is { } last)
            row.Ago(last);
        else
            row.Text(RowWriter.None);
        var made = job.Spec.JobTemplate.Spec;
        row.Age(job).Text(CellText.Containers(made.Template)).Text(CellText.Images(made.Template)).Text(CellText.Selector(made.Selector));
    }

    private static string Status(Job job)
    {
        if (Holds(job, "Complete"))
            return "Complete";
        if (Holds(job, "Failed"))
            return "Failed";
        if (job.Metadata.DeletionTimestamp is not null)
            return "Terminating";
        if (Holds(job, "Suspended"))
            return "Suspended";
        return Holds(job, "FailureTarget") ? "FailureTarget" : "Running";
    }

    private static bool Holds(Job job, string condition) =>
        job.Status.Conditions.FirstOrDefault(each => each.Type == condition)?.Status == "True";

    private static string Completions(Job job)
    {
        if (job.Spec.Completions is { } wanted)
            return $"{job.Status.Succeeded}/{wanted}";
        return job.Spec.Parallelism > 1 ? $"{job.Status.Succeeded}/1 of {job.Spec.Parallelism}" : $"{job.Status.Succeeded}/1";
    }
}
