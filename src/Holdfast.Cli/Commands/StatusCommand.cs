using System.CommandLine;
using System.Text.Json;
using Holdfast.Cli.Screens;
using Holdfast.Client;
using Holdfast.Client.Http;
using Holdfast.Host;
using Holdfast.Steward.Plans;
using StewardResource = Holdfast.Model.Stewards.Steward;

namespace Holdfast.Cli.Commands;

/// <summary><c>holdfast status</c>: whether the cluster runs and what is in it. It asks with a deadline and never takes silence for health.</summary>
internal static class StatusCommand
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(5);

    private static readonly ClusterAccess Access = new();
    private static readonly Argument<string?> Name = new("NAME") { Description = "A Steward: show its members, and what is going on; left out, the whole cluster of the data folder", Arity = ArgumentArity.ZeroOrOne };
    private static readonly Option<string> Output = new("--output", "-o") { Description = "text, json or yaml", DefaultValueFactory = _ => "text" };

    internal static Command Make()
    {
        Output.AcceptOnlyFromAmong("text", "json", "yaml");
        var command = new Command("status", "Say whether the cluster runs and what is in it, or how a stewarded set is; exit code 3 when it does not run") { Name, Output };
        foreach (var option in Access.Options)
        {
            command.Options.Add(option);
        }
        command.SetAction((result, cancellationToken) => result.GetValue(Name) is { } name
            ? OfStewardAsync(name, result, cancellationToken)
            : RunAsync(Path.GetFullPath(result.GetValue(Access.Data)!), result.GetValue(Output)!, cancellationToken));
        return command;
    }

    private static async Task<int> OfStewardAsync(string name, ParseResult result, CancellationToken cancellationToken)
    {
        try
        {
            var (cluster, space) = Access.Load(result);
            using var transport = cluster.CreateTransport(TimeProvider.System, new HttpTransportOptions { Timeout = Deadline });
            var steward = await new KubernetesClient(transport, "holdfast").GetAsync<StewardResource>(space, name, cancellationToken);
            var now = TimeProvider.System.GetUtcNow();
            Console.Write(Shown(result.GetValue(Output)!, steward.Write, () => StewardScreen.Text(steward, now)));
            return StewardScreen.IsHealthy(steward, now) ? ExitCode.Done : ExitCode.Failed;
        }
        catch (Exception error) when (error is ApiException or KubeConfigException)
        {
            await Console.Error.WriteLineAsync($"holdfast: {(error is ApiException refused ? refused.InNamespace(Access.Load(result).Namespace) : error).Message}");
            return error is ApiException { IsNotFound: true } ? ExitCode.Failed : ExitCode.NotRunning;
        }
    }

    private static string Shown(string output, Action<Utf8JsonWriter> write, Func<string> text) => output switch
    {
        "json" => StructuredText.Json(write),
        "yaml" => StructuredText.Yaml(write),
        _ => text(),
    };

    private static async Task<int> RunAsync(string dataFolder, string output, CancellationToken cancellationToken)
    {
        if (RunningCluster.Find(dataFolder) is not { } running)
        {
            Console.Write(Shown(output, writer => ClusterStatusScreen.WriteNotRunning(writer, dataFolder), () => $"No cluster runs on {dataFolder}. Start it: holdfast up\n"));
            return ExitCode.NotRunning;
        }
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Deadline);
        try
        {
            var kubeconfig = KubeConfig.Load(EmbeddedCluster.KubeconfigOf(dataFolder));
            using var transport = kubeconfig.CreateTransport(TimeProvider.System);
            var status = await ClusterStatus.ReadAsync(new KubernetesClient(transport, "holdfast"), limit.Token);
            Console.Write(Shown(
                output, writer => ClusterStatusScreen.Write(writer, running, kubeconfig.Server, status), () => ClusterStatusScreen.Text(running, kubeconfig.Server, status)));
            return status.IsHealthy ? ExitCode.Done : ExitCode.Failed;
        }
        catch (Exception error) when (error is ApiException or KubeConfigException or OperationCanceledException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var why = error is OperationCanceledException ? $"it did not answer within {Deadline.TotalSeconds:0} s" : error.Message;
            await Console.Error.WriteLineAsync($"holdfast: process {running.ProcessId} ({running.CommandLine}) holds {dataFolder}, but its API cannot be asked: {why}");
            return ExitCode.Failed;
        }
    }
}
