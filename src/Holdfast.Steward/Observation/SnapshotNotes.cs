using System.Collections.Immutable;
using System.Globalization;
using Holdfast.Client;
using Holdfast.Client.Caching;
using Holdfast.Controllers.StatefulSets;
using Holdfast.Steward.Planning;
using Holdfast.Steward.Running;
using Holdfast.Steward.Scaling;

namespace Holdfast.Steward.Observation;

/// <summary>Looks whether claims can be copied before a member is removed, and what became of the snapshots of its claims. Snapshots are not kept in a cache: few clusters have the kind.</summary>
/// <param name="client">The cluster.</param>
/// <param name="time">The clock.</param>
internal sealed class SnapshotNotes(KubernetesClient client, TimeProvider time)
{
    // Somebody may be installing the kind just now.
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    private readonly Lock _gate = new();
    private readonly Dictionary<ResourceKey, ImmutableDictionary<string, SnapshotFacts>> _notes = [];
    private readonly Dictionary<ResourceKey, (string Class, long At, SnapshotSupport Support)> _support = [];

    /// <summary>Looks, while a member is to be removed, or is, whose claims are to be copied first.</summary>
    /// <returns>Whether it did.</returns>
    public async Task<bool> LookAsync(StewardView view, CancellationToken cancellationToken)
    {
        var key = ResourceKey.Of(view.Steward);
        var operation = view.Memory.Operation is { Kind: Operations.ScaleDown } going ? going : null;
        if (view.Spec.Scaling.Claims != "Snapshot" || view.Observation.Set is not { } set || (operation is null && ScalingPlanner.Wanted(view) >= StatefulSetIdentity.Replicas(set)))
        {
            Forget(key);
            return false;
        }
        var looked = await LookForSupportAsync(key, view.Spec.Scaling.SnapshotClass, cancellationToken);
        if (operation?.StartedAt is not { } begun || view.Observation.Find(operation.Member) is not { } member || SupportOf(key) is { IsServed: false })
            return looked;
        var found = ImmutableDictionary.CreateBuilder<string, SnapshotFacts>(StringComparer.Ordinal);
        foreach (var claim in member.Claims.ToArray())
        {
            var name = string.Create(CultureInfo.InvariantCulture, $"{claim.Name}-{begun.ToUnixTimeSeconds()}");
            if (await ClaimSnapshots.FindAsync(client, new ResourceKey(key.Namespace, name), claim, cancellationToken) is { } snapshot)
                found[claim.Name] = snapshot;
        }
        lock (_gate)
            _notes[key] = found.ToImmutable();
        return true;
    }

    /// <summary>Whether the cluster takes snapshots; null while that is not known.</summary>
    public SnapshotSupport? SupportOf(ResourceKey key)
    {
        lock (_gate)
            return _support.TryGetValue(key, out var known) ? known.Support : null;
    }

    /// <summary>The snapshot of a claim; null when none is known.</summary>
    public SnapshotFacts? Of(ResourceKey key, string claim)
    {
        lock (_gate)
            return _notes.TryGetValue(key, out var notes) ? notes.GetValueOrDefault(claim) : null;
    }

    /// <summary>Forgets what was seen.</summary>
    public void Forget(ResourceKey key)
    {
        lock (_gate)
        {
            _notes.Remove(key);
            _support.Remove(key);
        }
    }

    private async Task<bool> LookForSupportAsync(ResourceKey key, string snapshotClass, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (_support.TryGetValue(key, out var known) && known.Class == snapshotClass && time.GetElapsedTime(known.At) < Interval)
                return false;
        }
        var (at, support) = (time.GetTimestamp(), await ClaimSnapshots.SupportAsync(client, key.Namespace, snapshotClass, cancellationToken));
        lock (_gate)
            _support[key] = (snapshotClass, at, support);
        return true;
    }
}
