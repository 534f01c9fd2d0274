using Holdfast.Client.Caching;
using Holdfast.Node.Runtime;

namespace Holdfast.Node.Pods;

/// <summary>The workers of an agent: one for each pod uid that is, or was, on the node.</summary>
internal sealed class PodWorkers(AgentParts parts, CancellationToken stop)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, PodWorker> _workers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<PodWorker>> _byName = new(StringComparer.Ordinal);
    private readonly Dictionary<string, PodRuntimeStatus> _adoptable = new(StringComparer.Ordinal);
    private bool _isStopping;

    /// <summary>All workers at this moment, in the order of their pods' creation.</summary>
    public IReadOnlyList<PodWorker> All
    {
        get
        {
            lock (_gate)
            {
                return [.. _workers.Values.OrderBy(worker => worker.Pod.Metadata.CreationTimestamp ?? DateTimeOffset.MinValue)
                    .ThenBy(worker => Client.Revision.OrZero(worker.Pod.Metadata.ResourceVersion)).ThenBy(worker => worker.FullName, StringComparer.Ordinal)];
            }
        }
    }

    /// <summary>Notes what the runtime still has of an earlier life.</summary>
    public void Adopt(IReadOnlyList<PodRuntimeStatus> pods)
    {
        lock (_gate)
        {
            foreach (var pod in pods)
                _adoptable[pod.Sandbox.Uid] = pod;
        }
    }

    /// <summary>Ends what the runtime still has of pods that the API does not know any more.</summary>
    public void EndUnknown()
    {
        foreach (var pod in TakeAdoptable())
        {
            var known = Core.Pod.Empty with
            {
                Metadata = Model.Meta.ObjectMeta.Empty with { Namespace = pod.Sandbox.Namespace, Name = pod.Sandbox.Name, Uid = pod.Sandbox.Uid },
            };
            parts.Log(Platform.LogSeverity.Information, $"pod {pod.Sandbox.Namespace}/{pod.Sandbox.Name} ({pod.Sandbox.Uid}) was deleted while the node was away; its processes are ended");
            var worker = Make(known, pod);
            worker.ObserveGone(known);
            worker.Begin();
        }
    }

    /// <summary>Takes a change of the cache.</summary>
    public void OnChange(CacheChange<Core.Pod> change)
    {
        if (change.Old is { } old && (change.New is null || change.IsReplacement))
            Find(old.Metadata.Uid)?.ObserveGone(old);
        if (change.New is not { } pod)
            return;
        if (Find(pod.Metadata.Uid) is { } worker)
            worker.Observe(pod);
        else
            Begin(pod);
    }

    /// <summary>The worker of a pod by its uid.</summary>
    public PodWorker? Find(string uid)
    {
        lock (_gate)
            return _workers.GetValueOrDefault(uid);
    }

    /// <summary>Lets no further pod begin.</summary>
    public void Close()
    {
        lock (_gate)
            _isStopping = true;
    }

    private void Begin(Core.Pod pod)
    {
        PodRuntimeStatus? adopted;
        lock (_gate)
        {
            if (_isStopping)
                return;
            _adoptable.Remove(pod.Metadata.Uid, out adopted);
        }
        Make(pod, adopted).Begin();
    }

    private PodRuntimeStatus[] TakeAdoptable()
    {
        lock (_gate)
        {
            PodRuntimeStatus[] left = [.. _adoptable.Values];
            _adoptable.Clear();
            return left;
        }
    }

    private PodWorker Make(Core.Pod pod, PodRuntimeStatus? adopted)
    {
        var worker = new PodWorker(parts, pod, adopted, IsNameTaken, OnReleased, stop);
        lock (_gate)
        {
            _workers.Add(worker.Uid, worker);
            if (!_byName.TryGetValue(worker.FullName, out var namesakes))
                _byName[worker.FullName] = namesakes = [];
            namesakes.Add(worker);
        }
        return worker;
    }

    // Only an earlier worker's pod is in the way: otherwise two of them could wait for each other.
    private bool IsNameTaken(PodWorker worker)
    {
        lock (_gate)
            return _byName.TryGetValue(worker.FullName, out var namesakes) && namesakes.TakeWhile(each => each != worker).Any(each => each.HoldsName);
    }

    private void OnReleased(PodWorker worker)
    {
        PodWorker[] waiting;
        lock (_gate)
        {
            if (!_byName.TryGetValue(worker.FullName, out var namesakes))
                return;
            waiting = [.. namesakes.Where(each => each != worker)];
            if (worker.IsForgotten && _workers.Remove(worker.Uid) && namesakes.Remove(worker) && namesakes.Count == 0)
                _byName.Remove(worker.FullName);
        }
        if (worker.IsForgotten)
            worker.Dispose();
        foreach (var each in waiting)
            each.Signal();
    }
}
