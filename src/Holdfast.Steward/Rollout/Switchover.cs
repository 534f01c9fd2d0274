using Holdfast.Model.Stewards;
using Holdfast.Steward.Observation;
using Holdfast.Steward.Planning;
using Holdfast.Steward.Safety;

namespace Holdfast.Steward.Rollout;

/// <summary>Hands leadership over and verifies that it went: never is anything done to the old leader on a word alone.</summary>
public static class Switchover
{
    private static readonly TimeSpan Again = TimeSpan.FromSeconds(1);

    // A transfer that failed is not tried again at once: whatever stood in its way is likely still there.
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(10);

    /// <summary>Remembers that leadership is to go, or says why it cannot.</summary>
    /// <param name="view">What is seen.</param>
    /// <param name="from">The leader.</param>
    /// <param name="reason">Why it is to hand over.</param>
    public static StewardPlan Begin(StewardView view, ClusterMember from, string reason)
    {
        ArgumentNullException.ThrowIfNull(view);
        ArgumentNullException.ThrowIfNull(from);
        if (view.Spec.Member.TransferLeadership is null)
        {
            return StewardPlan.Wait($"{from.Name} leads, and there is no action transferLeadership by which it could hand over");
        }
        if (view.Memory.Last is { Kind: Operations.Switchover, Outcome: "Failed" } last && last.Member == from.Name && view.Now - last.FinishedAt < Pause)
        {
            return StewardPlan.Wait($"{last.Message}; it is tried again soon", Pause);
        }
        if (Successor(view, from) is not { } to)
        {
            return StewardPlan.Wait(NoSuccessor(view, from));
        }
        var verdict = SafetyKernel.MayHandOver(from, to, view.State, null, view.Policy);
        if (!verdict.IsYes)
        {
            return StewardPlan.Wait(verdict.Words);
        }
        var deadline = StewardView.Span(view.Spec.Disruption.SwitchoverDeadline, TimeSpan.FromSeconds(30));
        var operation = Operations.Begin(view, Operations.Switchover, from.Name, deadline, "HandingOver", reason).About(from) with
        {
            Successor = to.Name,
            FromTerm = view.State.Term,
        };
        return StewardPlan.Remember(
            view.Memory with { Operation = operation },
            new StewardEvent(false, "SwitchoverStarted", $"{from.Name} hands leadership over to {to.Name}: {reason}"));
    }

    /// <summary>Goes on with a switchover.</summary>
    /// <param name="view">What is seen.</param>
    /// <param name="operation">The operation.</param>
    public static StewardPlan Continue(StewardView view, OperationStatus operation)
    {
        ArgumentNullException.ThrowIfNull(view);
        ArgumentNullException.ThrowIfNull(operation);
        var (state, memory) = (view.State, view.Memory);
        if (state.Leader is { Counts: true } leader && leader.Name != operation.Member && !(state.Term < operation.FromTerm))
        {
            var words = $"{leader.Name} leads in term {state.Term}";
            return StewardPlan.Remember(memory.Ended("Done", words, view.Now), new StewardEvent(false, "SwitchoverDone", words));
        }
        if (operation.IsOverdue(view))
        {
            var words = $"leadership did not go from {operation.Member} to {operation.Successor} within {view.Spec.Disruption.SwitchoverDeadline}";
            return StewardPlan.Remember(memory.Ended("Failed", words, view.Now), new StewardEvent(true, "SwitchoverFailed", words));
        }
        if (state.Find(operation.Member) is { IsLeader: true } from && state.Find(operation.Successor) is { } to
            && SafetyKernel.MayHandOver(from, to, state, null, view.Policy) is var verdict)
        {
            return verdict.IsYes
                ? StewardPlan.Do(new HandOver(from.Name, to.Name, operation.Reason)) with { RequeueAfter = Again }
                : StewardPlan.Wait(verdict.Words, Again);
        }
        return StewardPlan.Wait($"{operation.Member} has handed over, and no leader is known yet", Again);
    }

    /// <summary>
    /// Who should lead next: never one that was asked to go itself; rather one whose node takes pods, so that it need not go soon; then one that has
    /// the present revision, so that it need not hand over again; then the one whose turn to be replaced comes last; then the lowest ordinal of those that are not far behind.
    /// </summary>
    /// <param name="view">What is seen.</param>
    /// <param name="from">The leader.</param>
    public static ClusterMember? Successor(StewardView view, ClusterMember from)
    {
        ArgumentNullException.ThrowIfNull(view);
        ArgumentNullException.ThrowIfNull(from);
        var failed = view.Memory.Last is { Kind: Operations.Switchover, Outcome: "Failed" } last ? last.Successor : null;
        return Able(view, from).Where(voter => view.AskOf(voter) is null)
            .OrderBy(voter => voter.Name == failed)
            .ThenBy(voter => voter.Pod!.IsCordoned)
            .ThenBy(voter => voter.Pod!.Revision != view.Target)
            .ThenBy(voter => view.IsRollingUpdate && voter.Pod!.Revision != view.Target ? view.IndexOf(voter) : 0)
            .ThenBy(voter => RolloutOrder.Behind(view, voter))
            .ThenBy(voter => voter.Observation!.Ordinal)
            .FirstOrDefault();
    }

    private static IEnumerable<ClusterMember> Able(StewardView view, ClusterMember from) =>
        view.State.Voters.Where(voter => voter is { Counts: true, Pod: not null } && voter.Name != from.Name);

    private static string NoSuccessor(StewardView view, ClusterMember from) => string.Join(" and ", Able(view, from).Select(voter => voter.Name)) is { Length: > 0 } asked
        ? $"{from.Name} leads, and whoever could take over was asked to go lately as well ({asked}): leadership does not go round in circles; it moves once one of them is back elsewhere, or is no longer asked to go"
        : $"{from.Name} leads, and no other voter is well enough to take over";
}
