using Holdfast.Client.Caching;
using Holdfast.Controllers.Pods;
using Holdfast.Controllers.StatefulSets;
using Holdfast.Model.Apps;
using Holdfast.Model.Coordination;
using Holdfast.Model.Core;
using Holdfast.Model.Meta;
using Holdfast.Simulator.Options;
using Holdfast.Simulator.World;

namespace Holdfast.Simulator.Checkers;

/// <summary>Who asked for an object's deletion and how.</summary>
/// <param name="By">The field manager: "statefulset-controller", "kubectl".</param>
/// <param name="At">When.</param>
/// <param name="IsForced">Whether without waiting for an end.</param>
public sealed record AskedDeletion(string By, long At, bool IsForced);

/// <summary>
/// What is really so: the processes, the disks and the durable history; and what was so a moment ago, because no controller can know
/// the present. A decision counts as right when it was right at some moment of the last <see cref="Staleness"/>.
/// </summary>
/// <param name="options">How the run is.</param>
/// <param name="processes">The processes.</param>
/// <param name="disks">The disks.</param>
/// <param name="time">The simulated time.</param>
public sealed class GroundTruth(SimulationOptions options, ProcessTable processes, VolumeDisks disks, TimeProvider time)
{
    private readonly Dictionary<string, List<(long At, StatefulSet Set)>> _sets = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<AskedDeletion>> _deletions = new(StringComparer.Ordinal);
    private readonly Dictionary<string, PodRecord> _pods = new(StringComparer.Ordinal);
    private readonly Dictionary<(string, string), List<PodRecord>> _podsByName = [];
    private readonly Dictionary<string, (long Since, long? Until)> _nodesGone = new(StringComparer.Ordinal);
    private readonly HashSet<string> _evicted = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _evictedByStewards = new(StringComparer.Ordinal);
    private readonly Dictionary<ResourceKey, List<(long Revision, string Holder, long Term)>> _leaders = [];
    private long _lost;
    private long _downFrom;
    private long _downUntil;

    /// <summary>The lease for which controllers stand.</summary>
    public static ResourceKey LeadersLease { get; } = new("kube-system", "kube-controller-manager");

    /// <summary>The lease for which Stewards stand.</summary>
    public static ResourceKey StewardsLease { get; } = new("holdfast-system", "holdfast-steward");

    /// <summary>The names of the processes with a Steward.</summary>
    public static IReadOnlyList<string> Stewards { get; } = ["steward", "other steward"];

    /// <summary>How old a list may be that is answered from the past.</summary>
    public static TimeSpan OldestList { get; } = TimeSpan.FromSeconds(15);

    /// <summary>
    /// How old what a controller acts on may be: delays of watches, calls and the disk together, with room; more where caches are held back, where
    /// the controllers stand still, and where so much is lost that a watch is opened only after many attempts.
    /// </summary>
    public TimeSpan Staleness { get; } = TimeSpan.FromSeconds(6) + options.LongestWay + options.LongestFreeze + (options.ListsThePast ? OldestList : TimeSpan.Zero)
        + (options.LossProbability > 0.1 ? TimeSpan.FromSeconds(8) : TimeSpan.Zero);

    /// <summary>How old what was asked of the server right before a write may be when the write takes effect: the ways of an answer and of a request.</summary>
    public TimeSpan Asked { get; } = options.LongestWay;

    /// <summary>
    /// Now, in ticks of a clock that stands still while the server is down and until everybody can have heard from it again: nobody gets newer
    /// meanwhile, so nobody gets staler either.
    /// </summary>
    public long Moment => time.GetTimestamp() - _lost - Math.Max(0, Math.Min(time.GetTimestamp(), _downUntil) - _downFrom);

    /// <summary>The objects at the revision that is being shown.</summary>
    public ObjectsAtRevision World { get; } = new();

    /// <summary>The processes.</summary>
    public ProcessTable Processes => processes;

    /// <summary>The disks.</summary>
    public VolumeDisks Disks => disks;

    /// <summary>The simulated time.</summary>
    public TimeProvider Time => time;

    /// <summary>How the run is.</summary>
    public SimulationOptions Options => options;

    /// <summary>Counts checks, by invariant.</summary>
    public Tally Checks { get; } = new();

    /// <summary>Pods that a person removed without waiting for their processes, or whose node a person gave up.</summary>
    public ISet<string> Abandoned { get; } = new HashSet<string>(StringComparer.Ordinal);

    /// <summary>Ends the run when something does not hold; counts the check when it does.</summary>
    /// <param name="invariant">The invariant's letter and number.</param>
    /// <param name="holds">Whether it holds.</param>
    /// <param name="what">What was seen and what should have been.</param>
    public void Holds(string invariant, bool holds, FormattableString what)
    {
        Checks.Add(invariant);
        if (!holds)
            throw new InvariantViolation(invariant, FormattableString.Invariant(what));
    }

    /// <summary>Notes that the server is down.</summary>
    public void NoteDown()
    {
        if (time.GetTimestamp() >= _downUntil)
            (_lost, _downFrom) = (_lost + _downUntil - _downFrom, time.GetTimestamp());
        _downUntil = long.MaxValue;
    }

    /// <summary>Notes that the server is up again.</summary>
    public void NoteUp()
    {
        if (_downUntil == long.MaxValue)
            _downUntil = time.GetTimestamp() + TimeSpan.FromSeconds(4).Ticks;
    }

    /// <summary>A set as it was at the moments of the last while, the present included.</summary>
    /// <param name="uid">The set's uid.</param>
    public IEnumerable<StatefulSet> RecentSets(string uid) => RecentSets(uid, Staleness);

    /// <summary>A set as it was at the moments of the last span, the present included.</summary>
    /// <param name="uid">The set's uid.</param>
    /// <param name="span">The span.</param>
    public IEnumerable<StatefulSet> RecentSets(string uid, TimeSpan span)
    {
        var history = _sets.GetValueOrDefault(uid, []);
        var last = history.FindLastIndex(entry => Moment - entry.At > span.Ticks);
        return history.Skip(Math.Max(0, last)).Select(entry => entry.Set);
    }

    /// <summary>A set as it was at a generation; null when it never was.</summary>
    /// <param name="uid">The set's uid.</param>
    /// <param name="generation">The generation.</param>
    public StatefulSet? SetAt(string uid, long generation) => _sets.GetValueOrDefault(uid, []).Find(entry => entry.Set.Metadata.Generation == generation).Set;

    /// <summary>Notes a change of a set.</summary>
    /// <param name="set">The set.</param>
    public void Note(StatefulSet set)
    {
        if (!_sets.TryGetValue(set.Metadata.Uid, out var history))
            _sets[set.Metadata.Uid] = history = [];
        history.Add((Moment, set));
    }

    /// <summary>Notes a change of a pod.</summary>
    /// <param name="change">The change.</param>
    public void Note(ObjectChange<Pod> change)
    {
        var pod = change.Latest;
        if (!_pods.TryGetValue(pod.Metadata.Uid, out var record))
        {
            _pods[pod.Metadata.Uid] = record = new PodRecord(pod, this);
            PodsOf(pod.Metadata.Namespace, pod.Metadata.Name).Add(record);
        }
        record.Show(change.New);
    }

    /// <summary>Notes that a node's object has come or gone.</summary>
    /// <param name="name">The node.</param>
    /// <param name="isThere">Whether it is there.</param>
    public void NoteNode(string name, bool isThere)
    {
        var now = time.GetTimestamp();
        if (_nodesGone.TryGetValue(name, out var gone) && (isThere || gone.Until is null))
            _nodesGone[name] = gone with { Until = isThere ? gone.Until ?? now : null };
        else if (!isThere)
            _nodesGone[name] = (now, null);
    }

    /// <summary>How long a node's object had been gone at the last moment at which it could be asked for and still be acted upon now; null when it was there.</summary>
    /// <param name="name">The node.</param>
    public TimeSpan? NodeGoneFor(string name) => _nodesGone.TryGetValue(name, out var gone) && (gone.Until is not { } until || time.GetElapsedTime(until) <= Asked)
        ? time.GetElapsedTime(gone.Since, gone.Until ?? time.GetTimestamp())
        : null;

    /// <summary>Notes that an object's deletion was asked for.</summary>
    /// <param name="uid">The object's uid.</param>
    /// <param name="by">Who asked.</param>
    /// <param name="how">How.</param>
    public void NoteDeletion(string uid, string by, DeleteOptions? how)
    {
        if (!_deletions.TryGetValue(uid, out var asked))
            _deletions[uid] = asked = [];
        asked.Add(new AskedDeletion(by, time.GetTimestamp(), how?.GracePeriodSeconds == 0));
    }

    /// <summary>Notes that a pod's eviction was asked for, and not only tried.</summary>
    /// <param name="uid">The pod's uid.</param>
    /// <param name="who">Who asked.</param>
    public void NoteEviction(string uid, string who)
    {
        _evicted.Add(uid);
        if (Stewards.Contains(who))
            _evictedByStewards[uid] = time.GetTimestamp();
    }

    /// <summary>When a Steward last asked for a pod's eviction itself; null when none did.</summary>
    /// <param name="uid">The pod's uid.</param>
    public long? EvictionByStewardAt(string uid) => _evictedByStewards.TryGetValue(uid, out var at) ? at : null;

    /// <summary>Whether anybody ever asked for a pod's end.</summary>
    /// <param name="uid">The pod's uid.</param>
    public bool WasAskedToGo(string uid) => _evicted.Contains(uid) || _deletions.ContainsKey(uid);

    /// <summary>Notes who holds a lease from a revision on.</summary>
    /// <param name="key">The lease.</param>
    /// <param name="revision">The revision.</param>
    /// <param name="lease">The lease; null when it is gone.</param>
    public void NoteLeader(ResourceKey key, long revision, Lease? lease)
    {
        if (!_leaders.TryGetValue(key, out var known))
            _leaders[key] = known = [];
        known.Add((revision, lease?.Spec.HolderIdentity ?? "", lease?.Spec.LeaseTransitions ?? 0));
    }

    /// <summary>Who held a lease at a revision, and with which term.</summary>
    /// <param name="key">The lease.</param>
    /// <param name="revision">The revision.</param>
    public (string Holder, long Term) LeaderAt(ResourceKey key, long revision) =>
        _leaders.GetValueOrDefault(key)?.FindLast(each => each.Revision <= revision) is { Holder: { } holder } found ? (holder, found.Term) : ("nobody", 0);

    /// <summary>A request to delete or evict an object was refused: nobody has asked for it by that.</summary>
    /// <param name="uid">The object's uid.</param>
    /// <param name="by">Who asked.</param>
    public void ForgetDeletion(string uid, string by)
    {
        if (_deletions.TryGetValue(uid, out var asked) && asked.FindLastIndex(each => each.By == by) is >= 0 and var last)
            asked.RemoveAt(last);
        if (asked is { Count: 0 })
            _deletions.Remove(uid);
    }

    /// <summary>Who asked for an object's deletion, in order.</summary>
    /// <param name="uid">The object's uid.</param>
    public IReadOnlyList<AskedDeletion> DeletionsOf(string uid) => _deletions.GetValueOrDefault(uid, []);

    /// <summary>Whether nobody but one asked for an object's deletion.</summary>
    /// <param name="uid">The object's uid.</param>
    /// <param name="by">The one.</param>
    public bool IsDeletedOnlyBy(string uid, string by) => DeletionsOf(uid) is { Count: > 0 } asked && asked.All(each => each.By == by);

    /// <summary>How many pods of an owner ever ended well.</summary>
    /// <param name="uid">The owner's uid.</param>
    public int SucceededOf(string uid) => _pods.Values.Count(record => record.HasSucceeded && record.First.Metadata.Controller()?.Uid == uid);

    /// <summary>All pods that ever had a name, in the order in which they were made.</summary>
    /// <param name="space">The namespace.</param>
    /// <param name="name">The name.</param>
    public List<PodRecord> PodsOf(string space, string name)
    {
        if (!_podsByName.TryGetValue((space, name), out var records))
            _podsByName[(space, name)] = records = [];
        return records;
    }

    /// <summary>What the store has shown of a pod; null when it never showed it.</summary>
    /// <param name="uid">The pod's uid.</param>
    public PodRecord? RecordOf(string uid) => _pods.GetValueOrDefault(uid);

    /// <summary>Whether a pod with an ordinal was available a moment ago.</summary>
    /// <param name="set">The set.</param>
    /// <param name="ordinal">The ordinal.</param>
    public bool WasAvailable(StatefulSet set, int ordinal) => PodsOf(set.Metadata.Namespace, StatefulSetIdentity.PodName(set, ordinal))
        .Exists(record => record.WasReadyWithin(Staleness, Stretch(set)));

    // Clocks tell whole seconds in objects, and wrong ones where they jump: then a stretch cannot be held against them.
    private TimeSpan Stretch(StatefulSet set) => options.ClockFaults || set.Spec.MinReadySeconds == 0
        ? TimeSpan.Zero
        : TimeSpan.FromSeconds(Math.Max(0, set.Spec.MinReadySeconds - 2));
}
