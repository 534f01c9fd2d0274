using Holdfast.Controllers.Pods;
using Holdfast.Model.Core;

namespace Holdfast.Simulator.Checkers;

/// <summary>What the store has shown of one pod, by uid, with the moments at which it changed (<see cref="GroundTruth.Moment"/>).</summary>
/// <param name="first">The pod as it was made.</param>
/// <param name="truth">Tells the time.</param>
public sealed class PodRecord(Pod first, GroundTruth truth)
{
    private readonly List<Stretch> _ready = [];
    private readonly List<(long At, string Uid)> _controllers = [];

    /// <summary>The pod as it was made.</summary>
    public Pod First => first;

    /// <summary>When it was made.</summary>
    public long MadeAt { get; } = truth.Moment;

    /// <summary>When its object went; null while it is there.</summary>
    public long? GoneAt { get; private set; }

    /// <summary>When it was asked to go; null while it was not.</summary>
    public long? AskedAt { get; private set; }

    /// <summary>Whether it was ever shown to have ended well.</summary>
    public bool HasSucceeded { get; private set; }

    /// <summary>Notes how the pod is now.</summary>
    /// <param name="pod">The pod; null when it is gone.</param>
    public void Show(Pod? pod)
    {
        if (pod is null)
            GoneAt = truth.Moment;
        else if (pod.Metadata.Controller()?.Uid is { } controller && (_controllers.Count == 0 || _controllers[^1].Uid != controller))
            _controllers.Add((truth.Moment, controller));
        if (pod?.IsTerminating() != false)
            AskedAt ??= truth.Moment;
        HasSucceeded |= pod?.Status.Phase == "Succeeded";
        var isReady = pod is not null && pod.IsRunningAndReady();
        var wasReady = _ready.Count > 0 && _ready[^1].To is null;
        if (isReady && !wasReady)
            _ready.Add(new Stretch(Since(pod!), null));
        else if (!isReady && wasReady)
            _ready[^1] = _ready[^1] with { To = truth.Moment };
    }

    /// <summary>
    /// Whether who saw the pod as it was at some moment of the last span may take it for ready for so long by now. What was seen ages while one
    /// looks at it: a pod that was ready then counts as ready ever since, however short its time was. It must not have been asked to go before.
    /// </summary>
    /// <param name="span">The span.</param>
    /// <param name="least">How long it must have been ready by now.</param>
    public bool WasReadyWithin(TimeSpan span, TimeSpan least)
    {
        var since = truth.Moment - span.Ticks;
        return (AskedAt is not { } asked || asked >= since)
            && _ready.Exists(stretch => (stretch.To ?? since) >= since && truth.Time.GetElapsedTime(stretch.From) >= least);
    }

    /// <summary>The uids of those who controlled the pod at some moment of the last span: a pod may have been left by one set and taken by another.</summary>
    /// <param name="span">The span.</param>
    public IEnumerable<string> ControllersWithin(TimeSpan span)
    {
        var last = _controllers.FindLastIndex(entry => truth.Moment - entry.At > span.Ticks);
        return _controllers.Skip(Math.Max(0, last)).Select(entry => entry.Uid).Distinct();
    }

    /// <summary>An agent that could not say so at once says since when; where clocks go wrong only the moment it is shown can be believed.</summary>
    private long Since(Pod pod)
    {
        var said = pod.Status.Conditions.First(condition => condition.Type == "Ready").LastTransitionTime;
        var now = truth.Time.GetTimestamp();
        return said is null || truth.Options.ClockFaults ? now : Math.Min(now, (said.Value - Simulation.Beginning).Ticks);
    }

    private sealed record Stretch(long From, long? To);
}
