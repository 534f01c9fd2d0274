using System.Collections.Immutable;
using Holdfast.Client.Caching;
using Holdfast.Steward.Planning;

namespace Holdfast.Steward.Observation;

/// <summary>Gathers the last lines of a member that is being updated and does not come back, for whoever has to find out why.</summary>
/// <param name="outside">Asks.</param>
/// <param name="time">The clock.</param>
internal sealed class EvidenceNotes(IOutside outside, TimeProvider time)
{
    private const int MaximumLine = 300;
    private const int MaximumLines = 10;

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);
    // A pod that was just made has written nothing yet.
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly Dictionary<ResourceKey, (string PodUid, long At, ImmutableArray<string> Lines)> _notes = [];

    /// <summary>Looks, when the operation is an update whose pod is there and not ready.</summary>
    /// <returns>Whether it did.</returns>
    public async Task<bool> LookAsync(StewardView view, CancellationToken cancellationToken)
    {
        var key = ResourceKey.Of(view.Steward);
        if (view.Memory.Operation is not { Kind: Operations.Update } operation || view.Observation.Find(operation.Member)?.Pod is not { IsReady: false, IsTerminating: false } pod
            || pod.Uid == operation.PodUid)
        {
            if (view.Memory.Operation is null)
                Forget(key);
            return false;
        }
        lock (_gate)
        {
            if (_notes.TryGetValue(key, out var known) && known.PodUid == pod.Uid && time.GetElapsedTime(known.At) < (known.Lines.IsEmpty ? Soon : Interval))
                return false;
        }
        var lines = await LinesAsync(view.Steward.Metadata.Namespace, pod, cancellationToken);
        lock (_gate)
            _notes[key] = (pod.Uid, time.GetTimestamp(), lines);
        return true;
    }

    /// <summary>What was gathered.</summary>
    public ImmutableArray<string> Of(ResourceKey key)
    {
        lock (_gate)
            return _notes.TryGetValue(key, out var known) ? known.Lines : [];
    }

    /// <summary>Forgets what was gathered.</summary>
    public void Forget(ResourceKey key)
    {
        lock (_gate)
            _notes.Remove(key);
    }

    private async Task<ImmutableArray<string>> LinesAsync(string namespaceName, PodFacts pod, CancellationToken cancellationToken)
    {
        var outcome = await outside.LastLinesAsync(namespaceName, pod.Name, isPrevious: pod.Restarts > 0 && pod.IsDown, cancellationToken);
        if (outcome.Response is not { Status: 200 } response)
            return [];
        return [.. response.Text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).TakeLast(MaximumLines)
            .Select(line => $"{pod.Name} wrote: {(line.Length <= MaximumLine ? line : line[..MaximumLine] + "…")}")];
    }
}
