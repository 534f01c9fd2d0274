using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json.Nodes;
using Holdfast.Platform;

namespace Holdfast.Guarantees.History;

/// <summary>
/// Many clients that create, change, patch and delete the same few objects, some of it with revisions and uids that are out of date,
/// and record what they tried and were answered.
/// </summary>
internal sealed class Load(Recording recording, int objects, int padding)
{
    private static readonly string[] Colours = ["red", "green", "blue"];

    private readonly ConcurrentDictionary<string, (long Revision, string Uid)> _known = [];
    private readonly string _padding = new('x', padding);

    /// <summary>Runs one client until it is cancelled or the server is gone.</summary>
    public async Task RunAsync(ApiConnection api, string client, SeededChance chance, Func<bool> isOver, CancellationToken cancellationToken)
    {
        for (var number = 0; !isOver() && !cancellationToken.IsCancellationRequested; number++)
        {
            var key = string.Create(CultureInfo.InvariantCulture, $"o-{chance.Next(objects)}");
            var isKnown = _known.TryGetValue(key, out var known);
            var draw = chance.Next(100);
            var value = $"{client}-{number}";
            var attempt = (isKnown, draw) switch
            {
                (false, _) or (true, < 5) => Make(AttemptKind.Create, key, value, chance),
                (true, < 60) => Make(AttemptKind.Update, key, value, chance, known.Revision),
                (true, < 65) => Make(AttemptKind.Update, key, value, chance, Math.Max(1, known.Revision - 1 - chance.Next(50))),
                (true, < 75) => Make(AttemptKind.Patch, key, value, chance),
                (true, < 95) => Make(AttemptKind.Delete, key, "", chance, known.Revision),
                _ => Make(AttemptKind.Delete, key, "", chance, known.Revision, isWrong: true),
            };
            recording.Add(attempt);
            if (!await TryAsync(api, attempt, known.Uid, cancellationToken))
                return;
        }
    }

    private Attempt Make(AttemptKind kind, string key, string value, SeededChance chance, long expected = 0, bool isWrong = false) => new()
    {
        Kind = kind,
        Key = key,
        Value = value,
        Colour = value.Length > 0 ? Colours[chance.Next(Colours.Length)] : "",
        Expected = expected,
        IsWrong = isWrong,
        Started = recording.Now(),
    };

    /// <summary>Sends it; false when the server is gone.</summary>
    private async Task<bool> TryAsync(ApiConnection api, Attempt attempt, string? uid, CancellationToken cancellationToken)
    {
        var path = $"{ApiConnection.Maps}/{attempt.Key}";
        var answer = attempt.Kind switch
        {
            AttemptKind.Create => await api.SendAsync(HttpMethod.Post, ApiConnection.Maps, Map(attempt), cancellationToken),
            AttemptKind.Update => await api.SendAsync(HttpMethod.Put, path, Map(attempt), cancellationToken),
            AttemptKind.Patch => await api.SendAsync(HttpMethod.Patch, path, Map(attempt), cancellationToken, "application/merge-patch+json"),
            _ => await api.SendAsync(HttpMethod.Delete, path, new JsonObject
            {
                ["kind"] = "DeleteOptions",
                ["apiVersion"] = "v1",
                ["preconditions"] = new JsonObject { ["uid"] = attempt.IsWrong ? "00000000-0000-4000-8000-000000000000" : uid, ["resourceVersion"] = $"{attempt.Expected}" },
            }, cancellationToken),
        };
        attempt.Outcome = answer.Code switch { 200 or 201 => Outcome.Acknowledged, 0 or >= 500 => Outcome.Unknown, _ => Outcome.Refused };
        if (attempt.Outcome != Outcome.Unknown)
            attempt.Ended = recording.Now();
        if (attempt.Outcome == Outcome.Acknowledged && attempt.Kind != AttemptKind.Delete)
        {
            attempt.Revision = answer.Revision;
            _known[attempt.Key] = (answer.Revision, (string)answer.Body!["metadata"]!["uid"]!);
        }
        else if (answer.Code is 200 or 404)
        {
            _known.TryRemove(attempt.Key, out _);
        }
        else if (answer.Code == 409 && await api.SendAsync(HttpMethod.Get, path, null, cancellationToken) is { Code: 200 } found)
        {
            _known[attempt.Key] = (found.Revision, (string)found.Body!["metadata"]!["uid"]!);
        }
        return answer.Code is > 0 and < 500;
    }

    private JsonObject Map(Attempt attempt)
    {
        var metadata = new JsonObject { ["name"] = attempt.Key, ["labels"] = new JsonObject { ["colour"] = attempt.Colour } };
        if (attempt.Expected > 0)
            metadata["resourceVersion"] = $"{attempt.Expected}";
        return new JsonObject { ["metadata"] = metadata, ["data"] = new JsonObject { ["value"] = attempt.Value, ["padding"] = _padding } };
    }
}
