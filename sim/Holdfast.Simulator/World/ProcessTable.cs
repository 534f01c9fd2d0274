namespace Holdfast.Simulator.World;

/// <summary>A volume that a process has mounted.</summary>
/// <param name="Path">Where it is on the node.</param>
/// <param name="ClaimUid">The claim that it was made for.</param>
/// <param name="IsForOnePod">Whether no second pod may mount it.</param>
public sealed record MountedPath(string Path, string ClaimUid, bool IsForOnePod);

/// <summary>The processes of one pod on one node: what really runs, whatever the API says.</summary>
/// <param name="Namespace">The pod's namespace.</param>
/// <param name="PodName">The pod's name.</param>
/// <param name="PodUid">The pod's uid.</param>
/// <param name="Container">Which of the pod's containers it is.</param>
/// <param name="NodeName">Where it runs.</param>
/// <param name="Image">What it runs.</param>
/// <param name="Volumes">The volumes that are mounted, by claim name.</param>
public sealed record PodProcess(
    string Namespace, string PodName, string PodUid, string Container, string NodeName, string Image, IReadOnlyDictionary<string, MountedPath> Volumes)
{
    /// <summary>Whether it can serve.</summary>
    public bool IsReady { get; internal set; }
}

/// <summary>All simulated processes: the ground truth that invariants are checked against.</summary>
/// <param name="time">The simulated time.</param>
public sealed class ProcessTable(TimeProvider time)
{
    private readonly List<PodProcess> _live = [];
    private readonly List<PodProcess> _started = [];
    private readonly List<PodProcess> _askedAgain = [];
    private readonly Dictionary<string, long> _lastReady = new(StringComparer.Ordinal);

    /// <summary>Rises with every change.</summary>
    public long Version { get; private set; }

    /// <summary>The processes that run.</summary>
    public IReadOnlyList<PodProcess> Live => _live;

    /// <summary>All that ever ran, in the order in which they started.</summary>
    public IReadOnlyList<PodProcess> Started => _started;

    /// <summary>Those that a node was asked to start while they ran, in order. The runtime refuses that; who asks has lost sight of what runs.</summary>
    public IReadOnlyList<PodProcess> AskedAgain => _askedAgain;

    /// <summary>A node was asked to start what runs.</summary>
    /// <param name="process">The processes that run.</param>
    public void AskAgain(PodProcess process)
    {
        _askedAgain.Add(process);
        Version++;
    }

    /// <summary>A pod's processes begin to run.</summary>
    /// <param name="process">The processes.</param>
    public void Start(PodProcess process)
    {
        _live.Add(process);
        _started.Add(process);
        Version++;
    }

    /// <summary>They can serve from now on, or cannot any more.</summary>
    /// <param name="process">The processes.</param>
    /// <param name="isReady">Whether they can serve.</param>
    public void SetReady(PodProcess process, bool isReady)
    {
        NoteReadiness(process);
        process.IsReady = isReady;
        NoteReadiness(process);
        Version++;
    }

    /// <summary>They have ended.</summary>
    /// <param name="process">The processes.</param>
    public void End(PodProcess process)
    {
        NoteReadiness(process);
        process.IsReady = false;
        if (_live.Remove(process))
            Version++;
    }

    /// <summary>Whether a pod's own processes could serve at some moment of the last span.</summary>
    /// <param name="podUid">The pod's uid.</param>
    /// <param name="span">The span.</param>
    public bool WasReadyWithin(string podUid, TimeSpan span) =>
        _live.Exists(process => process.PodUid == podUid && process.IsReady)
        || (_lastReady.TryGetValue(podUid, out var at) && time.GetElapsedTime(at) <= span);

    private void NoteReadiness(PodProcess process)
    {
        if (process.IsReady)
            _lastReady[process.PodUid] = time.GetTimestamp();
    }
}
