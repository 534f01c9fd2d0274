using System.Globalization;
using System.Text;
using Holdfast.Cli.Commands;
using Holdfast.Model.Stewards;
using StewardResource = Holdfast.Model.Stewards.Steward;

namespace Holdfast.Cli.Screens;

/// <summary>Shows how far a rollout is: a tree of its steps with their times.</summary>
internal static class RolloutScreen
{
    /// <summary>The tree.</summary>
    internal static string Text(StewardResource steward)
    {
        if (steward.Status.Rollout is not { } rollout)
        {
            return $"Steward {steward.Metadata.Name} has not seen an update of its members yet.\n{Paused(steward)}";
        }
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"Rollout of {steward.Spec.TargetRef.Name}: {rollout.Phase}, from {Or(Before(rollout))} to {Or(rollout.ToRevision)}, {Times(rollout.StartedAt, rollout.FinishedAt)}");
        if (rollout.Message.Length > 0)
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"  {PlainText.OneLine(rollout.Message)}");
        }
        if (RolloutWord.Pending(steward) is { Length: > 0 } pending)
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"  {pending}");
        }
        var waiting = steward.Status.Members.Where(member => rollout.Steps.All(step => step.Member != member.Name) && member.Revision != rollout.ToRevision).ToArray();
        var lines = rollout.Steps.Select(Step).Concat(waiting.Select(member => $"· {member.Name} waits{(member.Role == "leader" ? ": it leads and goes last" : "")}")).ToArray();
        for (var at = 0; at < lines.Length; at++)
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"{(at == lines.Length - 1 ? "└─" : "├─")} {PlainText.OneLine(lines[at])}");
        }
        foreach (var line in rollout.Evidence)
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"   seen: {PlainText.OneLine(line)}");
        }
        if (steward.Status.Summary.Length > 0 && !IsOver(rollout))
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"Now: {steward.Status.Summary}");
        }
        return text.Append(Paused(steward)).ToString();
    }

    /// <summary>Whether nothing more happens by itself.</summary>
    internal static bool IsOver(RolloutStatus rollout) => rollout.Phase is "Completed" or "RolledBack" or "Stopped";

    private static string Paused(StewardResource steward) => steward.Spec.Rollout.Paused
        ? $"Paused: no update begins or goes on until: holdfast rollout resume {steward.Metadata.Name} -n {steward.Metadata.Namespace}\n"
        : "";

    private static string Step(RolloutStep step)
    {
        var mark = step.Phase switch { "Done" => "✓", "Failed" => "✗", _ => "●" };
        return $"{mark} {step.Member} {step.Phase}, {Times(step.StartedAt, step.FinishedAt)}{(step.Message.Length > 0 ? ": " + step.Message : "")}";
    }

    private static string Times(DateTimeOffset? from, DateTimeOffset? to) => (from, to) switch
    {
        ({ } begun, { } ended) => string.Create(CultureInfo.InvariantCulture, $"{begun.UtcDateTime:HH:mm:ss} to {ended.UtcDateTime:HH:mm:ss} UTC ({(ended - begun).TotalSeconds:0} s)"),
        ({ } begun, null) => string.Create(CultureInfo.InvariantCulture, $"since {begun.UtcDateTime:HH:mm:ss} UTC"),
        _ => "not begun",
    };

    // On the way back it comes from what failed.
    private static string Before(RolloutStatus rollout) =>
        rollout.FailedRevision.Length > 0 && (rollout.Phase is "RollingBack" or "RolledBack" || rollout.ToRevision == rollout.FromRevision) ? rollout.FailedRevision : rollout.FromRevision;

    private static string Or(string revision) => revision.Length > 0 ? revision : "nothing";
}
