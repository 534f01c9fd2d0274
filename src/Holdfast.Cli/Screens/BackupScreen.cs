using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Holdfast.Store.Backups;

namespace Holdfast.Cli.Screens;

/// <summary>What <c>holdfast store</c> says.</summary>
internal static class BackupScreen
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    internal static string Saved(string file, BackupReport report) => Line($"Backed up {Objects(report)} at revision {report.Revision} to {file}.")
        + "It holds every Secret in plain text: keep it as you keep keys. Volumes' data, images and the cluster's own keys are not in it.\n";

    internal static string Good(string path, BackupReport report)
    {
        var text = new StringBuilder(Line($"Good: {path}"));
        text.Append(Line($"Store {report.Identity} at revision {report.Revision}{(report.CreatedAt is { } made ? $", backed up {made:yyyy-MM-dd HH:mm:ss}Z" : "")}: {Objects(report)}"));
        foreach (var (resource, count) in report.Counts)
        {
            text.Append(Line($"{count,8}  {resource}"));
        }
        return text.ToString();
    }

    internal static string Restored(string data, BackupReport report) =>
        Line($"Restored {Objects(report)} to {data}; the store goes on at revision {report.Revision}, so that clients of before list again.")
        + $"Start it: holdfast up --data {data}\n";

    internal static string Json(BackupReport report) => new JsonObject
    {
        ["identity"] = report.Identity,
        ["revision"] = report.Revision,
        ["createdAt"] = report.CreatedAt?.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture),
        ["objects"] = report.Objects,
        ["bytes"] = report.Bytes,
        ["counts"] = new JsonObject(report.Counts.Select(count => KeyValuePair.Create(count.Key, (JsonNode?)count.Value))),
    }.ToJsonString(Indented) + "\n";

    private static string Objects(BackupReport report) => Line($"{report.Objects:n0} objects ({report.Bytes / 1024.0:n0} KiB)").TrimEnd('\n');

    private static string Line(FormattableString text) => text.ToString(CultureInfo.InvariantCulture) + "\n";
}
