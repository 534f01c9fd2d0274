using System.CommandLine;
using Holdfast.Cli;
using Holdfast.Cli.Commands;
using Holdfast.Host;
using Holdfast.Node.Runtime;
using Holdfast.Store;

// Two threads wait for the disk and for children at most; on a machine with one or two processors the pool would hand out too few.
ThreadPool.SetMinThreads(Math.Max(8, Environment.ProcessorCount), 8);

var root = new RootCommand("Holdfast keeps stateful workloads safe while they are started, updated, scaled, drained, moved, broken and restored.")
{
    UpCommand.Make(),
    DownCommand.Make(),
    StatusCommand.Make(),
    RolloutCommand.Make(),
    PlanCommand.Make(),
    OperatorCommand.Make(),
    DemoCommand.Make(),
    ImageCommand.Make(),
    StoreCommand.Make(),
    SimCommand.Make(),
    VersionCommand.Make(),
};

using var stop = new StopSignals();
// Signals are ours: a stop takes as long as pods are given to end.
var configuration = new InvocationConfiguration { ProcessTerminationTimeout = null, EnableDefaultExceptionHandler = false };
try
{
    var parsed = root.Parse(args);
    return parsed.Errors.Count > 0 ? UsageErrors.Tell(parsed) : await parsed.InvokeAsync(configuration, stop.Token);
}
catch (Exception error) when (error is ClusterException or RuntimeException or StoreUnavailableException or IOException or UnauthorizedAccessException)
{
    await Console.Error.WriteLineAsync($"holdfast: {error.Message}");
    return ExitCode.Failed;
}
catch (OperationCanceledException) when (stop.Token.IsCancellationRequested)
{
    return ExitCode.Interrupted;
}
catch (Exception error)
{
    // A fault of this program: a person gets one line, and a type and place to report.
    var place = error.StackTrace?.Split('\n')[0].Trim() ?? "nowhere";
    await Console.Error.WriteLineAsync($"holdfast: something unforeseen went wrong, which is a fault of this program: {error.Message.ReplaceLineEndings(" ")} ({error.GetType().Name} {place})");
    return ExitCode.Failed;
}
