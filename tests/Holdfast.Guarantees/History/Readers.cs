using System.Globalization;
using System.Text.Json.Nodes;

namespace Holdfast.Guarantees.History;

/// <summary>Lists and watches over HTTP, and what they record.</summary>
internal static class Readers
{
    /// <summary>Lists everything, by pages when a limit is given; null when the server is gone or the page has expired.</summary>
    public static async Task<Listed?> ListAsync(ApiConnection api, Recording recording, string colour, int limit, CancellationToken cancellationToken, string query = "")
    {
        var started = recording.Now();
        var objects = new Dictionary<string, (long, string)>();
        long revision = 0;
        var next = "";
        do
        {
            var path = $"{ApiConnection.Maps}?limit={limit}{Selector(colour)}{(next.Length > 0 ? "&continue=" + Uri.EscapeDataString(next) : query)}";
            var answer = await api.SendAsync(HttpMethod.Get, path, null, cancellationToken);
            if (answer.Code != 200)
                return null;
            Assert.True(revision == 0 || revision == answer.Revision, $"A1: the pages of one list are of the revisions {revision} and {answer.Revision}");
            revision = answer.Revision;
            foreach (var item in answer.Body!["items"]!.AsArray())
            {
                if (KeyOf(item!) is { } key)
                    Assert.True(objects.TryAdd(key, (RevisionOf(item!), ValueOf(item!))), $"A1: {key} is twice in one list");
            }
            next = (string?)answer.Body["metadata"]!["continue"] ?? "";
        }
        while (next.Length > 0);
        var list = new Listed(started, recording.Now(), query.Length == 0, revision, colour, objects);
        recording.Add(list);
        return list;
    }

    /// <summary>Watches from a revision and records it, until the server ends the watch or is gone. Tells how the watch ended: 0 for the end of the stream.</summary>
    public static async Task<(Stretch Seen, int Code)> WatchAsync(
        ApiConnection api, Recording recording, string name, string colour, long from, Func<Stretch, Task<bool>> goesOn, CancellationToken cancellationToken, int timeoutSeconds = 60)
    {
        var stretch = new Stretch(name, colour, from);
        recording.Add(stretch);
        var path = string.Create(CultureInfo.InvariantCulture, $"{ApiConnection.Maps}?watch=true&allowWatchBookmarks=true&timeoutSeconds={timeoutSeconds}&resourceVersion={from}{Selector(colour)}");
        await foreach (var told in api.WatchAsync(path, cancellationToken))
        {
            var type = (string)told["type"]!;
            if (type == "ERROR")
                return (stretch, (int?)told["object"]?["code"] ?? -1);
            var revision = RevisionOf(told["object"]!);
            Assert.True(revision > stretch.To || (type == "BOOKMARK" && revision == stretch.To), $"A4: {name} told revision {revision} after {stretch.To}");
            if (type != "BOOKMARK" && KeyOf(told["object"]!) is { } key)
                stretch.Events.Add(new Told(revision, type, key, ValueOf(told["object"]!)));
            stretch.To = revision;
            if (!await goesOn(stretch))
                break;
        }
        return (stretch, 0);
    }

    private static string Selector(string colour) => colour.Length > 0 ? $"&labelSelector=colour%3D{colour}" : "";

    // Other parts of a cluster keep objects of their own in each namespace.
    private static string? KeyOf(JsonNode item) => (string)item["metadata"]!["name"]! is var name && name.StartsWith("o-", StringComparison.Ordinal) ? name : null;

    private static long RevisionOf(JsonNode item) => long.Parse((string)item["metadata"]!["resourceVersion"]!, CultureInfo.InvariantCulture);

    private static string ValueOf(JsonNode item) => (string)item["data"]!["value"]!;
}
