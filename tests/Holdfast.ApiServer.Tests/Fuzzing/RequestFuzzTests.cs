using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json.Nodes;
using Holdfast.Testing;

namespace Holdfast.ApiServer.Tests.Fuzzing;

/// <summary>
/// Wrong requests against a real server over the network: none is answered 5xx or not at all, none hangs, and at the end nothing is left
/// of them. Each is a right request with a few mutations, drawn from a seed; a failure is printed with its seed and as a command.
/// </summary>
public sealed class RequestFuzzTests
{
    private const int Connections = 6;
    private const int MaximumFailures = 10;
    private const int Cases = 40_000;
    private const int Renewal = 500;
    private const long MaximumGrowth = 300L << 20;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Wrong_requests_are_refused_and_nothing_of_them_is_left()
    {
        await using var server = await RunningServer.StartAsync(Token);
        var before = Keys(server);
        await BeginAsync(server);
        var memory = GC.GetTotalMemory(forceFullCollection: true);
        var codes = new ConcurrentDictionary<int, int>();
        var (sent, failures) = await RunAsync(server, codes);
        var told = string.Join(", ", codes.OrderBy(each => each.Key).Select(each => $"{each.Value} x {each.Key}"));
        TestContext.Current.TestOutputHelper?.WriteLine($"{sent} requests from seed {FuzzSettings.Seed}: {told}");
        Assert.True(failures.IsEmpty, string.Join("\n\n", failures));
        // Only what is nearly right gets far.
        Assert.True(codes.Where(each => each.Key < 300).Sum(each => each.Value) > sent / 20, told);
        Assert.Empty(server.Faults.Select(fault => fault.ToString()));
        await Eventually.HoldsAsync("no request and no watch is left", () => server.Host.Load == (0, 0), Patience, Token);
        await CleanAsync(server, before);
        Assert.Empty(Keys(server).Except(before));
        var growth = GC.GetTotalMemory(forceFullCollection: true) - memory;
        Assert.True(growth < MaximumGrowth, $"{growth >> 20} MB more are held than before {sent} requests");
    }

    private static HashSet<string> Keys(RunningServer server) =>
        [.. server.Host.Core.Served.All.SelectMany(served => server.Store.Snapshot().List(served.StoreName, null)).Select(entry => entry.Key.ToString())];

    private static async Task BeginAsync(RunningServer server)
    {
        await using var connection = Connect(server);
        foreach (var request in ValidRequests.Beginning)
        {
            var (code, body) = await connection.SendAsync(request, Token);
            Assert.True(code == 201, $"{code} {body}\n{request.ToCurl()}");
        }
    }

    private static RawConnection Connect(RunningServer server) => new(server.Host.Address, server.Host.AdminCredentials().Token);

    private static async Task<(int Sent, ConcurrentQueue<string> Failures)> RunAsync(RunningServer server, ConcurrentDictionary<int, int> codes)
    {
        var (next, begun, failures) = (0, Stopwatch.StartNew(), new ConcurrentQueue<string>());
        await Task.WhenAll(Enumerable.Range(0, Connections).Select(async _ =>
        {
            await using var connection = Connect(server);
            while (failures.Count < MaximumFailures && Interlocked.Increment(ref next) is var number && FuzzSettings.Wants(number, Cases, begun))
            {
                var drawn = FuzzCase.Draw(FuzzSettings.Seed, number);
                // What requests are about is put back now and then: most of them would meet nothing else.
                if (drawn.Number % Renewal == 0)
                    await RenewAsync(connection);
                if (await ProblemAsync(connection, drawn.Request, codes) is not { } problem)
                    continue;
                var smallest = await drawn.MinimisedAsync(async smaller => await ProblemAsync(connection, smaller.Request, codes) is not null);
                failures.Enqueue(smallest.Describe(problem));
            }
        }));
        return (next, failures);
    }

    private static async Task RenewAsync(RawConnection connection)
    {
        foreach (var request in ValidRequests.Beginning)
            await connection.SendAsync(request, Token);
    }

    private static async Task<string?> ProblemAsync(RawConnection connection, FuzzRequest request, ConcurrentDictionary<int, int> codes)
    {
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(Token);
        ends.CancelAfter(Patience);
        try
        {
            var (code, body) = await connection.SendAsync(request, ends.Token);
            codes.AddOrUpdate(code, 1, static (_, count) => count + 1);
            return code switch
            {
                0 => "closed without an answer",
                // What Kubernetes answers to who asks for a revision that is still to come, or for less time than it takes.
                504 when body.Contains("\"Timeout\"", StringComparison.Ordinal) => null,
                >= 500 => $"{code} {body}",
                // Kubernetes' OpenAPI documents say so without a word.
                406 when body.Length == 0 && request.Path.StartsWith("/openapi/", StringComparison.Ordinal) => null,
                >= 400 when request.Method != "HEAD" && !IsStatus(code, body) => $"{code} is no Status: {body}",
                _ => null,
            };
        }
        catch (OperationCanceledException) when (!Token.IsCancellationRequested)
        {
            return $"no answer within {Patience.TotalSeconds} s";
        }
    }

    // Paths that no API has are answered in words, and every other refusal is a Status in the form that was asked for.
    private static bool IsStatus(int code, string body)
    {
        if (body.StartsWith("k8s\0", StringComparison.Ordinal))
            return body.Contains("Status", StringComparison.Ordinal) && body.Contains("Failure", StringComparison.Ordinal);
        if (body.StartsWith("apiVersion: v1\n", StringComparison.Ordinal))
            return body.Contains($"\ncode: {code}\n", StringComparison.Ordinal) && body.Contains("\nkind: Status\n", StringComparison.Ordinal);
        if (body.Length == 0)
            return false;
        if (code == 404 && body.StartsWith("404 page not found", StringComparison.Ordinal))
            return true;
        return JsonNode.Parse(body) is JsonObject status && (string?)status["kind"] == "Status" && (int?)status["code"] == code;
    }

    private static async Task CleanAsync(RunningServer server, HashSet<string> before)
    {
        for (var round = 0; round < 3; round++)
        {
            foreach (var served in server.Host.Core.Served.All)
            {
                foreach (var entry in server.Store.Snapshot().List(served.StoreName, null).Where(entry => !before.Contains(entry.Key.ToString())).ToList())
                    await RemoveAsync(server, served.Type, entry.Key.Namespace, entry.Key.Name, entry.Json);
            }
        }
    }

    private static async Task RemoveAsync(RunningServer server, Model.Resources.ResourceType type, string space, string name, ReadOnlyMemory<byte> json)
    {
        var path = (type.Group.Length == 0 ? "/api/v1" : $"/apis/{type.Group}/{type.Version}") + (space.Length == 0 ? "" : $"/namespaces/{space}") + $"/{type.Plural}/{Uri.EscapeDataString(name)}";
        var node = JsonNode.Parse(json.Span)!;
        if (node["metadata"]!["finalizers"] is not null)
            await server.SendAsync("PATCH", path, """{"metadata":{"finalizers":null}}""", "application/merge-patch+json");
        await server.SendAsync("DELETE", path + "?gracePeriodSeconds=0&propagationPolicy=Background");
        if (type.Plural != "namespaces")
            return;
        node["spec"] = new JsonObject();
        ((JsonObject)node["metadata"]!).Remove("resourceVersion");
        await server.SendAsync("PUT", path + "/finalize", node.ToJsonString());
    }
}
