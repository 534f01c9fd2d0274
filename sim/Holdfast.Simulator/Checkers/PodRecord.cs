using Holdfast.Controllers.Pods;
using Holdfast.Model.Core;

namespace Holdfast.Simulator.Checkers;

/// <summary>What the store has shown of one pod, by uid, with the moments at which it changed, on the one clock that is right.</summary>
/// <param name="first">The pod as it was made.</param>
/// <param name="time">The simulated time.</param>
public sealed class PodRecord(Pod first, TimeProvider time)
{
    private readonly List<(long From, long? To)> _ready = [];

    /// <summary>The pod as it was made.</summary>
    public Pod First => first;

    /// <summary>When it was made.</summary>
    public long MadeAt { get; } = time.GetTimestamp();

    /// <summary>When its object went; null while it is there.</summary>
    public long? GoneAt { get; private set; }

    /// <summary>When it was asked to go; null while it was not.</summary>
    public long? AskedAt { get; private set; }

    /// <summary>Notes how the pod is now.</summary>
    /// <param name="pod">The pod; null when it is gone.</param>
    public void Show(Pod? pod)
    {
        var now = time.GetTimestamp();
        if (pod is null)
            GoneAt = now;
        if (pod?.IsTerminating() != false)
            AskedAt ??= now;
        var isReady = pod is not null && pod.IsRunningAndReady();
        var wasReady = _ready.Count > 0 && _ready[^1].To is null;
        if (isReady && !wasReady)
            _ready.Add((now, null));
        else if (!isReady && wasReady)
            _ready[^1] = (_ready[^1].From, now);
    }

    /// <summary>Whether the pod was shown ready, for so long at a stretch, at some moment of the last span and was not asked to go before it.</summary>
    /// <param name="span">The span.</param>
    /// <param name="stretch">How long at a stretch.</param>
    public bool WasReadyWithin(TimeSpan span, TimeSpan stretch)
    {
        var now = time.GetTimestamp();
        var since = now - span.Ticks;
        if (AskedAt is { } asked && asked < since)
            return false;
        foreach (var (from, to) in _ready)
        {
            if ((to ?? now) >= since && time.GetElapsedTime(from, to ?? now) >= stretch)
                return true;
        }
        return false;
    }
}
