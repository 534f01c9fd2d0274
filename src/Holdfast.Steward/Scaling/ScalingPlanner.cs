using System.Globalization;
using Holdfast.Controllers.StatefulSets;
using Holdfast.Model.Stewards;
using Holdfast.Steward.Planning;
using Holdfast.Steward.Safety;

namespace Holdfast.Steward.Scaling;

/// <summary>
/// Adds and removes members one at a time, the membership always first where a member goes and last where one comes: a learner, caught
/// up, promoted; drained, handed over, removed from the membership, and only then its pod and its claims (T3, T4). Members come at the
/// highest ordinal, and go there or at the lowest, since that is what a StatefulSet can do.
/// </summary>
public static class ScalingPlanner
{
    private static readonly TimeSpan Again = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Pause = TimeSpan.FromMinutes(1);

    /// <summary>How many members are wanted: by the Steward's spec, else by who scaled the set directly, else what the set has.</summary>
    /// <param name="view">What is seen.</param>
    public static int Wanted(StewardView view)
    {
        ArgumentNullException.ThrowIfNull(view);
        var direct = view.Set.Metadata.Annotations.GetValueOrDefault(StewardNames.WantedReplicasAnnotation);
        return view.Spec.Replicas
            ?? (int.TryParse(direct, NumberStyles.None, CultureInfo.InvariantCulture, out var wanted) && wanted > 0 ? wanted : StatefulSetIdentity.Replicas(view.Set));
    }

    /// <summary>Plans the next member to come or to go, while no operation and no rollout is going on.</summary>
    /// <param name="view">What is seen.</param>
    public static StewardPlan Plan(StewardView view)
    {
        ArgumentNullException.ThrowIfNull(view);
        var (wanted, has) = (Wanted(view), StatefulSetIdentity.Replicas(view.Set));
        // A member that was started and has no vote yet comes before anything new.
        var unfinished = view.State.Members.FirstOrDefault(member => (member is { Pod.IsTerminating: false, IsKnown: true, IsVoter: false } || AdditionStep.IsStranger(view, member))
            && StatefulSetIdentity.Wants(view.Set, member.Observation!.Ordinal) && view.IndexOf(member) < wanted);
        // One whose pod only waits for the Steward's word to go, or has gone already, since the set was made smaller while nobody held that back.
        var stray = view.State.Members.LastOrDefault(member => member is { IsListed: true, Pod: null or { IsTerminating: false } } && IsBeyond(view, member.Name, wanted));
        if (unfinished is null && stray is null && wanted == has)
        {
            return StewardPlan.Idle;
        }
        var (leaving, objection) = stray is null && wanted < has ? RemovalChoice.Next(view) : ("", "");
        if (objection.Length > 0)
        {
            return Wait(objection);
        }
        var name = stray?.Name ?? (wanted < has ? leaving : unfinished?.Name ?? StatefulSetIdentity.PodName(view.Set, StatefulSetIdentity.Start(view.Set) + has));
        if (view.Memory.Last is { Outcome: "Failed", Kind: Operations.ScaleUp or Operations.ScaleDown } last && last.Member == name && view.Now - last.FinishedAt < Pause)
        {
            return StewardPlan.Wait($"{last.Message}; it is tried again soon", Pause);
        }
        if (stray is not null)
        {
            return RemovalStep.Begin(view, stray);
        }
        return wanted < has ? RemovalStep.Begin(view, name) : AdditionStep.Begin(view, name);
    }

    private static bool IsBeyond(StewardView view, string name, int wanted)
    {
        var ordinal = StatefulSetIdentity.Ordinal(view.Set, name);
        return ordinal >= 0 && !StatefulSetIdentity.Wants(view.Set, ordinal) && ordinal - StatefulSetIdentity.Start(view.Set) >= wanted;
    }

    /// <summary>Whether a voter's pod is missing, or there against the set's number, only because the set has fewer pods than are wanted: it is there with its own data when the set has them.</summary>
    /// <param name="view">What is seen.</param>
    public static bool BringsVoterBack(StewardView view)
    {
        ArgumentNullException.ThrowIfNull(view);
        return Wanted(view) > StatefulSetIdentity.Replicas(view.Set) && view.State.Voters.Any(voter => voter.Pod is null || !StatefulSetIdentity.Wants(view.Set, voter.Observation!.Ordinal));
    }

    /// <summary>Whether more members are wanted of one or two, of whom none may ever be lost: an update waits for as long as there are no more.</summary>
    /// <param name="view">What is seen.</param>
    public static bool GivesRoom(StewardView view)
    {
        ArgumentNullException.ThrowIfNull(view);
        return view.Memory.Rollout is { Phase: "Waiting" or "Progressing" } && view.State is { IsMembershipKnown: true, VoterCount: < 3 } && Wanted(view) > StatefulSetIdentity.Replicas(view.Set);
    }

    /// <summary>What is in the way of another number of members until somebody acts; null when nothing is.</summary>
    /// <param name="view">What is seen.</param>
    /// <returns>The reason in one word, and in words.</returns>
    public static (string Reason, string Words)? Obstacle(StewardView view)
    {
        ArgumentNullException.ThrowIfNull(view);
        var (wanted, has) = (Wanted(view), StatefulSetIdentity.Replicas(view.Set));
        if (wanted > has && AdditionStep.OldData(view, StatefulSetIdentity.PodName(view.Set, StatefulSetIdentity.Start(view.Set) + has)) is { Length: > 0 } old)
        {
            return ("ClaimHoldsOldData", old);
        }
        if (wanted >= has)
        {
            return null;
        }
        var (name, objection) = RemovalChoice.Next(view);
        if (objection.Length > 0)
        {
            return ("OrdinalNotRemovable", objection);
        }
        var isAsked = view.Spec.Scaling.Claims != "Snapshot" || view.Observation.Snapshots is not null;
        return isAsked && ClaimEnd.Objection(view) is { Length: > 0 } words ? ("ClaimsNotKept", $"{name} is not removed: {words}") : null;
    }

    /// <summary>Goes on with an operation.</summary>
    /// <param name="view">What is seen.</param>
    /// <param name="operation">The operation.</param>
    public static StewardPlan Continue(StewardView view, OperationStatus operation)
    {
        ArgumentNullException.ThrowIfNull(view);
        ArgumentNullException.ThrowIfNull(operation);
        if (operation.IsOverdue(view))
        {
            var words = $"{OperationWords.Of(operation)}: not done within {view.Spec.Scaling.StepDeadline}; it got as far as {operation.Phase}{(operation.Phase == RemovalStep.Claims ? ", and what claims it has left are kept" : "")}";
            return StewardPlan.Remember(view.Memory.Ended("Failed", words, view.Now), new StewardEvent(true, operation.Kind + "Failed", words));
        }
        return operation.Kind == Operations.ScaleUp ? AdditionStep.Continue(view, operation) : RemovalStep.Continue(view, operation);
    }

    /// <summary>What a number of voters means for a majority, when it is even; empty when it is odd.</summary>
    /// <param name="voters">The number.</param>
    public static string EvenWarning(int voters) => voters > 0 && voters % 2 == 0
        ? string.Create(CultureInfo.InvariantCulture, $"{voters} voters bear the loss of {(voters - 1) / 2}, no more than {voters - 1} do: an odd number is better")
        : "";

    internal static StewardPlan To(StewardView view, OperationStatus operation, string phase) =>
        StewardPlan.Remember(view.Memory with { Operation = operation with { Phase = phase, PhaseSince = view.Now } });

    internal static StewardPlan Done(StewardView view, string words) =>
        StewardPlan.Remember(view.Memory.Ended("Done", words, view.Now), new StewardEvent(false, view.Memory.Operation!.Kind + "Done", words));

    internal static StewardPlan Call(StewardEffect effect) => StewardPlan.Do(effect) with { RequeueAfter = Again };

    internal static StewardPlan Wait(string words) => StewardPlan.Wait(words, Again);

    internal static TimeSpan Deadline(StewardView view) => StewardView.Span(view.Spec.Scaling.StepDeadline, TimeSpan.FromMinutes(30));
}
