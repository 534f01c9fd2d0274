using Holdfast.Node.Events;
using Holdfast.Node.Planning;
using Holdfast.Node.Probes;

namespace Holdfast.Node.Pods;

/// <summary>Keeps those probes of a pod running that are wanted, and tells the worker what they find.</summary>
internal sealed class PodProbes(AgentParts parts, PodWorker worker, CancellationToken stop) : IDisposable
{
    private readonly Dictionary<ProbeKey, CancellationTokenSource> _running = [];

    public void Ensure(IReadOnlyDictionary<ProbeKey, (Core.Probe Probe, PodContainer Container)> wanted, PodState state)
    {
        foreach (var key in _running.Keys.Where(key => !wanted.ContainsKey(key)).ToArray())
        {
            _running.Remove(key, out var ended);
            ended!.Cancel();
            ended.Dispose();
        }
        foreach (var (key, (probe, container)) in wanted)
        {
            if (!_running.ContainsKey(key))
                Start(key, probe, container, state);
        }
    }

    public void Dispose() => Ensure(new Dictionary<ProbeKey, (Core.Probe, PodContainer)>(), PodState.Empty);

    private void Start(ProbeKey key, Core.Probe probe, PodContainer container, PodState state)
    {
        var cancellation = CancellationTokenSource.CreateLinkedTokenSource(stop);
        _running.Add(key, cancellation);
        var startedAt = state[container.Name].Current?.StartedAt ?? parts.Time.GetUtcNow();
        var loop = new ProbeLoop(key, probe, container.Spec, state.Sandbox!.Address, startedAt, parts.Prober, parts.Time, parts.Options.HurriesFirstProbes);
        _ = parts.Environment.Runner.Start(
            $"{key.Purpose} probe of {worker.FullName}/{container.Name}", token => loop.RunAsync(passes => Note(key, passes), message => Tell(key, message), token), cancellation.Token);
    }

    private void Note(ProbeKey key, bool passes) => worker.Update(state =>
    {
        var history = state[key.Id.Name];
        return history.Current?.Id == key.Id ? state.With(key.Id.Name, history with { Probes = history.Probes.With(key.Purpose, passes) }) : state;
    });

    private void Tell(ProbeKey key, string message) =>
        parts.Tell(worker.Pod, key.Id.Name, isWarning: true, EventReason.Unhealthy, $"{key.Purpose} probe failed: {message}");
}
