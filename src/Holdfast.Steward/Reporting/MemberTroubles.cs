using System.Collections.Immutable;
using Holdfast.Controllers.StatefulSets;
using Holdfast.Model.Values;
using Holdfast.Steward.Observation;
using Holdfast.Steward.Planning;

namespace Holdfast.Steward.Reporting;

/// <summary>Members that do not come up by themselves. They are told of, and nothing is done about them: what the data system cannot heal a new pod would not heal either.</summary>
internal static class MemberTroubles
{
    public const string CrashLoopAdvice = "Nothing is done about it. Its last lines say why it ends (holdfast status, status.members[].lastLines): restore damaged data from a backup or have the member join anew on an empty volume; "
        + "if a liveness probe ends it while it recovers, give recovery a startup probe";
    public const string LateAdvice = "Nothing is done about it. Its last lines, if it wrote any, say what it waits for (holdfast status, status.members[].lastLines)";

    private static readonly TimeSpan StepDeadline = TimeSpan.FromMinutes(10);

    /// <summary>Members whose containers are started again and again, but for the one that is being updated: the rollout tells of it.</summary>
    public static IEnumerable<MemberObservation> CrashLooping(StewardView view) => Left(view).Where(member => member.Pod!.IsCrashLooping);

    /// <summary>Members that have not been ready for longer than any may take that was made anew.</summary>
    public static IEnumerable<MemberObservation> Late(StewardView view)
    {
        var limit = StewardView.Span(view.Spec.Rollout.StepDeadline, StepDeadline);
        return Left(view).Where(member => view.Now - member.Pod!.UnreadySince > limit);
    }

    /// <summary>What is wrong with a member; the same for as long as it holds.</summary>
    public static string Words(StewardView view, MemberObservation member) => member.Pod!.IsCrashLooping
        ? $"{member.Name} is started again and again and does not become ready"
        : $"{member.Name} has not been ready for longer than {DurationText.Of(StewardView.Span(view.Spec.Rollout.StepDeadline, StepDeadline))}";

    /// <summary>What people should hear of for as long as it holds.</summary>
    public static ImmutableArray<StewardEvent> Events(StewardView view) =>
        [.. CrashLooping(view).Select(member => new StewardEvent(true, "MemberCrashLoops", $"{Words(view, member)}. {CrashLoopAdvice}"))];

    private static IEnumerable<MemberObservation> Left(StewardView view) => view.Observation.Set is not { } set ? []
        : view.Observation.Members.Where(member => member.Pod is { IsReady: false, IsTerminating: false } && StatefulSetIdentity.Wants(set, member.Ordinal)
            && !(view.Memory.Operation is { Kind: Operations.Update } updating && updating.Member == member.Name));
}
