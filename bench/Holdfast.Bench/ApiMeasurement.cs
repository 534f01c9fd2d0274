using System.Diagnostics;
using System.Globalization;
using Holdfast.Client;
using Holdfast.Client.Http;
using Holdfast.Model.Core;
using Holdfast.Model.Meta;
using Holdfast.Model.Values;

namespace Holdfast.Bench;

/// <summary>How many requests of each sort a server answers, over HTTPS with a bearer token.</summary>
/// <param name="config">The server.</param>
/// <param name="load">What asks.</param>
/// <param name="time">How long each sort is asked for.</param>
/// <param name="processorTime">What the server has used; null where that cannot be seen.</param>
internal sealed class ApiMeasurement(KubeConfig config, WrkLoad load, TimeSpan time, Func<TimeSpan>? processorTime)
{
    private const int FewConnections = 1;
    private const int ManyConnections = 32;
    private const int Watchers = 1000;
    private const int Writes = 20;
    private const string Creating = "holdfast-bench-creates";
    private const string Listing = "holdfast-bench-lists";
    private static readonly string Padding = new('x', 500);

    internal static string Body { get; } = $$$"""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"generateName":"bench-"},"data":{"padding":"{{{Padding}}}"}}""";

    internal async Task MeasureAsync(ResultTable table, CancellationToken cancellationToken)
    {
        using var transport = config.CreateTransport(TimeProvider.System);
        var client = new KubernetesClient(transport, "holdfast-bench");
        await using (await BenchNamespace.MakeAsync(client, Creating, cancellationToken))
        {
            foreach (var connections in (int[])[FewConnections, ManyConnections])
                await AddAsync(table, "durable creates", connections, () => load.CreateAsync($"/api/v1/namespaces/{Creating}/configmaps", Body, connections, time, cancellationToken));
        }
        await using (await BenchNamespace.MakeAsync(client, Listing, cancellationToken))
        {
            await FillAsync(client, 0, 500, cancellationToken);
            foreach (var connections in (int[])[FewConnections, ManyConnections])
                await AddAsync(table, "single gets", connections, () => load.GetAsync($"/api/v1/namespaces/{Listing}/configmaps/bench-0", connections, time, cancellationToken));
            await AddAsync(table, "lists of 500", ManyConnections, () => load.GetAsync($"/api/v1/namespaces/{Listing}/configmaps", ManyConnections, time, cancellationToken));
            await FanOutAsync(client, table, cancellationToken);
            await FillAsync(client, 500, 5000, cancellationToken);
            await AddAsync(table, "lists of 5,000", ManyConnections, () => load.GetAsync($"/api/v1/namespaces/{Listing}/configmaps", ManyConnections, time, cancellationToken));
        }
    }

    private async Task AddAsync(ResultTable table, string what, int connections, Func<Task<Rate>> ask)
    {
        var before = processorTime?.Invoke();
        var rate = await ask();
        var each = processorTime?.Invoke() - before is { } used
            ? string.Create(CultureInfo.InvariantCulture, $", {used.TotalMicroseconds / (rate.PerSecond * time.TotalSeconds):n0} us of the server's processors each")
            : "";
        table.Add($"{what}, {connections} connection{(connections == 1 ? "" : "s")}", rate.ToString(), rate.Latencies + each);
    }

    private static async Task FillAsync(KubernetesClient client, int from, int to, CancellationToken cancellationToken)
    {
        for (var number = from; number < to; number++)
            await client.CreateAsync(Map($"bench-{number}"), cancellationToken);
    }

    private static ConfigMap Map(string name) => new()
    {
        Metadata = new ObjectMeta { Namespace = Listing, Name = name },
        Data = ValueMap.Of(("padding", Padding)),
    };

    /// <summary>Has many watchers of one collection, writes to it, and takes the time until the last of them has seen all.</summary>
    private async Task FanOutAsync(KubernetesClient client, ResultTable table, CancellationToken cancellationToken)
    {
        var from = (await client.ListAsync<ConfigMap>(new ListQuery { Namespace = Listing, Limit = 1 }, cancellationToken)).Metadata.ResourceVersion;
        using var transport = config.CreateTransport(TimeProvider.System);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var started = new CountdownEvent(Watchers);
        var watching = Enumerable.Range(0, Watchers).Select(_ => WatchAsync(transport, from, started, stop.Token)).ToArray();
        // Every watcher has seen the first write before time is taken.
        await client.CreateAsync(Map("fan-out"), cancellationToken);
        while (!started.IsSet)
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, cancellationToken);
        var begun = Stopwatch.GetTimestamp();
        for (var number = 0; number < Writes; number++)
            await client.CreateAsync(Map($"fan-out-{number}"), cancellationToken);
        await Task.WhenAll(watching);
        var took = Stopwatch.GetElapsedTime(begun);
        table.Add(
            $"watch events, {Watchers:n0} watchers", string.Create(CultureInfo.InvariantCulture, $"{Watchers * Writes / took.TotalSeconds:n0} /s"),
            string.Create(CultureInfo.InvariantCulture, $"{Writes} writes, {Watchers * Writes:n0} events in {took.TotalMilliseconds:n0} ms, this client's reading included"));
        started.Dispose();
    }

    private static async Task WatchAsync(HttpTransport transport, string from, CountdownEvent started, CancellationToken cancellationToken)
    {
        var seen = 0;
        await foreach (var _ in transport.WatchAsync<ConfigMap>(new ListQuery { Namespace = Listing, ResourceVersion = from }, cancellationToken))
        {
            if (seen++ == 0)
                started.Signal();
            if (seen > Writes)
                return;
        }
        throw new InvalidOperationException($"a watch ended after {seen} events");
    }
}
