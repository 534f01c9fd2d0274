using System.CommandLine;
using Holdfast.Host;

namespace Holdfast.Cli.Commands;

/// <summary><c>holdfast down</c>: stops the cluster of a data folder in order.</summary>
internal static class DownCommand
{
    private static readonly Option<string> Data = DataFolders.Option();
    private static readonly Option<bool> LeavePods = new("--leave-pods") { Description = "Leave pods running; the next start finds them again" };

    internal static Command Make()
    {
        var command = new Command("down", "Stop the cluster and its pods in order; its state is kept") { Data, LeavePods };
        command.SetAction((result, cancellationToken) => RunAsync(Path.GetFullPath(result.GetValue(Data)!), result.GetValue(LeavePods), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(string dataFolder, bool leavePods, CancellationToken cancellationToken)
    {
        if (RunningCluster.Find(dataFolder) is not { } running)
        {
            return await EndLeftoversAsync(dataFolder, leavePods, cancellationToken);
        }
        if (leavePods)
        {
            StopRequest.LeavePods(dataFolder);
        }
        Console.WriteLine($"Stopping process {running.ProcessId} ({running.CommandLine}) ...");
        await running.StopAsync(cancellationToken);
        Console.WriteLine("Stopped.");
        return ExitCode.Done;
    }

    /// <summary>No process holds the folder; pods of one that was killed may still run.</summary>
    private static async Task<int> EndLeftoversAsync(string dataFolder, bool leavePods, CancellationToken cancellationToken)
    {
        Console.WriteLine($"No cluster runs on {dataFolder}.");
        if (!leavePods && await LeftoverPods.EndAllAsync(dataFolder, cancellationToken) is > 0 and var ended)
        {
            Console.WriteLine($"Ended {ended} {(ended == 1 ? "pod" : "pods")} that it had left running.");
        }
        return ExitCode.Done;
    }
}
