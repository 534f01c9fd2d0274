using System.CommandLine;
using Holdfast.Cli.Screens;
using Holdfast.Client;
using Holdfast.Client.Http;
using Holdfast.Steward.Plans;

namespace Holdfast.Cli.Commands;

/// <summary><c>holdfast plan</c>: what the Steward would do, told by its own planners over a model of the world. Nothing is changed.</summary>
internal static class PlanCommand
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(10);

    private static readonly ClusterAccess Access = new();
    private static readonly Argument<string> Name = new("NAME") { Description = "The Steward" };
    private static readonly Argument<string> Node = new("NODE") { Description = "The node" };
    private static readonly Option<string?> Image = new("--image") { Description = "The new image, of the first container unless one is named; left out, the update that is under way or would begin now", HelpName = "[CONTAINER=]IMAGE" };
    private static readonly Option<int> Replicas = UsageErrors.WholeNumber("--replicas", "How many members", 0);
    private static readonly Option<string[]> RemoveFirst = new("--remove-first") { Description = "The pod of a member that is removed before others; may be given again; left out, those that the Steward's spec names", HelpName = "POD", DefaultValueFactory = _ => [] };
    private static readonly Option<bool> AllNamespaces = new("--all-namespaces", "-A") { Description = "The members of every namespace; a drain takes them all" };
    private static readonly Option<string> Output = new("--output", "-o") { Description = "text, json or yaml", DefaultValueFactory = _ => "text" };

    internal static Command Make()
    {
        Output.AcceptOnlyFromAmong("text", "json", "yaml");
        Replicas.Required = true;
        return new Command("plan", "Say step by step what the Steward would do, and what would stop it; nothing is changed")
        {
            Sub("rollout", "An update of the members: what is left of it, or what a new image would do", Name, [Image], result => OneAsync(result, "rollout", Rollout)),
            Sub("restart", "A restart of every member", Name, [], result => OneAsync(result, "restart", (target, _) => PlanPreview.Restart(target.Observation))),
            Sub("scale", "Another number of members", Name, [Replicas, RemoveFirst], result => OneAsync(result, "scale", (target, parsed) => PlanPreview.Scale(target.Observation, parsed.GetValue(Replicas), [.. parsed.GetValue(RemoveFirst)!]))),
            Sub("drain", "The drain of a node: what becomes of the members on it", Node, [AllNamespaces], DrainAsync),
        };
    }

    private delegate Task<PlannedAction> Planning(TargetReader reader, string space, CancellationToken cancellationToken);

    private static Command Sub(string name, string description, Argument argument, Option[] own, Func<ParseResult, Planning> plan)
    {
        var command = new Command(name, description) { argument };
        foreach (var option in own.Append(Output).Concat(Access.Options))
        {
            command.Options.Add(option);
        }
        command.SetAction((result, cancellationToken) => RunAsync(result, plan(result), cancellationToken));
        return command;
    }

    private static PlanForecast Rollout(ReadTarget target, ParseResult result)
    {
        if (result.GetValue(Image) is not { } given)
        {
            return PlanPreview.Go(target.Observation);
        }
        var parts = given.Split('=', 2);
        return parts is [var container, var image] ? PlanPreview.Rollout(target.Observation, container, image) : PlanPreview.Rollout(target.Observation, null, given);
    }

    private static Planning OneAsync(ParseResult result, string action, Func<ReadTarget, ParseResult, PlanForecast> plan) => async (reader, space, cancellationToken) =>
    {
        var target = await reader.ReadAsync(space, result.GetValue(Name)!, cancellationToken);
        return new PlannedAction(Words(action, result), [new PlannedTarget(target, plan(target, result))]);
    };

    private static Planning DrainAsync(ParseResult result) => async (reader, space, cancellationToken) =>
    {
        var node = result.GetValue(Node)!;
        var targets = await reader.ReadOnAsync(result.GetValue(AllNamespaces) ? "" : space, node, cancellationToken);
        return new PlannedAction($"drain of {node}", [.. targets.Select(target => new PlannedTarget(target, PlanPreview.Drain(target.Observation, node, target.NodesOfVolumes)))]);
    };

    private static string Words(string action, ParseResult result) => action switch
    {
        "scale" => $"scale to {result.GetValue(Replicas)}",
        "rollout" when result.GetValue(Image) is { } image => $"rollout of {image}",
        _ => action,
    };

    private static async Task<int> RunAsync(ParseResult result, Planning plan, CancellationToken cancellationToken)
    {
        if (result.GetResult(Replicas) is not null && result.GetValue(Replicas) < 1)
        {
            await Console.Error.WriteLineAsync($"holdfast: --replicas is {result.GetValue(Replicas)}; a quorum has at least one member.");
            return ExitCode.Usage;
        }
        try
        {
            var (cluster, space) = Access.Load(result);
            using var transport = cluster.CreateTransport(TimeProvider.System, new HttpTransportOptions { Timeout = Deadline });
            var planned = await plan(new TargetReader(new KubernetesClient(transport, "holdfast"), TimeProvider.System), space, cancellationToken);
            Console.Write(result.GetValue(Output) switch
            {
                "json" => StructuredText.Json(planned.Write),
                "yaml" => StructuredText.Yaml(planned.Write),
                _ => PlanScreen.Text(planned, TimeProvider.System.GetUtcNow()),
            });
            return planned.Targets.All(target => target.Forecast.StoppedBy.Length == 0) ? ExitCode.Done : ExitCode.Failed;
        }
        catch (PlanException error)
        {
            await Console.Error.WriteLineAsync($"holdfast: {error.Message}");
            return ExitCode.Usage;
        }
        catch (Exception error) when (error is ApiException or KubeConfigException)
        {
            await Console.Error.WriteLineAsync($"holdfast: {error.Message}");
            return error is ApiException ? ExitCode.Failed : ExitCode.NotRunning;
        }
    }
}
