using System.Collections.Concurrent;
using Holdfast.Model.Coordination;
using Holdfast.Model.Core;

namespace Holdfast.Controllers.NodeLifecycle;

/// <summary>
/// Remembers when each node last gave a sign of life by this process's own monotonic clock: nodes' clocks may be wrong, this machine's wall
/// clock may jump, and a process that has just started gives every node its whole grace.
/// </summary>
/// <param name="time">The clock.</param>
internal sealed class NodeSightings(TimeProvider time)
{
    private readonly ConcurrentDictionary<string, Sighting> _sightings = new(StringComparer.Ordinal);

    /// <summary>Notes what is seen of a node now and says how long it has been silent.</summary>
    internal TimeSpan SilenceOf(Node node, Lease? lease)
    {
        var now = time.GetTimestamp();
        var sign = new Sign(node.Metadata.Uid, lease?.Spec.RenewTime, node.Status.Condition("Ready")?.LastHeartbeatTime);
        var sighting = _sightings.AddOrUpdate(
            node.Metadata.Name, _ => new Sighting(sign, now), (_, before) => before.Sign == sign ? before : new Sighting(sign, now));
        return time.GetElapsedTime(sighting.At, now);
    }

    internal void Forget(string node) => _sightings.TryRemove(node, out _);

    private sealed record Sign(string Uid, DateTimeOffset? RenewedAt, DateTimeOffset? HeartbeatAt);

    private sealed record Sighting(Sign Sign, long At);
}
