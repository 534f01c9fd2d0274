using System.Text.Json.Nodes;
using Holdfast.Simulator.Options;
using Holdfast.Steward.Actions;

namespace Holdfast.Simulator.Mutants;

/// <summary>A Steward that hears from members what is not so, as one with a bug would understand it.</summary>
/// <param name="inner">The way to members.</param>
/// <param name="mutant">The bug.</param>
/// <param name="time">The Steward's clock.</param>
internal sealed class MutantDoor(IMemberDoor inner, Mutant mutant, TimeProvider time) : IMemberDoor
{
    private static readonly TimeSpan Moment = TimeSpan.FromSeconds(5);

    private readonly Dictionary<(string Pod, string Path), (ActionOutcome Outcome, long At)> _said = [];
    private readonly HashSet<string> _removed = new(StringComparer.Ordinal);

    /// <summary>The door of a mutant; the same one for those whose bug is elsewhere.</summary>
    public static IMemberDoor Around(IMemberDoor inner, Mutant mutant, TimeProvider time) =>
        mutant is Mutant.IgnoresTheAgeOfAnswers or Mutant.CountsTheSilentAsBefore or Mutant.ShrinksBeforeRemoval ? new MutantDoor(inner, mutant, time) : inner;

    /// <inheritdoc/>
    public Task<ActionOutcome> SendAsync(MemberPlace place, ActionRequest request, CancellationToken cancellationToken) =>
        mutant == Mutant.ShrinksBeforeRemoval ? RemoveInWordsAsync(place, (HttpActionRequest)request, cancellationToken) : RememberAsync(place, (HttpActionRequest)request, cancellationToken);

    // What a member once said is taken for what it says: for ever, or for a moment where it is only late.
    private async Task<ActionOutcome> RememberAsync(MemberPlace place, HttpActionRequest request, CancellationToken cancellationToken)
    {
        var outcome = await inner.SendAsync(place, request, cancellationToken);
        if (request.Method != "GET")
            return outcome;
        if (outcome.Response is not null)
            _said[(place.Pod, request.PathAndQuery)] = (outcome, time.GetTimestamp());
        var isKept = _said.TryGetValue((place.Pod, request.PathAndQuery), out var known)
            && (mutant == Mutant.IgnoresTheAgeOfAnswers || (outcome.Failure?.Kind == ActionFailureKind.Timeout && time.GetElapsedTime(known.At) < Moment));
        return isKept ? known.Outcome : outcome;
    }

    private async Task<ActionOutcome> RemoveInWordsAsync(MemberPlace place, HttpActionRequest request, CancellationToken cancellationToken)
    {
        var path = request.PathAndQuery;
        // Believes that what it asked for is done.
        if (path.StartsWith("/v1/members/remove?id=", StringComparison.Ordinal))
        {
            _removed.Add(path["/v1/members/remove?id=".Length..]);
            return ActionOutcome.Of(new ActionResponse(200, "{}"));
        }
        var outcome = await inner.SendAsync(place, request, cancellationToken);
        return path == "/v1/members" && outcome.Response is { Status: 200 } members ? Bent(members, answer =>
        {
            foreach (var gone in answer["members"]!.AsArray().Where(member => _removed.Contains((string)member!["id"]!)).ToList())
                answer["members"]!.AsArray().Remove(gone);
        }) : outcome;
    }

    private static ActionOutcome Bent(ActionResponse response, Action<JsonNode> bend)
    {
        var answer = JsonNode.Parse(response.Text)!;
        bend(answer);
        return ActionOutcome.Of(response with { Text = answer.ToJsonString() });
    }
}
