using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Holdfast.Testing;

namespace Holdfast.Conformance;

/// <summary>
/// Replays one of our own conversations: a JSON file {"about", "ignore", "steps"} in the format of the recorded ones, of
/// which it knows the steps "call", "pod", "autoready" and "settle". Answers are compared whole, but for what is ignored.
/// </summary>
internal sealed partial class Conversation(ConformanceCluster cluster, string file)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Quiet = TimeSpan.FromMilliseconds(500);
    private readonly string _namespace = $"own-{Path.GetFileNameWithoutExtension(file)}";
    private readonly JsonNode _text = JsonNode.Parse(File.ReadAllText(file))!;

    /// <summary>Replays it in a namespace of its own.</summary>
    /// <returns>What differed, one line each; empty when it held.</returns>
    internal async Task<string> ReplayAsync(CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await MakeNamespaceAsync(cancellationToken);
        var stage = new PodStage(cluster, _namespace);
        var picture = new ClusterPicture(cluster.Api, _namespace);
        var watching = stage.WatchAsync(stop.Token);
        var lines = new List<string>();
        var number = 0;
        foreach (var step in _text["steps"]!.AsArray())
        {
            var differences = await TakeAsync(step!.AsObject(), stage, picture, cancellationToken);
            lines.AddRange(differences.Select(line => $"{Path.GetFileName(file)}, step {number}: {line}"));
            number++;
        }
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => watching);
        await cluster.Api.CallAsync("DELETE", $"/api/v1/namespaces/{_namespace}", null, cancellationToken: cancellationToken);
        return string.Join('\n', lines);
    }

    private async Task MakeNamespaceAsync(CancellationToken cancellationToken)
    {
        var space = new JsonObject { ["apiVersion"] = "v1", ["kind"] = "Namespace", ["metadata"] = new JsonObject { ["name"] = _namespace } };
        var made = await cluster.Api.CallAsync("POST", "/api/v1/namespaces", space, cancellationToken: cancellationToken);
        Assert.Equal(201, made.Code);
        await Eventually.HoldsAsync("the namespace has its service account", async () =>
        {
            var account = await cluster.Api.CallAsync(
                "GET", $"/api/v1/namespaces/{_namespace}/serviceaccounts/default", null, cancellationToken: cancellationToken);
            return account.Code == 200;
        }, Patience, cancellationToken);
    }

    private async Task<IEnumerable<string>> TakeAsync(JsonObject step, PodStage stage, ClusterPicture picture, CancellationToken cancellationToken)
    {
        if ((string?)step["call"] is { } call)
            return await CallAsync(call, step, cancellationToken);
        if (step["settle"] is { } settle)
            return await SettleAsync((bool?)settle["order"] == true, step["expect"]!.AsObject(), stage, picture, cancellationToken);
        if ((string?)step["pod"] is { } pod)
            await stage.SetAsync(pod, (string)step["set"]!, cancellationToken);
        else
            stage.MakesReady = (bool?)step["autoready"] ?? throw new InvalidDataException($"{file}: a step of a kind that is not known: {step.ToJsonString()}");
        return [];
    }

    private async Task<IEnumerable<string>> CallAsync(string call, JsonObject step, CancellationToken cancellationToken)
    {
        var parts = call.Split(' ', 2);
        var body = step["body"] is { } given ? JsonNode.Parse(Filled(given.ToJsonString())) : null;
        var (code, answer) = await cluster.Api.CallAsync(
            parts[0], Filled(parts[1]), body, (string?)step["type"] ?? "application/json", cancellationToken);
        var got = new JsonObject { ["code"] = code, ["body"] = answer is null ? null : JsonNode.Parse(Plain(answer.ToJsonString())) };
        var want = step["expect"]!.DeepClone();
        foreach (var path in (_text["ignore"]?.AsArray() ?? []).Concat(step["ignore"]?.AsArray() ?? []))
        {
            var members = ((string)path!).Split('.');
            JsonDifference.Remove(got["body"], members);
            JsonDifference.Remove(want["body"], members);
        }
        return JsonDifference.Between(want, got).Select(line => $"{call}: {line}");
    }

    private static async Task<IEnumerable<string>> SettleAsync(
        bool withOrder, JsonObject want, PodStage stage, ClusterPicture picture, CancellationToken cancellationToken)
    {
        var time = TimeProvider.System;
        var (begun, sinceGood) = (time.GetTimestamp(), (long?)null);
        List<string> differences = [];
        while (sinceGood is null ? time.GetElapsedTime(begun) < Patience : time.GetElapsedTime(sinceGood.Value) < Quiet)
        {
            var got = await picture.DrawAsync(cancellationToken);
            if (withOrder)
                got["order"] = stage.Order;
            differences = [.. JsonDifference.Between(want, got)];
            sinceGood = differences.Count > 0 ? null : sinceGood ?? time.GetTimestamp();
            await Task.Delay(TimeSpan.FromMilliseconds(50), time, cancellationToken);
        }
        stage.ForgetOrder();
        return differences.Select(line => $"it does not settle as it should: {line}");
    }

    private string Filled(string text) => text.Replace("{ns}", _namespace, StringComparison.Ordinal);

    private string Plain(string text) => Uid().Replace(text.Replace(_namespace, "{ns}", StringComparison.Ordinal), "<uid>");

    [GeneratedRegex("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")]
    private static partial Regex Uid();
}
