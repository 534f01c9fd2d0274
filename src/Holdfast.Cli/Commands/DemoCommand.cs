using System.CommandLine;
using Holdfast.Cli.Demo;
using Holdfast.Host;
using Holdfast.Node.Runtime;

namespace Holdfast.Cli.Commands;

/// <summary><c>holdfast demo</c>: the main job on real pods, checked.</summary>
internal static class DemoCommand
{
    private const string SetPart = "statefulset";
    private const string StewardPart = "steward";

    private static readonly Option<string?> Data = new("--data") { Description = "The folder for the demo's cluster (default: a new one, removed at the end unless --keep)", HelpName = "DIR" };
    private static readonly Option<bool> Keep = new("--keep") { Description = "Leave the cluster up at the end, until Ctrl-C" };
    private static readonly Option<bool> NoIsolation = new("--no-isolation") { Description = "Run pods without namespaces of the kernel, as where it does not allow them" };
    private static readonly Option<string?> Only = new("--only") { Description = $"One part: {SetPart} (what a plain set promises, with kill -9) or {StewardPart} (update, drains, scaling and a bad image under load)", HelpName = "PART" };

    internal static Command Make()
    {
        Only.AcceptOnlyFromAmong(SetPart, StewardPart);
        var command = new Command("demo", "Start a cluster, run a ledger on it through loss, kills, update, drains, scaling and a bad image while clients write, and check every promise") { Data, Keep, NoIsolation, Only };
        command.SetAction((result, cancellationToken) => RunAsync(result, cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(ParseResult result, CancellationToken cancellationToken)
    {
        var isLive = DemoScreen.IsLive;
        var board = new DemoBoard(isLive ? null : Console.WriteLine);
        Console.WriteLine("Holdfast demo: ledgers of three members on a cluster of its own; every promise is checked on what is seen.");
        var options = new EmbeddedClusterOptions
        {
            DataFolder = result.GetValue(Data) is { } folder ? Path.GetFullPath(folder) : null,
            IsFresh = result.GetValue(Data) is not null,
            MayIsolate = !result.GetValue(NoIsolation),
            HasSteward = true,
            CommandLine = "holdfast demo",
        };
        await using var cluster = await EmbeddedCluster.StartAsync(options, cancellationToken);
        board.Say($"cluster ready: {cluster.Server.GetLeftPart(UriPartial.Authority)}, {options.Nodes} nodes in zones {string.Join(", ", options.Zones)}");
        AddBadImage(cluster);
        var run = () => CheckAsync(cluster, board, result.GetValue(Only), cancellationToken);
        var (promises, comparison) = isLive ? await DemoScreen.ShowAsync(board, run) : await run();
        var exitCode = PromiseTable.Tell(promises, comparison, board.Elapsed, Console.Out);
        if (result.GetValue(Keep))
        {
            Console.WriteLine($"The cluster stays up until Ctrl-C. To use it with kubectl:\n\n  export KUBECONFIG={cluster.Kubeconfig}\n");
            await cluster.WaitForStopAsync(cancellationToken);
        }
        await cluster.StopAsync(leavePods: false);
        return exitCode;
    }

    private static async Task<(List<Promise>, UpdateComparison?)> CheckAsync(EmbeddedCluster cluster, DemoBoard board, string? only, CancellationToken cancellationToken)
    {
        var (manifests, say) = (Manifests(), (Action<string>)(line => board.Say("  " + line)));
        using var plain = new LedgerSet(cluster.Client, "default", say);
        using var stewarded = new LedgerSet(cluster.Client, "stewarded", say);
        var steward = new StewardWatch(cluster.Client, board);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task[] following = [plain.FollowAsync(ending.Token), stewarded.FollowAsync(ending.Token), steward.FollowAsync(stewarded.Namespace, ending.Token)];
        var demo = new LedgerDemo(plain, cluster.Dns, manifests, say);
        await using var watched = new StewardDemo(stewarded, plain, steward, manifests, board);
        IEnumerable<(string, Func<CancellationToken, Task<string>>)> steps = only switch
        {
            SetPart => [.. OfSet(demo), ("Scaling goes up from the lowest and down from the highest ordinal; claims stay", demo.ScaleAsync), ("An update goes from the highest ordinal down, one at a time; entries stay", demo.UpdateAsync)],
            StewardPart => [("Members start in order, each when those before are ready", demo.StartAsync), .. OfSteward(demo, watched)],
            _ => [.. OfSet(demo), .. OfSteward(demo, watched)],
        };
        var promises = await PromiseTable.CheckAsync(steps, board.Say, cancellationToken);
        await ending.CancelAsync();
        await EndAsync(Task.WhenAll(following));
        return (promises, watched.Comparison);
    }

    private static IEnumerable<(string, Func<CancellationToken, Task<string>>)> OfSet(LedgerDemo demo) =>
    [
        ("Members start in order, each when those before are ready", demo.StartAsync),
        ("An acknowledged entry is durable", demo.WriteAsync),
        ("A deleted member comes back with its name, address record, claim and entries", demo.DeleteOneAsync),
        ("The budget lets one member go at a time", demo.EvictAsync),
        ("No kill -9 takes an acknowledged entry away", demo.KillAsync),
    ];

    private static IEnumerable<(string, Func<CancellationToken, Task<string>>)> OfSteward(LedgerDemo plain, StewardDemo demo) =>
    [
        ("A Steward finds out who leads, who votes and who is well", demo.AttachAsync),
        ("2.8.1 → 2.9.0 while clients write: one at a time, the leader hands over first, no write is lost or fails", token => demo.UpdateAsync(plain.UpdateAsync, token)),
        ("Every node is drained in turn, no write is lost or fails", demo.DrainAsync),
        ("3 → 5 → 3 members: the membership follows the pods, and goes before them", demo.ScaleAsync),
        ("A bad image stops at the first member and is taken back", demo.BadImageAsync),
        ("Through all of it no acknowledged write is lost, and none takes longer than 5 s", demo.CountAsync),
    ];

    private static void AddBadImage(EmbeddedCluster cluster) => ClusterImages.Open(cluster.DataFolder).Add(new ImageEntry
    {
        Reference = StewardDemo.BadImage,
        Entrypoint = ["/bin/sh", "-c", "echo 'ledger-store 2.9.1: this build is broken' >&2; exit 70"],
        Description = "A build that ends as soon as it starts",
    });

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
