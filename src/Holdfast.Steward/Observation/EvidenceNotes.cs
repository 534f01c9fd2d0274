using System.Collections.Immutable;
using Holdfast.Client.Caching;
using Holdfast.Steward.Planning;

namespace Holdfast.Steward.Observation;

/// <summary>Gathers the last lines of members that do not get ready, for whoever has to find out why.</summary>
/// <param name="outside">Asks.</param>
/// <param name="time">The clock.</param>
internal sealed class EvidenceNotes(IOutside outside, TimeProvider time)
{
    private const int MaximumLine = 300;
    private const int MaximumLines = 10;

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);
    // A pod that was just made has written nothing yet.
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(1);
    // What becomes ready by then has nothing to explain.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly Lock _gate = new();
    private readonly Dictionary<ResourceKey, ImmutableDictionary<string, Note>> _notes = [];

    private sealed record Note(long At, ImmutableArray<string> Lines);

    /// <summary>Looks at one pod, when there is one whose lines are wanted and not known from just now: nobody else waits long for it.</summary>
    /// <returns>Whether it did.</returns>
    public async Task<bool> LookAsync(StewardView view, CancellationToken cancellationToken)
    {
        var key = ResourceKey.Of(view.Steward);
        var wanted = view.Observation.Members.Where(member => IsWanted(view, member)).Select(member => member.Pod!).ToArray();
        if (Next(key, wanted) is not { } pod)
            return false;
        var lines = await LinesAsync(view.Steward.Metadata.Namespace, pod, cancellationToken);
        lock (_gate)
            _notes[key] = _notes.GetValueOrDefault(key, []).SetItem(pod.Uid, new Note(time.GetTimestamp(), lines));
        return true;
    }

    /// <summary>What a pod wrote last; nothing when that was not gathered.</summary>
    public ImmutableArray<string> Of(ResourceKey key, string? podUid)
    {
        lock (_gate)
            return podUid is not null && _notes.GetValueOrDefault(key, []).TryGetValue(podUid, out var known) ? known.Lines : [];
    }

    /// <summary>Forgets what was gathered.</summary>
    public void Forget(ResourceKey key)
    {
        lock (_gate)
            _notes.Remove(key);
    }

    // A node that does not report would have everybody wait for an answer that does not come.
    private static bool IsWanted(StewardView view, MemberObservation member)
    {
        if (member.Pod is not { IsReady: false, IsTerminating: false } pod)
            return false;
        if (view.Memory.Operation is { Kind: Operations.Update } operation && operation.Member == member.Name)
            return pod.Uid != operation.PodUid;
        return pod.IsNodeReady && (pod.IsCrashLooping || view.Now - pod.UnreadySince >= Patience);
    }

    private PodFacts? Next(ResourceKey key, PodFacts[] wanted)
    {
        lock (_gate)
        {
            var kept = _notes.GetValueOrDefault(key, []);
            kept = kept.RemoveRange(kept.Keys.Except(wanted.Select(pod => pod.Uid)));
            if (kept.IsEmpty)
                _notes.Remove(key);
            else
                _notes[key] = kept;
            return wanted.Where(pod => !kept.TryGetValue(pod.Uid, out var known) || time.GetElapsedTime(known.At) >= (known.Lines.IsEmpty ? Soon : Interval))
                .MinBy(pod => kept.TryGetValue(pod.Uid, out var known) ? known.At : long.MinValue);
        }
    }

    private async Task<ImmutableArray<string>> LinesAsync(string namespaceName, PodFacts pod, CancellationToken cancellationToken)
    {
        var outcome = await outside.LastLinesAsync(namespaceName, pod.Name, isPrevious: pod.Restarts > 0 && pod.IsDown, cancellationToken);
        if (outcome.Response is not { Status: 200 } response)
            return [];
        return [.. response.Text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).TakeLast(MaximumLines)
            .Select(line => line.Length <= MaximumLine ? line : line[..MaximumLine] + "…")];
    }
}
