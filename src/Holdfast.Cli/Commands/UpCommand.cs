using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Holdfast.Host;

namespace Holdfast.Cli.Commands;

/// <summary><c>holdfast up</c>: the embedded cluster in the foreground.</summary>
internal static class UpCommand
{
    private const int DefaultPort = 6443;

    private static readonly Option<string> Data = DataFolders.Option();
    private static readonly Option<int> Port = UsageErrors.WholeNumber("--port", "The API server's port on loopback; 0 for any that is free", DefaultPort);
    private static readonly Option<string?> Kubeconfig = new("--kubeconfig") { Description = "Where to write the kubeconfig (default: kubeconfig in the data folder)", HelpName = "FILE" };
    private static readonly Option<bool> Fresh = new("--fresh") { Description = "Begin anew: remove the cluster, its pods and its volumes that the data folder holds" };
    private static readonly Option<int> Nodes = UsageErrors.WholeNumber("--nodes", "How many nodes (0 to 14)", 3);
    private static readonly Option<string> Zones = new("--zones") { Description = "The zones to put the nodes in, in turn", DefaultValueFactory = _ => "a,b,c" };
    private static readonly Option<PodRuntime> Runtime = new("--runtime") { Description = "What pods run as: processes of this machine, or nothing (fake: ready at once, for tests of scale)", DefaultValueFactory = _ => PodRuntime.Process };
    private static readonly Option<bool> LeavePods = new("--leave-pods") { Description = "Leave pods running at the stop; the next start finds them again" };
    private static readonly Option<bool> NoIsolation = new("--no-isolation") { Description = "Run pods without namespaces of the kernel, as where it does not allow them" };

    internal static Command Make()
    {
        var command = new Command("up", "Start a cluster on this machine, in the foreground: API server, controllers, nodes, volumes and DNS, all on loopback")
        {
            Data, Port, Kubeconfig, Fresh, Nodes, Zones, Runtime, LeavePods, NoIsolation,
        };
        command.SetAction((result, cancellationToken) => RunAsync(Options(result), result.GetValue(LeavePods), cancellationToken));
        return command;
    }

    private static EmbeddedClusterOptions Options(ParseResult result) => new()
    {
        DataFolder = Path.GetFullPath(result.GetValue(Data)!),
        Port = result.GetValue(Port),
        Kubeconfig = result.GetValue(Kubeconfig) is { } path ? Path.GetFullPath(path) : null,
        IsFresh = result.GetValue(Fresh),
        Nodes = result.GetValue(Nodes),
        Zones = [.. result.GetValue(Zones)!.Split(',', StringSplitOptions.TrimEntries)],
        Runtime = result.GetValue(Runtime),
        MayIsolate = !result.GetValue(NoIsolation),
        CommandLine = "holdfast up",
        Progress = new PartLines(),
    };

    private static async Task<int> RunAsync(EmbeddedClusterOptions options, bool leavePods, CancellationToken cancellationToken)
    {
        Console.WriteLine($"holdfast {VersionCommand.Version}, data in {options.DataFolder}");
        var started = Stopwatch.GetTimestamp();
        await using var cluster = await EmbeddedCluster.StartAsync(options, cancellationToken);
        Console.WriteLine($"Ready in {Seconds(Stopwatch.GetElapsedTime(started))}. To use it with kubectl:");
        Console.WriteLine();
        Console.WriteLine($"  export KUBECONFIG={Quoted(cluster.Kubeconfig)}");
        Console.WriteLine();
        Console.WriteLine(leavePods ? "Ctrl-C stops it and leaves its pods running." : "Ctrl-C stops it and its pods.");
        var reason = await cluster.WaitForStopAsync(cancellationToken);
        if (reason is not null)
        {
            await Console.Error.WriteLineAsync($"holdfast: {reason}");
            await cluster.StopAsync(leavePods: true);
            return ExitCode.Failed;
        }
        leavePods |= StopRequest.Take(cluster.DataFolder);
        Console.WriteLine(leavePods ? "Stopping; pods are left running." : "Stopping; pods are given their time to end.");
        await cluster.StopAsync(leavePods);
        Console.WriteLine("Stopped.");
        return ExitCode.Done;
    }

    private static string Quoted(string path) => path.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '/' or '.' or '-' or '_') ? path : $"'{path.Replace("'", "'\\''", StringComparison.Ordinal)}'";

    private static string Seconds(TimeSpan span) => string.Create(CultureInfo.InvariantCulture, $"{span.TotalSeconds:0.00} s");

    private sealed class PartLines : IProgress<StartedPart>
    {
        public void Report(StartedPart value) =>
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {value.Name,-14}{value.Took.TotalMilliseconds,7:0} ms   {value.Detail}").TrimEnd());
    }
}
