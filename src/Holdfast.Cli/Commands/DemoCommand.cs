using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Holdfast.Cli.Demo;
using Holdfast.Host;

namespace Holdfast.Cli.Commands;

/// <summary><c>holdfast demo</c>: the main job on real pods, checked.</summary>
internal static class DemoCommand
{
    private static readonly Option<string?> Data = new("--data") { Description = "The folder for the demo's cluster (default: a new one, removed at the end unless --keep)", HelpName = "DIR" };
    private static readonly Option<bool> Keep = new("--keep") { Description = "Leave the cluster up at the end, until Ctrl-C" };
    private static readonly Option<bool> NoIsolation = new("--no-isolation") { Description = "Run pods without namespaces of the kernel, as where it does not allow them" };

    internal static Command Make()
    {
        var command = new Command("demo", "Start a cluster, run a ledger on it through start, loss, eviction, scaling and update, and check every promise") { Data, Keep, NoIsolation };
        command.SetAction((result, cancellationToken) => RunAsync(result, cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(ParseResult result, CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        Console.WriteLine("Holdfast demo: a ledger of three members on a cluster of its own; every promise is checked on what is seen.");
        var options = new EmbeddedClusterOptions
        {
            DataFolder = result.GetValue(Data) is { } folder ? Path.GetFullPath(folder) : null,
            IsFresh = result.GetValue(Data) is not null,
            MayIsolate = !result.GetValue(NoIsolation),
            CommandLine = "holdfast demo",
        };
        await using var cluster = await EmbeddedCluster.StartAsync(options, cancellationToken);
        Say(started, $"cluster ready: {cluster.Server.GetLeftPart(UriPartial.Authority)}, {options.Nodes} nodes in zones {string.Join(", ", options.Zones)}");
        using var demo = new LedgerDemo(cluster, Manifests(), line => Say(started, "  " + line));
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var following = demo.FollowAsync(ending.Token);
        var promises = await CheckAsync(demo, started, cancellationToken);
        var exitCode = PromiseTable.Tell(promises, Stopwatch.GetElapsedTime(started), Console.Out);
        if (result.GetValue(Keep))
        {
            Console.WriteLine($"The cluster stays up until Ctrl-C. To use it with kubectl:\n\n  export KUBECONFIG={cluster.Kubeconfig}\n");
            await cluster.WaitForStopAsync(cancellationToken);
        }
        await ending.CancelAsync();
        await EndAsync(following);
        await cluster.StopAsync(leavePods: false);
        return exitCode;
    }

    private static Task<List<Promise>> CheckAsync(LedgerDemo demo, long started, CancellationToken cancellationToken) => PromiseTable.CheckAsync(
        [
            ("Members start in order, each when those before are ready", demo.StartAsync),
            ("An acknowledged entry is durable", demo.WriteAsync),
            ("A deleted member comes back with its name, address record, claim and entries", demo.DeleteOneAsync),
            ("The budget lets one member go at a time", demo.EvictAsync),
            ("Scaling goes up from the lowest and down from the highest ordinal; claims stay", demo.ScaleAsync),
            ("No kill -9 takes an acknowledged entry away", demo.KillAsync),
            ("An update goes from the highest ordinal down, one at a time; entries stay", demo.UpdateAsync),
        ],
        promised => Say(started, promised), cancellationToken);

    private static async Task EndAsync(Task following)
    {
        try
        {
            await following;
        }
        catch (OperationCanceledException)
        {
            return;
        }
    }

    private static void Say(long started, string line) =>
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Stopwatch.GetElapsedTime(started).TotalSeconds,6:0.0} s  {line}"));

    /// <summary>The examples beside the program, or in the repository that it was built in.</summary>
    private static string Manifests()
    {
        for (var folder = AppContext.BaseDirectory; folder is not null; folder = Path.GetDirectoryName(folder.TrimEnd('/')))
        {
            var candidate = Path.Combine(folder, "examples", "ledger-store");
            if (File.Exists(Path.Combine(candidate, "ledger-store.yaml")))
            {
                return candidate;
            }
        }
        throw new ClusterException("the demo's manifests, examples/ledger-store, are neither beside the program nor in a folder above it: run it from a clone of the repository.");
    }
}
