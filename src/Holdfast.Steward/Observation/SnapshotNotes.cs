using System.Collections.Immutable;
using System.Globalization;
using Holdfast.Client;
using Holdfast.Client.Caching;
using Holdfast.Steward.Planning;
using Holdfast.Steward.Running;

namespace Holdfast.Steward.Observation;

/// <summary>Looks what became of the snapshots that were asked for of a removed member's claims. Snapshots are not kept in a cache: few clusters have the kind.</summary>
/// <param name="client">The cluster.</param>
internal sealed class SnapshotNotes(KubernetesClient client)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<ResourceKey, ImmutableDictionary<string, SnapshotFacts>> _notes = [];

    /// <summary>Looks, while a member is removed whose claims are to be copied first.</summary>
    /// <returns>Whether it did.</returns>
    public async Task<bool> LookAsync(StewardView view, CancellationToken cancellationToken)
    {
        var key = ResourceKey.Of(view.Steward);
        if (view.Spec.Scaling.Claims != "Snapshot" || view.Memory.Operation is not { Kind: Operations.ScaleDown, StartedAt: { } begun } operation
            || view.Observation.Find(operation.Member) is not { } member)
        {
            Forget(key);
            return false;
        }
        var found = ImmutableDictionary.CreateBuilder<string, SnapshotFacts>(StringComparer.Ordinal);
        foreach (var claim in member.Claims.ToArray())
        {
            var name = string.Create(CultureInfo.InvariantCulture, $"{claim.Name}-{begun.ToUnixTimeSeconds()}");
            if (await ClaimSnapshots.FindAsync(client, new ResourceKey(key.Namespace, name), cancellationToken) is { } snapshot)
                found[claim.Name] = snapshot;
        }
        lock (_gate)
            _notes[key] = found.ToImmutable();
        return true;
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
            _notes.Remove(key);
    }
}
