using Holdfast.ApiServer.Registry;
using Holdfast.Model.Apps;
using Holdfast.Model.Core;
using Holdfast.Model.Resources;
using Holdfast.Store;

namespace Holdfast.Simulator.Checkers;

/// <summary>Shows every change to every checker, in the order of revisions, after each step of the simulation.</summary>
/// <param name="store">The store.</param>
/// <param name="truth">What is really so.</param>
/// <param name="checkers">The checkers.</param>
public sealed class Referee(ResourceStore store, GroundTruth truth, IReadOnlyList<Checker> checkers)
{
    private readonly StoreWatcher _pods = Watch<Pod>(store);
    private readonly StoreWatcher _sets = Watch<StatefulSet>(store);
    private readonly StoreWatcher _claims = Watch<PersistentVolumeClaim>(store);
    private readonly StoreWatcher _revisions = Watch<ControllerRevision>(store);
    private long _seenRevision;
    private long _seenProcesses = -1;

    /// <summary>How many changes were shown to the checkers.</summary>
    public long Checks { get; private set; }

    /// <summary>Looks at what has changed since the last step.</summary>
    /// <exception cref="InvariantViolation">Something must not be.</exception>
    public void Look()
    {
        var revision = store.CurrentRevision;
        if (revision < _seenRevision)
            throw new InvariantViolation("A2", $"the store's revision went from {_seenRevision} back to {revision}");
        if (revision == _seenRevision && truth.Processes.Version == _seenProcesses)
            return;
        (_seenRevision, _seenProcesses) = (revision, truth.Processes.Version);
        var changes = new List<(long Revision, Action Show)>();
        Collect<StatefulSet>(_sets, changes, change => truth.Note(change.Latest), checker => checker.OnSet);
        Collect<Pod>(_pods, changes, null, checker => checker.OnPod);
        Collect<PersistentVolumeClaim>(_claims, changes, null, checker => checker.OnClaim);
        Collect<ControllerRevision>(_revisions, changes, null, checker => checker.OnRevision);
        foreach (var (_, show) in changes.OrderBy(change => change.Revision))
            show();
        foreach (var checker in checkers)
            checker.OnStep();
        Checks++;
    }

    private void Collect<T>(
        StoreWatcher watcher, List<(long, Action)> changes, Action<ObjectChange<T>>? note, Func<Checker, Action<ObjectChange<T>>> handler)
        where T : class, IResource<T>
    {
        while (watcher.TryRead(out var found))
        {
            var old = found.Previous is null ? null : ClusterView.Typed<T>(found.Previous);
            var change = new ObjectChange<T>(old, found.Kind == StoreEventKind.Delete ? null : ClusterView.Typed<T>(found.Current), found.Revision);
            changes.Add((found.Revision, () =>
            {
                note?.Invoke(change);
                foreach (var checker in checkers)
                    handler(checker)(change);
                Checks++;
            }
            ));
        }
    }

    private static StoreWatcher Watch<T>(ResourceStore store) where T : class, IResource<T> =>
        store.Watch(T.ResourceType.GroupResource, null, store.CurrentRevision);
}
