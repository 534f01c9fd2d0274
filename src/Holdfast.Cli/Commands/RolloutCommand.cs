using System.CommandLine;
using System.Text;
using Holdfast.Client;
using Holdfast.Client.Http;
using Holdfast.Platform;
using Holdfast.Steward.Plans;
using StewardResource = Holdfast.Model.Stewards.Steward;

namespace Holdfast.Cli.Commands;

/// <summary><c>holdfast rollout</c>: how far the update of a stewarded set is, and a person's word on it.</summary>
internal static class RolloutCommand
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(10);

    private static readonly Argument<string> Name = new("NAME") { Description = "The Steward" };
    private static readonly Option<bool> Watch = new("--watch", "-w") { Description = "Show every change until the rollout ends" };
    private static readonly ClusterAccess Access = new();

    internal static Command Make()
    {
        var status = Sub("status", "Show how far it is: its steps with their times; exit code 1 when it stopped or was rolled back, 3 when it could not be asked how it is");
        status.Options.Add(Watch);
        status.SetAction((result, cancellationToken) => AskAsync(result, ExitCode.NotRunning, (client, space, token) => new RolloutWatch(
            asked => client.GetAsync<StewardResource>(space, result.GetValue(Name)!, asked), Console.Out, Console.Error, TimeProvider.System).RunAsync(result.GetValue(Watch), token), cancellationToken));
        return new Command("rollout", "Look at the update of a stewarded set, or have a word in it")
        {
            status,
            Patching("pause", "Begin no further step; a step that was begun is finished", _ => """{"spec":{"rollout":{"paused":true}}}""", "is paused"),
            Patching("resume", "Go on", _ => """{"spec":{"rollout":{"paused":null}}}""", "goes on"),
            Patching("abort", "Go back to the revision before, where the data allow it", id => Request(id, "Abort"), "is asked to go back"),
            Patching("retry", "Try the same revision again after a stop", id => Request(id, "Retry"), "is asked to try again"),
        };
    }

    private static string Request(string id, string action) => $"{{\"spec\":{{\"rollout\":{{\"request\":{{\"id\":\"{id}\",\"action\":\"{action}\"}}}}}}}}";

    private static Command Sub(string name, string description)
    {
        var command = new Command(name, description) { Name };
        foreach (var option in Access.Options)
        {
            command.Options.Add(option);
        }
        return command;
    }

    private static Command Patching(string name, string description, Func<string, string> patch, string said)
    {
        var command = Sub(name, description);
        command.SetAction((result, cancellationToken) => AskAsync(result, ExitCode.Failed, async (client, space, token) =>
        {
            var steward = result.GetValue(Name)!;
            await client.PatchAsync<StewardResource>(space, steward, PatchForm.Merge, Encoding.UTF8.GetBytes(patch(new SystemChance().Suffix(10))), token);
            Console.WriteLine($"The rollout of {steward} {said}.");
            return ExitCode.Done;
        }, cancellationToken));
        return command;
    }

    private static async Task<int> AskAsync(ParseResult result, int unasked, Func<KubernetesClient, string, CancellationToken, Task<int>> ask, CancellationToken cancellationToken)
    {
        try
        {
            var (cluster, space) = Access.Load(result);
            using var transport = cluster.CreateTransport(TimeProvider.System, new HttpTransportOptions { Timeout = Deadline });
            return await ask(new KubernetesClient(transport, "holdfast"), space, cancellationToken);
        }
        catch (Exception error) when (error is ApiException or KubeConfigException)
        {
            await Console.Error.WriteLineAsync($"holdfast: {(error is ApiException refused ? refused.InNamespace(Access.Load(result).Namespace) : error).Message}");
            return unasked;
        }
    }
}
