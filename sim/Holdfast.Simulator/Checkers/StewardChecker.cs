using Holdfast.Controllers.Pods;
using Holdfast.Controllers.StatefulSets;
using Holdfast.Model.Apps;
using Holdfast.Model.Core;
using Holdfast.Simulator.Ledger;
using Holdfast.Simulator.Story;
using Holdfast.Steward;
using ClusterNode = Holdfast.Model.Core.Node;

namespace Holdfast.Simulator.Checkers;

/// <summary>
/// T1, T2 and T8, at each revision at which a member's pod is asked to go, or its object goes: held against the members' own cores. What was so at some
/// moment since the Steward asked counts for it; that a node died in between was nobody's doing.
/// </summary>
/// <param name="truth">What is really so.</param>
/// <param name="ledger">The data system.</param>
/// <param name="story">What is told.</param>
internal sealed class StewardChecker(GroundTruth truth, LedgerSystem ledger, StoryTeller story) : Checker(truth)
{
    // By a clock that may be fast.
    private static readonly TimeSpan Placeless = TimeSpan.FromSeconds(25);

    private readonly Dictionary<string, (long At, string PodUid)> _away = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public override void OnPod(ObjectChange<Pod> change)
    {
        var pod = change.Latest;
        if (!IsMember(pod))
            return;
        if (change is { Old: { } old } && !old.IsTerminating() && change.New?.IsTerminating() != false && !IsExempt(old))
            OnAskedToGo(old);
        if (change.New is null)
            OnGone(pod);
    }

    /// <inheritdoc/>
    public override void OnStep()
    {
        foreach (var (name, away) in _away.ToList())
        {
            if (IsBack(name, away.PodUid))
                _away.Remove(name);
        }
    }

    private void OnAskedToGo(Pod pod)
    {
        var (name, past) = (pod.Metadata.Name, ledger.Truth.Past);
        var decided = past.DecidedUpon(pod);
        Holds("T1", decided is not null, $"{name} is asked to go, and no Steward has said that it may");
        var since = decided ?? Truth.Time.GetTimestamp();
        // Nothing is lost with what does not run.
        if (Truth.Processes.Live.All(process => process.PodUid != pod.Metadata.Uid) || past.WasDown(name, since))
            return;
        Holds("T1", past.MayGo(name, since),
            $"{name} is asked to go, and at no moment of the last {Truth.Time.GetElapsedTime(since).TotalSeconds:0.0} s, since which the Steward may have decided, would a sound majority with its leader have been left: {ledger.Truth.Describe()}");
        var deadline = Deadline;
        var other = _away.FirstOrDefault(each => each.Key != name && Truth.Time.GetElapsedTime(each.Value.At) < deadline && !IsBack(each.Key, each.Value.PodUid) && !IsPlaceless(each.Key, each.Value.At));
        Holds("T2", other.Key is null, $"{name} is asked to go, and {other.Key}, which was {(other.Key is null ? 0 : Truth.Time.GetElapsedTime(other.Value.At).TotalSeconds):0} s ago, is not back: {ledger.Truth.Describe()}");
        _away[name] = (Truth.Time.GetTimestamp(), pod.Metadata.Uid);
        story.Tell("checker", $"{name} is away by will");
    }

    /// <summary>T8: an object goes before its process only when somebody has answered for that, once the Steward has taken the set up.</summary>
    private void OnGone(Pod pod)
    {
        if (!IsGuarded)
            return;
        var runs = Truth.Processes.Live.FirstOrDefault(process => process.PodUid == pod.Metadata.Uid);
        var isAnswered = pod.Metadata.Annotations.ContainsKey(StewardNames.OverrideAnnotation) || Truth.World.Find<ClusterNode>("", pod.Spec.NodeName) is not { } node
            || node.Spec.Taints.Any(taint => taint.Key == "node.kubernetes.io/out-of-service");
        Holds("T8", runs is null || isAnswered, $"the object of {pod.Metadata.Name} is gone, and its process still runs on {pod.Spec.NodeName}, whose end nobody has proven");
    }

    // After its deadline an operation is given up, and others may ask again.
    private TimeSpan Deadline => Truth.Options.Steward is { } world ? (world.StepDeadline < world.EvictionDeadline ? world.StepDeadline : world.EvictionDeadline) : TimeSpan.Zero;

    /// <summary>Back is who runs anew and is a sound voter, and who is no longer wanted.</summary>
    private bool IsBack(string name, string podUid) => ledger.Truth.Set is not { } set || !StatefulSetIdentity.Wants(set, StatefulSetIdentity.Ordinal(set, name))
        || (ledger.Find(name) is { } member && member.Process.PodUid != podUid && (ledger.Truth.IsSound(member) || (ledger.Truth.Leader is null && ledger.Truth.IsUp(member))));

    // Who finds no node for a while comes back when somebody gives one back, and others are judged by the quorum alone.
    private bool IsPlaceless(string name, long since) => Truth.World.Find<Pod>("default", name) is { Spec.NodeName.Length: 0 } && Truth.Time.GetElapsedTime(since) >= Placeless;

    private bool IsMember(Pod pod) => pod.Metadata.Controller()?.Kind == StatefulSet.ResourceType.Kind && pod.Metadata.Controller()?.Name == ledger.SetName;

    /// <summary>What the Steward is not asked for: a set that goes, a Steward that is not there, and what a person has answered for.</summary>
    private bool IsExempt(Pod pod) => ledger.Truth.Set is not { Metadata.DeletionTimestamp: null } || !IsGuarded || pod.Metadata.Annotations.ContainsKey(StewardNames.OverrideAnnotation);

    /// <summary>From when on the API server asks the Steward before a member goes; until then nothing is promised.</summary>
    private bool IsGuarded => ledger.Truth.IsGuarded;
}
