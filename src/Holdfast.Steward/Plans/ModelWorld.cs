using System.Collections.Immutable;
using System.Globalization;
using Holdfast.Controllers.StatefulSets;
using Holdfast.Model.Apps;
using Holdfast.Model.Values;
using Holdfast.Steward.Observation;
using Holdfast.Steward.Planning;
using Holdfast.Steward.Safety;

namespace Holdfast.Steward.Plans;

/// <summary>
/// A world in which plans are tried out: a set whose pods go and come as its controller would have them, and members that elect, join and
/// catch up, all at once and without failure but where a caller wants one. It begins as an observation shows the real world, and
/// nothing of what is done here reaches that.
/// </summary>
public sealed class ModelWorld
{
    private readonly ModelMembers _members;
    private readonly ImmutableHashSet<string> _unready;
    private readonly Dictionary<string, ClaimPlace> _heldBack;
    private readonly Dictionary<string, MemberReading> _silent;
    private int _uids;

    /// <summary>A world that begins as observed; what is not known of a member stays unknown until its pod is replaced.</summary>
    /// <param name="observation">The observation.</param>
    public ModelWorld(TargetObservation observation)
    {
        ArgumentNullException.ThrowIfNull(observation);
        Observation = observation;
        _members = new ModelMembers(observation.Members);
        var going = observation.Steward.Status.Operation?.Member;
        _unready = [.. observation.Members.Where(member => member.Pod is { IsReady: false } pod && (pod.IsHindered || pod.IsCrashLooping || member.Name != going)).Select(member => member.Pod!.Uid)];
        _silent = observation.Members.Where(member => member is { Pod: not null, Reading: MemberReading.Unknown })
            .ToDictionary(member => member.Pod!.Uid, member => member.Reading, StringComparer.Ordinal);
        _heldBack = observation.Members.Select(member => (member.Name, Place: member.Claims.Select(claim => claim.Place).FirstOrDefault(place => place is { Problem.Length: > 0 })))
            .Where(each => each.Place is not null).ToDictionary(each => each.Name, each => each.Place!, StringComparer.Ordinal);
    }

    /// <summary>What is to be seen now.</summary>
    public TargetObservation Observation { get; private set; }

    /// <summary>Revisions whose pods never become ready.</summary>
    public ImmutableHashSet<string> BrokenRevisions { get; set; } = [];

    /// <summary>What a member says of itself once it runs a revision: version, format of data, or anything else.</summary>
    public Func<string, MemberValues, MemberValues> RunsAs { get; set; } = static (_, values) => values;

    /// <summary>Has a member's pod find no node once it is made again: its volume is on one that takes no pods.</summary>
    /// <param name="member">The member.</param>
    /// <param name="node">The node.</param>
    public void HoldBack(string member, string node) => _heldBack[member] = new ClaimPlace(node, IsCordoned: true);

    /// <summary>Changes what is to be seen, as a person or a fault would.</summary>
    /// <param name="change">The change.</param>
    public void Change(Func<TargetObservation, TargetObservation> change)
    {
        ArgumentNullException.ThrowIfNull(change);
        Observation = change(Observation);
    }

    /// <summary>Changes the set's spec; its controller sees it at once.</summary>
    /// <param name="change">The change.</param>
    public void ChangeSet(Func<StatefulSet, StatefulSet> change)
    {
        ArgumentNullException.ThrowIfNull(change);
        var set = change(Observation.Set!);
        var generation = set.Metadata.Generation + 1;
        set = set with { Metadata = set.Metadata with { Generation = generation }, Status = set.Status with { ObservedGeneration = generation } };
        Observation = Observation with { Set = set };
        // Ordinals that are wanted from now on are seen, without a pod at first.
        for (var index = 0; index < StatefulSetIdentity.Replicas(set); index++)
        {
            EnsureMember(StatefulSetIdentity.PodName(set, StatefulSetIdentity.Start(set) + index));
        }
    }

    /// <summary>Does a plan: what is to be remembered is in the status at once, and the effect has happened.</summary>
    /// <param name="plan">The plan.</param>
    public void Apply(StewardPlan plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        if (plan.Memory is { } memory)
        {
            Observation = Observation with { Steward = Observation.Steward with { Status = memory.In(Observation.Steward.Status) } };
        }
        if (plan.Effect is { } effect)
        {
            Apply(effect);
        }
    }

    /// <summary>Lets time pass, in which pods end, are made and become ready, each one stage further.</summary>
    /// <param name="time">How much.</param>
    public void Pass(TimeSpan time)
    {
        Observation = Observation with { Now = Observation.Now + time };
        var set = Observation.Set!;
        var isOrderly = Observation.Members.All(member => !IsWanted(member) || member.Pod is { IsReady: true, IsTerminating: false });
        var rolling = isOrderly && set.Spec.UpdateStrategy is { Type: "RollingUpdate" } strategy
            ? Observation.Members.LastOrDefault(member => member.Pod is { } pod && pod.Revision != set.Status.UpdateRevision && Index(member) >= (strategy.RollingUpdate?.Partition ?? 0))
            : null;
        var members = Observation.Members.Select(member => Progress(member, ReferenceEquals(member, rolling))).Where(member => member is not null).ToArray();
        _members.Elect(members.Where(member => member!.Pod is { IsTerminating: false } && _members.Runs(member.Name)).Select(member => member!.Name));
        Observation = Observation with { Members = [.. members.Select(member => member! with { Reading = Reading(member!) })] };
    }

    private MemberObservation? Progress(MemberObservation member, bool isNextToRoll)
    {
        var set = Observation.Set!;
        switch (member.Pod)
        {
            case null when !IsWanted(member):
                return member.Claims.IsEmpty && Observation.Steward.Status.Operation?.Member != member.Name ? null : member;
            case null:
                var revision = set.Spec.UpdateStrategy is { Type: "RollingUpdate", RollingUpdate.Partition: { } partition } && Index(member) < partition
                    ? set.Status.CurrentRevision
                    : set.Status.UpdateRevision;
                return member with { Pod = new PodFacts(member.Name, NewUid(), revision, false, false, false, _heldBack.ContainsKey(member.Name) ? "" : Node(member), Zone(member), "", 0, Observation.Now, "the pod is starting") };
            case { IsTerminating: true }:
                _members.Stop(member.Name);
                return member with { Pod = null, Claims = member.Claims.Where(claim => !claim.IsTerminating).ToValueList() };
            case var pod when isNextToRoll || !IsWanted(member):
                return member with { Pod = pod with { IsTerminating = true, IsReady = false } };
            // What keeps it from being ready is not known, so that nothing says that it will be.
            case { IsReady: false } pod when _unready.Contains(pod.Uid):
                return member;
            case { IsReady: false, Node: "" } pod when _heldBack.TryGetValue(member.Name, out var place):
                return member with { Pod = pod with { IsDown = true, IsHindered = true, Problem = $"no node takes it: its volume is on {place.Node} alone, which {place.Problem}" } };
            case { IsReady: false } pod when BrokenRevisions.Contains(pod.Revision):
                return member with { Pod = pod with { IsDown = true, Restarts = pod.Restarts + 1, Problem = "container main waits: CrashLoopBackOff: it last ended with 1" } };
            case { IsReady: false } pod:
                _members.Run(member.Name, values => RunsAs(pod.Revision, values));
                if (SafetyPolicy.Of(Observation).LearnersPromoteThemselves)
                {
                    _members.Add(member.Name, null, isVoter: true);
                }
                return member with { Pod = pod with { IsReady = true, Problem = "" } };
            default:
                return member;
        }
    }

    private MemberReading Reading(MemberObservation member) => member.Pod is { IsTerminating: false } && _members.Said(member.Name) is { } said
        ? new MemberReading.Known(said, TimeSpan.FromMilliseconds(500), Observation.Now)
        : member.Pod is null ? new MemberReading.Unknown("it has no pod", Observation.Now)
        : _silent.GetValueOrDefault(member.Pod.Uid) ?? new MemberReading.Unknown("it does not answer", Observation.Now);

    private void Apply(StewardEffect effect)
    {
        switch (effect)
        {
            case EvictMember evict:
                Replace(evict.Member, member => member.Pod?.Uid == evict.PodUid ? member with { Pod = member.Pod with { IsTerminating = true, IsReady = false } } : member);
                break;
            case HandOver handOver:
                _members.Lead(handOver.To);
                Refresh();
                break;
            case SetPartition partition:
                ChangeSet(set => set with { Spec = set.Spec with { UpdateStrategy = set.Spec.UpdateStrategy with { RollingUpdate = new() { Partition = partition.Partition } } } });
                break;
            case RestoreTemplate restore:
                ChangeSet(set => set with { Status = set.Status with { UpdateRevision = restore.Revision.Metadata.Name } });
                break;
            case ScaleSet scale:
                ChangeSet(set => set with
                {
                    Spec = set.Spec with { Replicas = scale.Replicas, Ordinals = scale.Start is { } start ? new() { Start = start } : set.Spec.Ordinals },
                    Metadata = set.Metadata with { Annotations = set.Metadata.Annotations.Remove(StewardNames.WantedReplicasAnnotation) },
                });
                break;
            case CallAction call:
                Call(call);
                break;
            case SnapshotClaim snapshot:
                ReplaceClaim(snapshot.Claim, claim => claim with { Snapshot = new SnapshotFacts(snapshot.Snapshot, true, "") });
                break;
            case DeleteClaim delete:
                Observation = Observation with
                {
                    Members = [.. Observation.Members.Select(member => member with { Claims = member.Claims.Where(claim => claim.Uid != delete.Uid).ToValueList() })],
                };
                break;
        }
    }

    private void Call(CallAction call)
    {
        switch (call.Action)
        {
            case MembershipAction.JoinLearner or MembershipAction.JoinVoter:
                _members.Add(call.Member, call.MemberId, call.Action == MembershipAction.JoinVoter);
                break;
            case MembershipAction.Promote:
                _members.Promote(call.Member);
                break;
            case MembershipAction.Remove:
                _members.Remove(call.MemberId ?? "");
                break;
            case MembershipAction.Drain when Observation.Steward.Status.Operation is { } operation:
                Observation = Observation with { Calls = [.. Observation.Calls, new CallOutcome(operation.Id, "drain", true, "", TimeSpan.Zero)] };
                break;
        }
        Refresh();
    }

    private void Refresh() => Observation = Observation with { Members = [.. Observation.Members.Select(member => member with { Reading = Reading(member) })] };

    private void EnsureMember(string name)
    {
        if (Observation.Find(name) is null)
        {
            var ordinal = StatefulSetIdentity.Ordinal(Observation.Set!, name);
            var members = Observation.Members.Add(new MemberObservation(name, ordinal, null, default, new MemberReading.Unknown("it has no pod", Observation.Now)));
            Observation = Observation with { Members = [.. members.OrderBy(member => member.Ordinal)] };
        }
    }

    private void Replace(string name, Func<MemberObservation, MemberObservation> change) =>
        Observation = Observation with { Members = [.. Observation.Members.Select(member => member.Name == name ? change(member) : member)] };

    private void ReplaceClaim(string name, Func<ClaimFacts, ClaimFacts> change) => Observation = Observation with
    {
        Members = [.. Observation.Members.Select(member => member with { Claims = member.Claims.Select(claim => claim.Name == name ? change(claim) : claim).ToValueList() })],
    };

    private bool IsWanted(MemberObservation member) => StatefulSetIdentity.Wants(Observation.Set!, member.Ordinal);

    private int Index(MemberObservation member) => member.Ordinal - StatefulSetIdentity.Start(Observation.Set!);

    // A pod comes back where its volume is; a new one goes where the fewest are.
    private static string Node(MemberObservation member) => member.Pod?.Node ?? string.Create(CultureInfo.InvariantCulture, $"node-{member.Ordinal}");

    private string Zone(MemberObservation member) => _members.ZoneOf(member.Name) ?? Observation.Members.Select(other => other.Pod?.Zone).Where(zone => zone is { Length: > 0 })
        .GroupBy(zone => zone, StringComparer.Ordinal).OrderBy(group => group.Count()).FirstOrDefault()?.Key ?? "";

    private string NewUid() => string.Create(CultureInfo.InvariantCulture, $"model-{++_uids}");
}
