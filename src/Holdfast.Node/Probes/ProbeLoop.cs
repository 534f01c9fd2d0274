using Holdfast.Node.Runtime;
using Holdfast.Platform;

namespace Holdfast.Node.Probes;

/// <summary>Which probe of which attempt of a container is to run.</summary>
/// <param name="Id">The attempt.</param>
/// <param name="Purpose">Which probe.</param>
internal readonly record struct ProbeKey(ContainerId Id, ProbePurpose Purpose);

/// <summary>One probe that is run again and again.</summary>
internal sealed class ProbeLoop(
    ProbeKey key, Core.Probe probe, Core.Container container, string address, DateTimeOffset startedAt, Prober prober, TimeProvider time, bool hurries)
{
    private static readonly TimeSpan FirstHurry = TimeSpan.FromMilliseconds(100);

    /// <summary>Probes until it is cancelled; tells each verdict that is new, and each failure that counts.</summary>
    public async Task RunAsync(Action<bool> onVerdict, Action<string> onFailure, CancellationToken cancellationToken)
    {
        var state = ProbeState.Of(key.Purpose, probe);
        var period = TimeSpan.FromSeconds(probe.PeriodSeconds > 0 ? probe.PeriodSeconds : 10);
        var pause = hurries && key.Purpose != ProbePurpose.Liveness && state.SuccessThreshold == 1 ? FirstHurry : period;
        var first = startedAt.AddSeconds(probe.InitialDelaySeconds) - time.GetUtcNow();
        if (first > TimeSpan.Zero)
            await time.DelayAsync(first, cancellationToken);
        var counted = (long?)null;
        while (true)
        {
            var result = await prober.ProbeAsync(probe, container, key.Id, address, cancellationToken);
            var counts = result.Passed || counted is not { } last || time.GetElapsedTime(last) >= period - FirstHurry;
            if (counts)
            {
                counted = time.GetTimestamp();
                state = Count(state, result, onVerdict, onFailure);
            }
            pause = result.Passed || pause * 2 > period ? period : pause;
            await time.DelayAsync(pause, cancellationToken);
            pause = pause * 2 > period ? period : pause * 2;
        }
    }

    private static ProbeState Count(ProbeState state, ProbeResult result, Action<bool> onVerdict, Action<string> onFailure)
    {
        var next = state.After(result.Passed);
        if (!result.Passed)
            onFailure(result.Message);
        if (next.Verdict is { } verdict && next.Verdict != state.Verdict)
            onVerdict(verdict);
        return next;
    }
}
