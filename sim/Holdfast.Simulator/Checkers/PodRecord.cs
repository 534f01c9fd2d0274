using Holdfast.Controllers.Pods;
using Holdfast.Model.Core;

namespace Holdfast.Simulator.Checkers;

/// <summary>What the store has shown of one pod, by uid, with the moments at which it changed (<see cref="GroundTruth.Moment"/>).</summary>
/// <param name="first">The pod as it was made.</param>
/// <param name="truth">Tells the time.</param>
public sealed class PodRecord(Pod first, GroundTruth truth)
{
    private readonly List<Stretch> _ready = [];

    /// <summary>The pod as it was made.</summary>
    public Pod First => first;

    /// <summary>When it was made.</summary>
    public long MadeAt { get; } = truth.Moment;

    /// <summary>When its object went; null while it is there.</summary>
    public long? GoneAt { get; private set; }

    /// <summary>When it was asked to go; null while it was not.</summary>
    public long? AskedAt { get; private set; }

    /// <summary>Notes how the pod is now.</summary>
    /// <param name="pod">The pod; null when it is gone.</param>
    public void Show(Pod? pod)
    {
        if (pod is null)
            GoneAt = truth.Moment;
        if (pod?.IsTerminating() != false)
            AskedAt ??= truth.Moment;
        var isReady = pod is not null && pod.IsRunningAndReady();
        var wasReady = _ready.Count > 0 && _ready[^1].To is null;
        if (isReady && !wasReady)
            _ready.Add(new Stretch(Since(pod!), null, TimeSpan.Zero));
        else if (!isReady && wasReady)
            _ready[^1] = _ready[^1] with { To = truth.Moment, Length = truth.Time.GetElapsedTime(_ready[^1].From) };
    }

    /// <summary>Whether the pod was shown ready, for so long at a stretch, at some moment of the last span and was not asked to go before it.</summary>
    /// <param name="span">The span.</param>
    /// <param name="least">How long at a stretch.</param>
    public bool WasReadyWithin(TimeSpan span, TimeSpan least)
    {
        var since = truth.Moment - span.Ticks;
        if (AskedAt is { } asked && asked < since)
            return false;
        foreach (var stretch in _ready)
        {
            var length = stretch.To is null ? truth.Time.GetElapsedTime(stretch.From) : stretch.Length;
            if ((stretch.To ?? since) >= since && length >= least)
                return true;
        }
        return false;
    }

    /// <summary>An agent that could not say so at once says since when; where clocks go wrong only the moment it is shown can be believed.</summary>
    private long Since(Pod pod)
    {
        var said = pod.Status.Conditions.First(condition => condition.Type == "Ready").LastTransitionTime;
        var now = truth.Time.GetTimestamp();
        return said is null || truth.Options.ClockFaults ? now : Math.Min(now, (said.Value - Simulation.Beginning).Ticks);
    }

    private sealed record Stretch(long From, long? To, TimeSpan Length);
}
