using System.Globalization;
using System.Text;
using Holdfast.Model.Stewards;
using Holdfast.Model.Values;
using Holdfast.Steward.Plans;
using StewardResource = Holdfast.Model.Stewards.Steward;

namespace Holdfast.Cli.Screens;

/// <summary>Shows a Steward and its members to a person. What is not known is shown as such, and never as well.</summary>
internal static class StewardScreen
{
    /// <summary>How old the newest news of a member may be before nothing on the screen can be relied upon.</summary>
    internal static readonly TimeSpan MaximumAge = ReportedMembers.MaximumAge;

    /// <summary>Whether the Steward says that all is as it is wanted, and says so of its present spec and of now.</summary>
    internal static bool IsHealthy(StewardResource steward, DateTimeOffset now) =>
        Find(steward, "Ready") is "True" && steward.Status.ObservedGeneration == steward.Metadata.Generation && AgeOf(steward, now) <= MaximumAge;

    /// <summary>The Steward in one line.</summary>
    internal static string Summary(StewardResource steward, DateTimeOffset now) =>
        $"{steward.Status.Quorum?.Text ?? "?"} voters well, {(IsTargetMissing(steward.Status) ? "nobody is asked" : steward.Status.Leader.Length > 0 ? steward.Status.Leader + " leads" : "no leader known")}, {State(steward, now)}{(steward.Status.Summary.Length > 0 && !IsStandstill(steward.Status) ? $"; {steward.Status.Summary}" : "")}{(steward.Spec.Rollout.Paused ? "; updates are paused" : "")}";

    /// <summary>The screen.</summary>
    internal static string Text(StewardResource steward, DateTimeOffset now)
    {
        var (status, text) = (steward.Status, new StringBuilder());
        Line(text, "Steward", $"{steward.Metadata.Namespace}/{steward.Metadata.Name}, of StatefulSet {steward.Spec.TargetRef.Name}");
        Line(text, "State", State(steward, now));
        Line(text, "Quorum", status.Quorum is { } quorum
            ? string.Create(CultureInfo.InvariantCulture, $"{quorum.Healthy} of {quorum.Voters} voters are well, {quorum.Needed} are needed: {Margin(quorum.Margin)}")
            : "not known");
        Line(text, "Leader", status.Leader.Length > 0 ? string.Create(CultureInfo.InvariantCulture, $"{status.Leader}, term {status.Term}") : Leaderless(status));
        Line(text, "Doing", Doing(status));
        if (status.Rollout is { } rollout)
        {
            Line(text, "Rollout", $"{rollout.Phase}{(rollout.Message.Length > 0 ? ": " + rollout.Message : "")}");
        }
        if (steward.Spec.Rollout.Paused)
        {
            Line(text, "Paused", $"no update begins or goes on until: holdfast rollout resume {steward.Metadata.Name} -n {steward.Metadata.Namespace}");
        }
        if (status.LastBackupAt is { } backup)
        {
            Line(text, "Backup", string.Create(CultureInfo.InvariantCulture, $"{backup.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC"));
        }
        foreach (var condition in status.Conditions.Where(IsBlocking))
        {
            Line(text, "Blocked", $"{condition.Type} ({condition.Reason}): {condition.Message}");
        }
        text.AppendLine();
        text.Append(Table(status, now));
        foreach (var (member, line) in status.Members.SelectMany(member => member.LastLines.Select(line => (member.Name, line))))
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"{member} wrote: {PlainText.OneLine(line)}");
        }
        return text.ToString();
    }

    // What an operation waits for is told where there is room for it.
    private static string Doing(StewardStatus status) =>
        status.Operation is not null && status.Conditions.FirstOrDefault(condition => condition.Type == "Reconciling") is { Message.Length: > 0 } reconciling ? reconciling.Message
        : status.Summary.Length > 0 && !IsStandstill(status) ? status.Summary : "nothing";

    // Nothing is done, and why is told already.
    private static bool IsStandstill(StewardStatus status) => IsTargetMissing(status)
        || (status.Conditions.FirstOrDefault(condition => condition is { Type: "Stalled", Status: "True" }) is { } stalled && status.Summary.StartsWith($"{stalled.Reason}: ", StringComparison.Ordinal));

    private static string State(StewardResource steward, DateTimeOffset now)
    {
        if (steward.Status.ObservedGeneration == 0)
        {
            return "NOT KNOWN: the Steward has not looked at it yet";
        }
        var age = AgeOf(steward, now);
        var ready = steward.Status.Conditions.FirstOrDefault(condition => condition.Type == "Ready");
        if (IsTargetMissing(steward.Status) && steward.Status.ObservedGeneration == steward.Metadata.Generation)
        {
            return $"NOT READY ({ready?.Reason}): {ready?.Message}";
        }
        var words = ready is { Status: "True" } ? "ready" : $"NOT READY{(ready is null ? "" : $" ({ready.Reason}): {ready.Message}")}";
        return age <= MaximumAge ? words : $"NOT KNOWN: the last news of a member is {(age == TimeSpan.MaxValue ? "none" : DurationText.Of(Seconds(age)) + " old")}; does the Steward run? It last said: {words}";
    }

    private static string Margin(int margin) => margin switch
    {
        < 0 => "there is NO QUORUM",
        0 => "NONE may be lost",
        1 => "one may be lost",
        _ => string.Create(CultureInfo.InvariantCulture, $"{margin} may be lost"),
    };

    // Without a set there is nobody to ask: that says nothing of whoever still runs, and nothing of the Steward.
    private static bool IsTargetMissing(StewardStatus status) => status.Members.IsEmpty && status.Conditions.Any(condition => condition is { Type: "Stalled", Status: "True", Reason: "TargetMissing" });

    private static string Leaderless(StewardStatus status) => IsTargetMissing(status) ? "NOT KNOWN: there is no set that names whom to ask" : status.Leaderless is { Since: { } since }
        ? string.Create(CultureInfo.InvariantCulture, $"NONE since {since.UtcDateTime:HH:mm:ss} UTC")
        : "NOT KNOWN";

    private static bool IsBlocking(Model.Meta.Condition condition) => condition.Type switch
    {
        "Stalled" or "SplitBrain" => condition.Status == "True",
        "QuorumSafe" or "Observed" or "BackupFresh" => condition.Status != "True",
        _ => false,
    };

    private static string Table(StewardStatus status, DateTimeOffset now)
    {
        string[][] rows =
        [
            ["MEMBER", "ROLE", "VOTE", "HEALTHY", "LAG", "VERSION", "REVISION", "NODE", "ZONE", "CLAIM", "SEEN", "PROBLEM"],
            .. status.Members.Select(member => new[]
            {
                member.Name, Or(member.Role, "unknown"), member.IsVoter switch { true => "yes", false => "no", null => "unknown" }, member.IsHealthy,
                member.Lag?.ToString(CultureInfo.InvariantCulture) ?? "unknown", Or(member.Version, "unknown"), Or(member.Revision, "-"), Or(member.Node, "-"), Or(member.Zone, "-"),
                Or(member.Claim, "-"), member.ObservedAt is { } at ? DurationText.Of(Seconds(now - at)) + " ago" : "never", Or(member.Problem, "-"),
            }),
        ];
        rows = [.. rows.Select(row => row.Select(PlainText.OneLine).ToArray())];
        var widths = Enumerable.Range(0, rows[0].Length).Select(column => rows.Max(row => row[column].Length)).ToArray();
        return string.Concat(rows.Select(row => string.Join("  ", row.Select((cell, column) => cell.PadRight(widths[column]))).TrimEnd() + "\n"));
    }

    private static TimeSpan AgeOf(StewardResource steward, DateTimeOffset now) =>
        steward.Status.Members.Select(member => member.ObservedAt).Max() is { } last ? now - last : TimeSpan.MaxValue;

    private static string? Find(StewardResource steward, string type) => steward.Status.Conditions.FirstOrDefault(condition => condition.Type == type)?.Status;

    private static TimeSpan Seconds(TimeSpan span) => TimeSpan.FromSeconds(Math.Max(0, Math.Round(span.TotalSeconds)));

    private static string Or(string text, string otherwise) => text.Length > 0 ? text : otherwise;

    private static void Line(StringBuilder text, string name, string value) => text.AppendLine(CultureInfo.InvariantCulture, $"{name,-9} {PlainText.OneLine(value)}");
}
