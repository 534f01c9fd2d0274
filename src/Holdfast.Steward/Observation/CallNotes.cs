using System.Collections.Immutable;
using Holdfast.Client.Caching;

namespace Holdfast.Steward.Observation;

/// <summary>How calls to members went, for the operation that asked for them; the last of each action. Not kept over a restart: what is not known is asked again.</summary>
/// <param name="time">The clock.</param>
internal sealed class CallNotes(TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<ResourceKey, (string OperationId, ImmutableDictionary<string, (string Problem, long At)> Calls)> _notes = [];

    /// <summary>Notes how a call went; an empty problem means that it was done.</summary>
    public void Note(ResourceKey steward, string operationId, string action, string problem)
    {
        lock (_gate)
        {
            var calls = _notes.TryGetValue(steward, out var known) && known.OperationId == operationId
                ? known.Calls
                : ImmutableDictionary.Create<string, (string, long)>(StringComparer.Ordinal);
            _notes[steward] = (operationId, calls.SetItem(action, (problem, time.GetTimestamp())));
        }
    }

    /// <summary>The calls of a Steward's last operation that called anything.</summary>
    public ImmutableArray<CallOutcome> Of(ResourceKey steward)
    {
        lock (_gate)
        {
            return _notes.TryGetValue(steward, out var known)
                ? [.. known.Calls.OrderBy(call => call.Key, StringComparer.Ordinal).Select(call =>
                    new CallOutcome(known.OperationId, call.Key, call.Value.Problem.Length == 0, call.Value.Problem, time.GetElapsedTime(call.Value.At)))]
                : [];
        }
    }

    /// <summary>Forgets a Steward that is gone.</summary>
    public void Forget(ResourceKey steward)
    {
        lock (_gate)
            _notes.Remove(steward);
    }
}
