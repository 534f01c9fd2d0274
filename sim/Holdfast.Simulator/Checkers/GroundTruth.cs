using Holdfast.ApiServer.Registry;
using Holdfast.Controllers.StatefulSets;
using Holdfast.Model.Apps;
using Holdfast.Model.Core;
using Holdfast.Simulator.World;
using Holdfast.Store;

namespace Holdfast.Simulator.Checkers;

/// <summary>
/// What is really so: the processes, the disks and the durable store; and what was so a moment ago, because no controller can know
/// the present. A decision counts as right when it was right at some moment of the last <see cref="Staleness"/>.
/// </summary>
/// <param name="store">The store.</param>
/// <param name="processes">The processes.</param>
/// <param name="disks">The disks.</param>
/// <param name="time">The clock.</param>
public sealed class GroundTruth(ResourceStore store, ProcessTable processes, VolumeDisks disks, TimeProvider time)
{
    private readonly List<(long At, StatefulSet Set)> _sets = [];
    private readonly HashSet<string> _deletedByController = new(StringComparer.Ordinal);

    /// <summary>How old what a controller acts on may be: delays of watches, calls and the disk together, with room.</summary>
    public static TimeSpan Staleness { get; } = TimeSpan.FromSeconds(5);

    /// <summary>The processes.</summary>
    public ProcessTable Processes => processes;

    /// <summary>The disks.</summary>
    public VolumeDisks Disks => disks;

    /// <summary>The store's revision.</summary>
    public long Revision => store.CurrentRevision;

    /// <summary>Everything in the store.</summary>
    public ClusterView View => new(store.Snapshot());

    /// <summary>The set as it is; null before it is made.</summary>
    public StatefulSet? Set => _sets.Count > 0 ? _sets[^1].Set : null;

    /// <summary>The set as it was at the moments of the last while, the present included.</summary>
    public IEnumerable<StatefulSet> RecentSets
    {
        get
        {
            var last = _sets.FindLastIndex(entry => time.GetElapsedTime(entry.At) > Staleness);
            return _sets.Skip(Math.Max(0, last)).Select(entry => entry.Set);
        }
    }

    /// <summary>Notes a change of the set.</summary>
    /// <param name="set">The set.</param>
    public void Note(StatefulSet set) => _sets.Add((time.GetTimestamp(), set));

    /// <summary>Notes that the StatefulSet controller asks for a pod's deletion.</summary>
    /// <param name="podUid">The pod's uid.</param>
    public void NoteControllerDeletion(string podUid) => _deletedByController.Add(podUid);

    /// <summary>Whether the StatefulSet controller asked for a pod's deletion.</summary>
    /// <param name="podUid">The pod's uid.</param>
    public bool IsDeletedByController(string podUid) => _deletedByController.Contains(podUid);

    /// <summary>Whether the pod with an ordinal was ready a moment ago: the present one, or when there is none the last one.</summary>
    /// <param name="set">The set.</param>
    /// <param name="ordinal">The ordinal.</param>
    public bool WasReady(StatefulSet set, int ordinal)
    {
        var name = StatefulSetIdentity.PodName(set, ordinal);
        var uid = View.Find<Pod>(set.Metadata.Namespace, name)?.Metadata.Uid ?? processes.LastUidOf(name);
        return processes.WasReadyWithin(uid, Staleness);
    }
}
