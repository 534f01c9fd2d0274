using System.Collections.Immutable;
using System.Text.Json;
using Holdfast.Steward.Plans;

namespace Holdfast.Cli.Screens;

/// <summary>What was planned.</summary>
/// <param name="Action">Of what, in words.</param>
/// <param name="Targets">For each Steward that it concerns.</param>
internal sealed record PlannedAction(string Action, ImmutableArray<PlannedTarget> Targets)
{
    /// <summary>Writes it as JSON.</summary>
    internal void Write(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteString("action", Action);
        writer.WriteStartArray("plans");
        foreach (var target in Targets)
        {
            Write(writer, target);
        }
        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, PlannedTarget target)
    {
        var ((observation, reportedAt, _), forecast) = target;
        writer.WriteStartObject();
        writer.WriteString("namespace", observation.Steward.Metadata.Namespace);
        writer.WriteString("steward", observation.Steward.Metadata.Name);
        writer.WriteString("statefulSet", observation.Steward.Spec.TargetRef.Name);
        if (reportedAt is { } at)
        {
            writer.WriteString("reportedAt", at.UtcDateTime);
        }
        writer.WriteStartArray("steps");
        foreach (var step in forecast.Steps)
        {
            writer.WriteStartObject();
            writer.WriteNumber("number", step.Number);
            writer.WriteString("action", step.Action);
            writer.WriteString("member", step.Member);
            writer.WriteString("reason", step.Reason);
            writer.WriteString("leader", step.Leader);
            writer.WriteNumber("lowestMargin", step.LowestMargin);
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
        writer.WriteString("stoppedBy", forecast.StoppedBy);
        writer.WriteStartArray("warnings");
        foreach (var warning in forecast.Warnings)
        {
            writer.WriteStringValue(warning);
        }
        writer.WriteEndArray();
        writer.WriteNumber("leaderMoves", forecast.LeaderMoves);
        writer.WriteString("leader", forecast.Leader);
        writer.WriteNumber("margin", forecast.Margin);
        writer.WriteNumber("lowestMargin", forecast.LowestMargin);
        writer.WriteEndObject();
    }
}

/// <summary>What was planned for one target.</summary>
/// <param name="Target">The target as it was read.</param>
/// <param name="Forecast">The plan.</param>
internal sealed record PlannedTarget(ReadTarget Target, PlanForecast Forecast);
