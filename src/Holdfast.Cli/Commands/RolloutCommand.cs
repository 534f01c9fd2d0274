using System.CommandLine;
using System.Text;
using System.Text.Json.Nodes;
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
    private static readonly Option<string> Override = new("--override") { Description = "Why it may go on although the revision could not read the data as they are", HelpName = "REASON" };
    private static readonly ClusterAccess Access = new();

    internal static Command Make()
    {
        var status = Sub("status", "Show how far it is: its steps with their times; exit code 1 when it stopped or was rolled back, 3 when it could not be asked how it is");
        status.Options.Add(Watch);
        status.SetAction((result, cancellationToken) => AskAsync(result, ExitCode.NotRunning, (client, space, token) => new RolloutWatch(
            asked => ReadAsync(client, space, result.GetValue(Name)!, asked), Console.Out, Console.Error, TimeProvider.System).RunAsync(result.GetValue(Watch), token), cancellationToken));
        return new Command("rollout", "Look at the update of a stewarded set, or have a word in it")
        {
            status,
            Patching("pause", "Begin no further step; a step that was begun is finished", """{"spec":{"rollout":{"paused":true}}}""", "is paused"),
            Patching("resume", "Go on", """{"spec":{"rollout":{"paused":null}}}""", "goes on"),
            Asking("abort", "Go back to the revision before, where the data allow it", "Abort", "is asked to go back"),
            Asking("retry", "Try the same revision again after a stop", "Retry", "is asked to try again", Override),
        };
    }

    private static async Task<StewardResource> ReadAsync(KubernetesClient client, string space, string name, CancellationToken cancellationToken)
    {
        try
        {
            return await client.GetAsync<StewardResource>(space, name, cancellationToken);
        }
        catch (ApiException error)
        {
            throw error.InNamespace(space);
        }
    }

    private static Command Sub(string name, string description)
    {
        var command = new Command(name, description) { Name };
        foreach (var option in Access.Options)
        {
            command.Options.Add(option);
        }
        return command;
    }

    private static Command Patching(string name, string description, string patch, string said)
    {
        var command = Sub(name, description);
        command.SetAction((result, cancellationToken) => AskAsync(result, ExitCode.Failed, async (client, space, token) =>
        {
            var steward = result.GetValue(Name)!;
            await client.PatchAsync<StewardResource>(space, steward, PatchForm.Merge, Encoding.UTF8.GetBytes(patch), token);
            Console.WriteLine($"The rollout of {steward} {said}.");
            return ExitCode.Done;
        }, cancellationToken));
        return command;
    }

    private static Command Asking(string name, string description, string action, string said, params ReadOnlySpan<Option<string>> options)
    {
        var command = Sub(name, description);
        foreach (var option in options)
        {
            command.Options.Add(option);
        }
        command.SetAction((result, cancellationToken) => AskAsync(result, ExitCode.Failed, async (client, space, token) =>
        {
            var steward = await client.GetAsync<StewardResource>(space, result.GetValue(Name)!, token);
            if (RolloutWord.Objection(steward, action) is { Length: > 0 } objection)
            {
                await Console.Error.WriteLineAsync($"holdfast: {objection}");
                return ExitCode.Failed;
            }
            // A word that was said for another time does not count for this one.
            var word = action == "Retry" && result.GetValue(Override) is { Length: > 0 } given ? JsonValue.Create(given) : null;
            var request = new JsonObject { ["id"] = new SystemChance().Suffix(10), ["action"] = action, ["override"] = word };
            var patch = new JsonObject { ["spec"] = new JsonObject { ["rollout"] = new JsonObject { ["request"] = request } } };
            await client.PatchAsync<StewardResource>(space, steward.Metadata.Name, PatchForm.Merge, Encoding.UTF8.GetBytes(patch.ToJsonString()), token);
            Console.WriteLine($"The rollout of {steward.Metadata.Name} {said}{RolloutWord.First(steward, action)}.");
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
