using System.Collections.Immutable;
using Holdfast.Client.Caching;
using Holdfast.Model.Stewards;
using Holdfast.Steward.Planning;
using Holdfast.Steward.Rollout;

namespace Holdfast.Steward.Observation;

/// <summary>Looks at the gates of rollouts while one is under way, and remembers since when each keeps within its bounds.</summary>
/// <param name="outside">Asks.</param>
/// <param name="time">The clock.</param>
internal sealed class GateNotes(IOutside outside, TimeProvider time)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);
    private readonly OutsideNumbers _numbers = new(outside);
    private readonly Lock _gate = new();
    private readonly Dictionary<ResourceKey, ImmutableDictionary<string, Note>> _notes = [];

    /// <summary>Looks at those gates that were not looked at for a while.</summary>
    /// <returns>Whether any was.</returns>
    public async Task<bool> LookAsync(StewardView view, CancellationToken cancellationToken)
    {
        var key = ResourceKey.Of(view.Steward);
        if (view.Spec.Rollout.Gates.IsEmpty || view.Memory.Rollout is not { } rollout || RolloutPlanner.IsOver(rollout))
        {
            Forget(key);
            return false;
        }
        var due = view.Spec.Rollout.Gates.Where(gate => Find(key, gate.Name) is not { } note || time.GetElapsedTime(note.LookedAt) >= Interval).ToList();
        foreach (var looked in await Task.WhenAll(due.Select(async gate => (Gate: gate, At: time.GetTimestamp(), Found: await ValueAsync(gate, view, cancellationToken)))))
            Keep(key, looked.Gate, looked.At, looked.Found.Value, looked.Found.Problem);
        return due.Count > 0;
    }

    /// <summary>What gates last showed.</summary>
    public ImmutableArray<GateReading> Of(ResourceKey key)
    {
        lock (_gate)
        {
            return _notes.TryGetValue(key, out var notes)
                ? [.. notes.OrderBy(note => note.Key, StringComparer.Ordinal).Select(note => new GateReading(
                    note.Key, note.Value.Value, time.GetElapsedTime(note.Value.LookedAt), note.Value.WithinSince is { } since ? time.GetElapsedTime(since) : null, note.Value.Problem))]
                : [];
        }
    }

    /// <summary>Forgets what was seen.</summary>
    public void Forget(ResourceKey key)
    {
        lock (_gate)
            _notes.Remove(key);
    }

    private Note? Find(ResourceKey key, string name)
    {
        lock (_gate)
            return _notes.TryGetValue(key, out var notes) ? notes.GetValueOrDefault(name) : null;
    }

    private void Keep(ResourceKey key, RolloutGate gate, long at, double? value, string problem)
    {
        lock (_gate)
        {
            var notes = _notes.GetValueOrDefault(key) ?? ImmutableDictionary.Create<string, Note>(StringComparer.Ordinal);
            var isWithin = value is { } number && GateCheck.IsWithin(gate, number);
            var since = isWithin ? notes.GetValueOrDefault(gate.Name)?.WithinSince ?? at : (long?)null;
            _notes[key] = notes.SetItem(gate.Name, new Note(value, problem, at, since));
        }
    }

    private async Task<(double? Value, string Problem)> ValueAsync(RolloutGate gate, StewardView view, CancellationToken cancellationToken)
    {
        var timeout = StewardView.Span(gate.Timeout, TimeSpan.FromSeconds(10));
        if (gate.Member is not null)
            return GateCheck.MemberValue(gate, view.State) is { } worst ? (worst, "") : (null, $"not every member tells {gate.Member.Field}");
        return await _numbers.AskAsync(gate.Prometheus, gate.HttpGet, timeout, cancellationToken);
    }

    private sealed record Note(double? Value, string Problem, long LookedAt, long? WithinSince);
}
