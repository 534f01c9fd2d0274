using Holdfast.Client;
using Holdfast.Model.Stewards;
using StewardResource = Holdfast.Model.Stewards.Steward;

namespace Holdfast.Cli.Demo;

/// <summary>Follows the demo's Steward and tells what it does as it begins to.</summary>
/// <param name="client">The cluster.</param>
/// <param name="board">Shows it.</param>
internal sealed class StewardWatch(KubernetesClient client, DemoBoard board)
{
    private string _told = "";

    /// <summary>The Steward as it was last seen.</summary>
    /// <exception cref="PromiseBrokenException">It was not seen yet.</exception>
    internal StewardResource Latest => board.Steward ?? throw new PromiseBrokenException("the Steward was not seen yet");

    /// <summary>Follows until cancelled.</summary>
    internal async Task FollowAsync(string namespaceName, CancellationToken cancellationToken)
    {
        var listed = await client.ListAsync<StewardResource>(new ListQuery { Namespace = namespaceName }, cancellationToken);
        var query = new ListQuery { Namespace = namespaceName, ResourceVersion = listed.Metadata.ResourceVersion };
        await foreach (var change in client.WatchAsync<StewardResource>(query, cancellationToken))
        {
            if (change.Object is { } steward)
            {
                board.Steward = steward;
                Tell(steward.Status);
            }
        }
    }

    /// <summary>Whether all is as it is wanted, with so many voters, and says so of the present spec.</summary>
    internal bool IsReady(int voters) => board.Steward is { } steward && steward.Status.ObservedGeneration == steward.Metadata.Generation
        && steward.Status.Conditions.Any(condition => condition is { Type: "Ready", Status: "True" }) && steward.Status.Quorum is { } quorum && quorum.Voters == voters && quorum.Healthy == voters;

    private void Tell(StewardStatus status)
    {
        var operation = status.Operation is { } present ? $"{present.Kind} of {present.Member}{(present.Successor.Length > 0 ? $" → {present.Successor}" : "")}: {present.Reason}" : "";
        if (operation != _told && operation.Length > 0)
        {
            board.Say($"  Steward: {operation}");
        }
        _told = operation;
    }
}
