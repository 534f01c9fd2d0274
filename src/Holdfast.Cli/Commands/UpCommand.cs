using System.CommandLine;
using System.CommandLine.Parsing;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using Holdfast.ApiServer.Security.Audit;
using Holdfast.Host;

namespace Holdfast.Cli.Commands;

/// <summary><c>holdfast up</c>: the embedded cluster in the foreground.</summary>
internal static class UpCommand
{
    private const int DefaultPort = 6443;

    private static readonly Option<string> Data = DataFolders.Option();
    private static readonly Option<int> Port = UsageErrors.WholeNumber("--port", "The API server's port on loopback; 0 for any that is free", DefaultPort);
    private static readonly Option<IPAddress> Address = new("--address")
    {
        Description = "The address the API server listens on; any but a loopback address lets other machines reach it",
        HelpName = "IP",
        DefaultValueFactory = _ => IPAddress.Loopback,
        CustomParser = ReadAddress,
    };

    private static readonly Option<AuditLevel> Audit = new("--audit-level") { Description = "What audit.log in the data folder tells of each request; bodies of Secrets and tokens never", DefaultValueFactory = _ => AuditLevel.Metadata };
    private static readonly Option<int> AuditSize = new("--audit-max-size") { Description = "How many megabytes audit.log grows to before it is begun anew", HelpName = "MB", DefaultValueFactory = _ => 64 };
    private static readonly Option<int> AuditBackups = new("--audit-max-backups") { Description = "How many older audit logs are kept", HelpName = "N", DefaultValueFactory = _ => 5 };
    private static readonly Option<int> AuditAge = new("--audit-max-age") { Description = "How many days older audit logs are kept", HelpName = "DAYS", DefaultValueFactory = _ => 30 };
    private static readonly Option<string?> Kubeconfig = new("--kubeconfig") { Description = "Where to write the kubeconfig (default: kubeconfig in the data folder)", HelpName = "FILE" };
    private static readonly Option<bool> Fresh = new("--fresh") { Description = "Begin anew: remove the cluster, its pods and its volumes that the data folder holds" };
    private static readonly Option<int> Nodes = UsageErrors.WholeNumber("--nodes", "How many nodes (0 to 14)", 3);
    private static readonly Option<string> Zones = new("--zones") { Description = "The zones to put the nodes in, in turn", DefaultValueFactory = _ => "a,b,c" };
    private static readonly Option<PodRuntime> Runtime = new("--runtime") { Description = "What pods run as: processes of this machine, or nothing (fake: ready at once, for tests of scale)", DefaultValueFactory = _ => PodRuntime.Process };
    private static readonly Option<bool> LeavePods = new("--leave-pods") { Description = "Leave pods running at the stop; the next start finds them again" };
    private static readonly Option<bool> NoIsolation = new("--no-isolation") { Description = "Run pods without namespaces of the kernel, as where it does not allow them" };

    private static readonly Option<bool> Steward = new("--steward") { Description = "Run the Steward, which looks after the sets that a Steward object names; --steward=false leaves it out", DefaultValueFactory = _ => true };

    internal static Command Make()
    {
        var command = new Command("up", "Start a cluster on this machine, in the foreground: API server, controllers, nodes, volumes and DNS, all on loopback")
        {
            Data, Address, Port, Kubeconfig, Fresh, Nodes, Zones, Runtime, LeavePods, NoIsolation, Steward, Audit, AuditSize, AuditBackups, AuditAge,
        };
        command.SetAction((result, cancellationToken) => RunAsync(Options(result), result.GetValue(LeavePods), cancellationToken));
        return command;
    }

    private static EmbeddedClusterOptions Options(ParseResult result) => new()
    {
        DataFolder = Path.GetFullPath(result.GetValue(Data)!),
        Address = result.GetValue(Address)!,
        Port = result.GetValue(Port),
        Audit = new AuditOptions
        {
            Level = result.GetValue(Audit),
            MaximumBytes = (long)result.GetValue(AuditSize) << 20,
            OldFiles = result.GetValue(AuditBackups),
            OldFileAge = TimeSpan.FromDays(result.GetValue(AuditAge)),
        },
        Kubeconfig = result.GetValue(Kubeconfig) is { } path ? Path.GetFullPath(path) : null,
        IsFresh = result.GetValue(Fresh),
        Nodes = result.GetValue(Nodes),
        Zones = [.. result.GetValue(Zones)!.Split(',', StringSplitOptions.TrimEntries)],
        Runtime = result.GetValue(Runtime),
        MayIsolate = !result.GetValue(NoIsolation),
        HasSteward = result.GetValue(Steward),
        CommandLine = "holdfast up",
        Progress = new PartLines(),
    };

    private static async Task<int> RunAsync(EmbeddedClusterOptions options, bool leavePods, CancellationToken cancellationToken)
    {
        Console.WriteLine($"holdfast {VersionCommand.Version}, data in {options.DataFolder}");
        var started = Stopwatch.GetTimestamp();
        await using var cluster = await EmbeddedCluster.StartAsync(options, cancellationToken);
        await WarnAsync(options.Address, cluster.Server.Port);
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

    private static IPAddress? ReadAddress(ArgumentResult given)
    {
        var text = given.Tokens.Count == 0 ? "" : given.Tokens[0].Value;
        // A number alone would be read as an address too: 999 as 0.0.3.231.
        if (IPAddress.TryParse(text, out var address) && (text.Contains(':', StringComparison.Ordinal) || address.ToString() == text))
        {
            return address;
        }
        given.AddError($"--address is \"{text}\"; give an IP address of this machine, such as 127.0.0.1, or 0.0.0.0 for all of them.");
        return null;
    }

    private static async Task WarnAsync(IPAddress address, int port)
    {
        if (IPAddress.IsLoopback(address))
        {
            return;
        }
        await Console.Error.WriteLineAsync($"""

            WARNING: the API server listens on {address} port {port}, where OTHER MACHINES can reach it. Whoever has the kubeconfig or a token
            of this cluster runs programs on this machine as you. Use a loopback address (leave --address out) unless that is what you want,
            and let a firewall say who may connect.

            """);
    }

    private static string Quoted(string path) => path.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '/' or '.' or '-' or '_') ? path : $"'{path.Replace("'", "'\\''", StringComparison.Ordinal)}'";

    private static string Seconds(TimeSpan span) => string.Create(CultureInfo.InvariantCulture, $"{span.TotalSeconds:0.00} s");

    private sealed class PartLines : IProgress<StartedPart>
    {
        public void Report(StartedPart value) =>
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {value.Name,-14}{value.Took.TotalMilliseconds,7:0} ms   {value.Detail}").TrimEnd());
    }
}
