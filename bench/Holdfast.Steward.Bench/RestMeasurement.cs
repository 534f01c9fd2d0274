using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Holdfast.Bench;
using Holdfast.Client;
using Holdfast.Model.Apps;
using Holdfast.Model.Core;
using Holdfast.Model.Json;

namespace Holdfast.Steward.Bench;

/// <summary>
/// What stewarded sets cost that nothing happens to: the Steward runs as a process of its own (<c>holdfast operator</c>), so that its memory and its calls of the API are
/// its own; the calls are counted in the API server's audit log.
/// </summary>
/// <param name="program">The program.</param>
/// <param name="folder">Where the cluster is kept.</param>
internal sealed class RestMeasurement(string program, string folder)
{
    private const string Space = "default";
    private const int Members = 3;
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(40);
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(60);

    internal async Task RunAsync(int sets, CancellationToken cancellationToken)
    {
        await using var cluster = await MeasuredCluster.StartAsync(program, folder, "fake", cancellationToken, "--steward=false");
        await using var members = await FakeMembers.StartAsync(cancellationToken);
        using var transport = cluster.Config.CreateTransport(TimeProvider.System);
        var client = new KubernetesClient(transport, "holdfast-bench");
        for (var number = 0; number < sets; number++)
            await client.CreateAsync(Set(number), cancellationToken);
        await UpdateMeasurement.UntilAsync("every pod runs", async () =>
        {
            var pods = (await client.ListAsync<Pod>(new ListQuery { Namespace = Space }, cancellationToken)).Items;
            members.Know(pods);
            return pods.Count(pod => pod.Status.PodIP.Length > 0) == sets * Members;
        }, cancellationToken);
        using var steward = Start();
        try
        {
            await Task.Delay(TimeSpan.FromSeconds(10), TimeProvider.System, cancellationToken);
            var before = await HeldMemory.OfAsync(steward.Id, cancellationToken);
            for (var number = 0; number < sets; number++)
                await client.CreateAsync(Steward(number), cancellationToken);
            await UpdateMeasurement.UntilAsync("every Steward is ready", async () => (await client.ListAsync<StewardResource>(new ListQuery { Namespace = Space }, cancellationToken)).Items
                .Count(each => each.Status.Conditions.Any(condition => condition is { Type: "Ready", Status: "True" })) == sets, cancellationToken);
            await Task.Delay(Settling, TimeProvider.System, cancellationToken);
            await TellAsync(sets, steward, before, cancellationToken);
        }
        finally
        {
            using var stop = Process.Start("kill", ["-TERM", steward.Id.ToString(CultureInfo.InvariantCulture)]);
            await stop.WaitForExitAsync(CancellationToken.None);
            await steward.WaitForExitAsync(CancellationToken.None);
        }
    }

    private async Task TellAsync(int sets, Process steward, HeldMemory before, CancellationToken cancellationToken)
    {
        var (from, processor) = (TimeProvider.System.GetUtcNow(), Processor(steward));
        await Task.Delay(Window, TimeProvider.System, cancellationToken);
        var used = Processor(steward) - processor;
        var held = await HeldMemory.OfAsync(steward.Id, cancellationToken);
        // The log is written in batches.
        await Task.Delay(TimeSpan.FromSeconds(2), TimeProvider.System, cancellationToken);
        var calls = (await CallsAsync(from, from + Window, cancellationToken)).GroupBy(call => call, StringComparer.Ordinal).OrderByDescending(group => group.Count()).ToArray();
        var hundreds = sets / 100.0;
        Console.WriteLine($"\n{sets} stewarded sets of {Members} members at rest, over {Window.TotalSeconds:0} s, the Steward alone:\n");
        Console.WriteLine("| | of all | per 100 sets |\n|---|---|---|");
        Row("API calls a second", calls.Sum(group => group.Count()) / Window.TotalSeconds, hundreds, "0.00");
        foreach (var call in calls.Take(5))
            Row($"– {call.Key}", call.Count() / Window.TotalSeconds, hundreds, "0.00");
        Row("MiB of its own more than without any", (held.Own - before.Own) / 1048576.0, hundreds, "0.0");
        Row("processor, ms a second", used.TotalMilliseconds / Window.TotalSeconds, hundreds, "0.0");
        Console.WriteLine($"| MiB of its own in all (resident {held.Resident / 1048576.0:0}) | {held.Own / 1048576.0:0} | |");
    }

    private static void Row(string what, double all, double hundreds, string format) =>
        Console.WriteLine($"| {what} | {all.ToString(format, CultureInfo.InvariantCulture)} | {(all / hundreds).ToString(format, CultureInfo.InvariantCulture)} |");

    // Nobody else asks as the administrator while the window is open.
    private async Task<IReadOnlyList<string>> CallsAsync(DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken)
    {
        var calls = new List<string>();
        await foreach (var line in File.ReadLinesAsync(Path.Combine(folder, "audit.log"), cancellationToken))
        {
            using var entry = JsonDocument.Parse(line);
            var root = entry.RootElement;
            var at = root.GetProperty("requestReceivedTimestamp").GetDateTimeOffset();
            if (at >= from && at < to && root.GetProperty("stage").GetString() == "ResponseComplete" && root.GetProperty("userAgent").GetString()!.StartsWith("holdfast", StringComparison.Ordinal)
                && !root.GetProperty("user").GetProperty("username").GetString()!.StartsWith("system:", StringComparison.Ordinal))
            {
                calls.Add($"{root.GetProperty("verb").GetString()} {(root.TryGetProperty("objectRef", out var of) && of.TryGetProperty("resource", out var kind) ? kind.GetString() : "")}");
            }
        }
        return calls;
    }

    private Process Start() => Process.Start(new ProcessStartInfo(program, ["operator", "--kubeconfig", Path.Combine(folder, "kubeconfig"), "--webhook-address", "127.0.0.1", "--webhook-host", "127.0.0.1", "--webhook-port", "0"])
    {
        RedirectStandardError = false,
    })!;

    private static StatefulSet Set(int number) => ModelJson.Read<StatefulSet>(Encoding.UTF8.GetBytes($$"""
        {"metadata": {"name": "{{Name(number)}}", "namespace": "{{Space}}"},
         "spec": {"serviceName": "none", "replicas": {{Members}}, "podManagementPolicy": "Parallel", "selector": {"matchLabels": {"app": "{{Name(number)}}"} },
          "template": {"metadata": {"labels": {"app": "{{Name(number)}}"} }, "spec": {"containers": [{"name": "main", "image": "example/ledger-store:2.9.0"}]} } } }
        """));

    private static StewardResource Steward(int number) => ModelJson.Read<StewardResource>(Encoding.UTF8.GetBytes(
        $$"""{"metadata": {"name": "{{Name(number)}}", "namespace": "{{Space}}"}, "spec": {"targetRef": {"name": "{{Name(number)}}"}, "member": {"preset": "ledger-store", "port": {{FakeMembers.Port}}} } }"""));

    private static string Name(int number) => string.Create(CultureInfo.InvariantCulture, $"set-{number}");

    private static TimeSpan Processor(Process process)
    {
        process.Refresh();
        return process.TotalProcessorTime;
    }
}
