using System.Diagnostics;
using Holdfast.Client;
using Holdfast.Client.Http;
using Holdfast.Model.Core;
using Holdfast.Model.Meta;
using Holdfast.Model.Values;

namespace Holdfast.Bench;

/// <summary>How many objects a second are created, each acknowledged before the next on its connection.</summary>
internal static class CreateMeasurement
{
    private const string Space = "holdfast-bench";
    private static readonly string Padding = new('x', 500);

    internal static async Task<CreateRate> MeasureAsync(KubeConfig config, int connections, TimeSpan time, CancellationToken cancellationToken)
    {
        var transports = Enumerable.Range(0, connections).Select(_ => config.CreateTransport(TimeProvider.System)).ToArray();
        try
        {
            var clients = transports.Select(transport => new KubernetesClient(transport, "holdfast-bench")).ToArray();
            if (await clients[0].FindAsync<Namespace>("", Space, cancellationToken) is null)
                await clients[0].CreateAsync(new Namespace { Metadata = new ObjectMeta { Name = Space } }, cancellationToken);
            // The first call of each connection pays for its TLS and is not counted.
            await Task.WhenAll(clients.Select(client => client.FindAsync<Namespace>("", Space, cancellationToken)));
            var begun = Stopwatch.GetTimestamp();
            var latencies = (await Task.WhenAll(clients.Select(client => CreateAsync(client, time, cancellationToken)))).SelectMany(each => each).Order().ToArray();
            var rate = new CreateRate(latencies.Length / Stopwatch.GetElapsedTime(begun).TotalSeconds, latencies[latencies.Length / 2], latencies[(int)(latencies.Length * 0.99)]);
            await clients[0].DeleteAsync<Namespace>("", Space, null, cancellationToken);
            while (await clients[0].FindAsync<Namespace>("", Space, cancellationToken) is not null)
                await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, cancellationToken);
            return rate;
        }
        finally
        {
            foreach (var transport in transports)
                transport.Dispose();
        }
    }

    private static async Task<List<TimeSpan>> CreateAsync(KubernetesClient client, TimeSpan time, CancellationToken cancellationToken)
    {
        var latencies = new List<TimeSpan>();
        var started = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(started) < time)
        {
            var begin = Stopwatch.GetTimestamp();
            var map = new ConfigMap { Metadata = new ObjectMeta { Namespace = Space, GenerateName = "bench-" }, Data = ValueMap.Of(("padding", Padding)) };
            await client.CreateAsync(map, cancellationToken);
            latencies.Add(Stopwatch.GetElapsedTime(begin));
        }
        return latencies;
    }
}

/// <summary>What was measured of creates.</summary>
/// <param name="PerSecond">Objects a second, over all connections.</param>
/// <param name="Median">The time of one, at the median.</param>
/// <param name="NinetyNinth">The time of one, at the 99th percentile.</param>
internal sealed record CreateRate(double PerSecond, TimeSpan Median, TimeSpan NinetyNinth);
