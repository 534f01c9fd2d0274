using System.Globalization;
using System.Text;
using Holdfast.Model.Values;
using Holdfast.Steward.Plans;

namespace Holdfast.Cli.Screens;

/// <summary>Shows a plan to a person: its steps in order, with the margin of the quorum at the worst moment of each.</summary>
internal static class PlanScreen
{
    /// <summary>The screen.</summary>
    internal static string Text(PlannedAction planned, DateTimeOffset now)
    {
        var text = new StringBuilder();
        foreach (var (target, forecast) in planned.Targets)
        {
            var steward = target.Observation.Steward;
            text.AppendLine(CultureInfo.InvariantCulture, $"Plan: {planned.Action}, for StatefulSet {steward.Metadata.Namespace}/{steward.Spec.TargetRef.Name} as Steward {steward.Metadata.Name} {Seen(target, now)}");
            text.Append(Steps(forecast));
            text.AppendLine(CultureInfo.InvariantCulture, $"Leader    {Moves(forecast)}");
            text.AppendLine(CultureInfo.InvariantCulture, $"Quorum    {Margin(forecast.LowestMargin)} at the worst moment, {Margin(forecast.Margin)} at the end");
            foreach (var warning in forecast.Warnings)
            {
                text.AppendLine(CultureInfo.InvariantCulture, $"Note      {warning}");
            }
            text.AppendLine(forecast.StoppedBy.Length > 0 ? $"STOPPED   {forecast.StoppedBy}" : "Stopped   by nothing that is known now");
            text.AppendLine();
        }
        if (planned.Targets.IsEmpty)
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"Plan: {planned.Action}: no member of a stewarded set is there.");
        }
        return text.AppendLine("Nothing was changed.").ToString();
    }

    private static string Seen(ReadTarget target, DateTimeOffset now) => target.ReportedAt is { } at
        ? $"saw it {DurationText.Of(TimeSpan.FromSeconds(Math.Max(0, Math.Round((now - at).TotalSeconds))))} ago"
        : "has not seen it yet";

    private static string Steps(PlanForecast forecast)
    {
        if (forecast.Steps.IsEmpty)
        {
            return forecast.StoppedBy.Length > 0 ? "  no step can be taken\n" : "  nothing is to be done\n";
        }
        string[][] rows =
        [
            ["", "ACTION", "MEMBER", "LEADER BEFORE", "MARGIN", "WHY"],
            .. forecast.Steps.Select(step => new[]
            {
                step.Number.ToString(CultureInfo.InvariantCulture), step.Action, step.Member, step.Leader.Length > 0 ? step.Leader : "none",
                step.LowestMargin.ToString(CultureInfo.InvariantCulture), step.Reason,
            }),
        ];
        var widths = Enumerable.Range(0, rows[0].Length).Select(column => rows.Max(row => row[column].Length)).ToArray();
        return string.Concat(rows.Select(row => "  " + string.Join("  ", row.Select((cell, column) => cell.PadRight(widths[column]))).TrimEnd() + "\n"));
    }

    private static string Moves(PlanForecast forecast) => forecast.LeaderMoves switch
    {
        0 => forecast.Leader.Length > 0 ? $"does not move; {forecast.Leader} leads" : "none is known",
        1 => $"moves once; {forecast.Leader} leads at the end",
        var moves => string.Create(CultureInfo.InvariantCulture, $"moves {moves} times; {forecast.Leader} leads at the end"),
    };

    private static string Margin(int margin) => margin switch
    {
        < 0 => "there is NO QUORUM",
        0 => "no further voter may be lost",
        1 => "one voter may be lost",
        _ => string.Create(CultureInfo.InvariantCulture, $"{margin} voters may be lost"),
    };
}
