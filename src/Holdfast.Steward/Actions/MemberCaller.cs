using System.Collections.Immutable;
using Holdfast.Cel;

namespace Holdfast.Steward.Actions;

/// <summary>What a member said of itself.</summary>
/// <param name="Fields">The fields that could be read.</param>
/// <param name="Problems">Why other fields have no value, by their names.</param>
/// <param name="Failure">The first call that gave nothing, when one did; the fields of the others count all the same.</param>
public sealed record MemberAnswer(ImmutableDictionary<string, CelValue> Fields, ImmutableDictionary<string, string> Problems, ActionFailure? Failure)
{
    /// <summary>Whether the member said anything at all.</summary>
    public bool IsAnswered => !Fields.IsEmpty;
}

/// <summary>Calls members: fills requests in, sends them and reads what comes back. Never asks twice.</summary>
/// <param name="door">Brings requests to members.</param>
public sealed class MemberCaller(IMemberDoor door)
{
    /// <summary>Asks a member what it is and how it is.</summary>
    /// <param name="description">How members are spoken to.</param>
    /// <param name="scope">The member and its set.</param>
    /// <param name="place">Where the member is.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<MemberAnswer> ObserveAsync(MemberDescription description, ActionScope scope, MemberPlace place, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(description);
        var fields = ImmutableDictionary.Create<string, CelValue>(StringComparer.Ordinal);
        var problems = ImmutableDictionary.Create<string, string>(StringComparer.Ordinal);
        ActionFailure? failure = null;
        foreach (var call in description.Observe)
        {
            var known = scope with { Seen = fields };
            var outcome = await CallAsync(call, known, place, cancellationToken);
            if (outcome.Response is not { } response)
            {
                failure ??= outcome.Failure;
                problems = problems.SetItems(call.FieldNames.Where(name => !fields.ContainsKey(name)).Select(name => KeyValuePair.Create(name, outcome.Failure!.Message)));
                // Who does not answer one call within its time is not waited for again.
                if (outcome.Failure!.Kind is ActionFailureKind.Unreachable or ActionFailureKind.Timeout)
                    break;
                continue;
            }
            var reading = call.Read(response, known);
            fields = fields.SetItems(reading.Fields);
            problems = problems.SetItems(reading.Problems).RemoveRange(reading.Fields.Keys);
        }
        return new MemberAnswer(fields, problems, failure);
    }

    /// <summary>Makes one call.</summary>
    /// <param name="action">The action.</param>
    /// <param name="scope">The values of its variables.</param>
    /// <param name="place">Whom it is sent to.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>An answer that the action expects, or a failure.</returns>
    public async Task<ActionOutcome> CallAsync(CompiledAction action, ActionScope scope, MemberPlace place, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(action);
        var request = action.Request(scope, out var failure);
        if (request is null)
            return new ActionOutcome(null, failure);
        var outcome = await door.SendAsync(place, request, cancellationToken);
        return outcome.Response is { } response && action.Check(response) is { } refused ? new ActionOutcome(null, refused) : outcome;
    }
}
