using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Holdfast.Client;
using Holdfast.Model.Core;
using Holdfast.Testing;

namespace Holdfast.Conformance;

/// <summary>Stands in for the nodes of one namespace: says how pods fare, and notes in which order they come and go.</summary>
internal sealed class PodStage(ConformanceCluster cluster, string namespaceName)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly ConcurrentQueue<string> _order = new();

    /// <summary>Whether pods are made ready as soon as they come.</summary>
    internal bool MakesReady { get; set; }

    /// <summary>The comings (+) and goings (-) that were seen since it was last emptied.</summary>
    internal JsonArray Order => [.. _order.Select(each => JsonValue.Create(each))];

    internal void ForgetOrder() => _order.Clear();

    /// <summary>Watches until it is cancelled.</summary>
    internal async Task WatchAsync(CancellationToken cancellationToken)
    {
        await foreach (var change in cluster.Client.WatchAsync<Pod>(new ListQuery { Namespace = namespaceName }, cancellationToken))
        {
            if (change.Object is not { } pod || change.Type is not (WatchEventType.Added or WatchEventType.Deleted))
                continue;
            var isNew = change.Type == WatchEventType.Added;
            _order.Enqueue((isNew ? "+" : "-") + pod.Metadata.Name);
            if (isNew && MakesReady)
                await SetAsync(pod.Metadata.Name, "ready", cancellationToken);
        }
    }

    /// <summary>Sets a pod's phase and readiness, once it is there.</summary>
    internal Task SetAsync(string pod, string state, CancellationToken cancellationToken)
    {
        var phase = state switch
        {
            "ready" or "unready" => "Running",
            "failed" => "Failed",
            "succeeded" => "Succeeded",
            _ => throw new InvalidDataException($"a pod cannot be set \"{state}\": it is ready, unready, failed or succeeded"),
        };
        var condition = new JsonObject { ["type"] = "Ready", ["status"] = state == "ready" ? "True" : "False" };
        var patch = new JsonObject { ["status"] = new JsonObject { ["phase"] = phase, ["conditions"] = new JsonArray(condition) } };
        return Eventually.HoldsAsync($"the status of pod {pod} can be written", async () =>
        {
            var answer = await cluster.Api.CallAsync(
                "PATCH", $"/api/v1/namespaces/{namespaceName}/pods/{pod}/status", patch, "application/strategic-merge-patch+json", cancellationToken);
            return answer.Code == 200;
        }, Patience, cancellationToken);
    }
}
