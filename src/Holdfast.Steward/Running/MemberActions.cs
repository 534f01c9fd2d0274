using Holdfast.Client.Caching;
using Holdfast.Model.Core;
using Holdfast.Steward.Actions;
using Holdfast.Steward.Observation;
using Holdfast.Steward.Planning;

namespace Holdfast.Steward.Running;

/// <summary>Calls the actions of one target's members: whom to, with which variables.</summary>
/// <param name="reading">The Steward.</param>
/// <param name="view">What is seen.</param>
/// <param name="pods">The pods.</param>
/// <param name="certificates">What secures calls.</param>
/// <param name="caller">Calls.</param>
/// <param name="calls">Keeps how they went.</param>
internal sealed class MemberActions(
    StewardReading reading, StewardView view, ResourceCache<Pod> pods, MemberCertificates? certificates, MemberCaller caller, CallNotes calls)
{
    /// <summary>Has the leader hand over.</summary>
    public Task<ActionFailure?> HandOverAsync(HandOver effect, CancellationToken cancellationToken) =>
        CallAsync(reading.Description?.TransferLeadership, "transferLeadership", effect.From, null, effect.To, cancellationToken);

    /// <summary>Calls an action by which members come and go.</summary>
    public Task<ActionFailure?> CallAsync(CallAction effect, CancellationToken cancellationToken)
    {
        var (action, name) = effect.Action switch
        {
            MembershipAction.JoinLearner => (reading.Description?.JoinLearner, "joinLearner"),
            MembershipAction.JoinVoter => (reading.Description?.JoinVoter, "joinVoter"),
            MembershipAction.Promote => (reading.Description?.Promote, "promote"),
            MembershipAction.Drain => (reading.Description?.Drain, "drain"),
            _ => (reading.Description?.Remove, "remove"),
        };
        return CallAsync(action, name, effect.Member, effect.MemberId, null, cancellationToken);
    }

    private async Task<ActionFailure?> CallAsync(
        CompiledAction? action, string name, string member, string? memberId, string? candidate, CancellationToken cancellationToken)
    {
        var failure = await TryAsync(action, name, member, memberId, candidate, cancellationToken);
        if (view.Memory.Operation is { } operation)
            calls.Note(ResourceKey.Of(view.Steward), operation.Id, name, failure?.Message ?? "");
        return failure;
    }

    private async Task<ActionFailure?> TryAsync(
        CompiledAction? action, string name, string member, string? memberId, string? candidate, CancellationToken cancellationToken)
    {
        if (action is null)
            return new ActionFailure(ActionFailureKind.NotAskable, $"spec.member.{name} is not described");
        var target = action.To switch
        {
            ActionTarget.Target => member,
            ActionTarget.Leader => view.State.Leader?.Name,
            _ => view.State.Leader?.Name ?? view.State.Members.FirstOrDefault(each => each.IsKnown && each.Pod is not null)?.Name,
        };
        if (target is null || PodOf(target) is not { } pod)
            return new ActionFailure(ActionFailureKind.NotAskable, $"{action.Path}: {(target is null ? "no member is known to lead" : $"{target} has no pod")}");
        var scope = new ActionScope(TargetObserver.SetOf(view.Set, view.Steward), Variables(member, memberId))
        {
            Leader = view.State.Leader is { } leader ? Variables(leader.Name, leader.Id) : null,
            Candidate = candidate is null ? null : Variables(candidate, null),
        };
        var place = TargetObserver.PlaceOf(view.Steward, view.Set, pod, certificates);
        return (await caller.CallAsync(action, scope, place, cancellationToken)).Failure;
    }

    private MemberVariables Variables(string name, string? id)
    {
        var known = view.State.Find(name);
        return TargetObserver.VariablesOf(view.Set, name, PodOf(name)?.Status.PodIP ?? "", known?.Values, id ?? known?.Id);
    }

    private Pod? PodOf(string name) => pods.Find(view.Set.Metadata.Namespace, name);
}
