using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Holdfast.Cel;
using Holdfast.Client.Caching;
using Holdfast.Model.Json;
using Holdfast.Model.Stewards;
using Holdfast.Steward.Actions;
using Holdfast.Steward.Planning;
using Holdfast.Steward.Rollout;

namespace Holdfast.Steward.Observation;

/// <summary>Looks at the gates of rollouts while one is under way, and remembers since when each keeps within its bounds.</summary>
/// <param name="outside">Asks.</param>
/// <param name="time">The clock.</param>
internal sealed class GateNotes(IOutside outside, TimeProvider time)
{
    private const long CostLimit = 1_000_000;

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);
    private static readonly CelEnvironment Environment = ActionVariables.ForFields(CelEnvironment.Standard);

    private readonly Lock _gate = new();
    private readonly Dictionary<ResourceKey, ImmutableDictionary<string, Note>> _notes = [];

    /// <summary>What is wrong with the expressions of gates.</summary>
    public static IEnumerable<string> Problems(RolloutSpec rollout) =>
        from gate in rollout.Gates
        where gate.HttpGet is not null
        let issue = CelProgram.TryCompile(gate.HttpGet!.Value, Environment, out _, out var issues) ? null : issues.Items[0]
        where issue is not null
        select $"spec.rollout.gates[{gate.Name}].httpGet.value: line {issue.Line}, character {issue.Column}: {issue.Message}";

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
        var address = gate.Prometheus is { } prometheus ? $"{prometheus.Url.TrimEnd('/')}/api/v1/query?query={Uri.EscapeDataString(prometheus.Query)}" : gate.HttpGet!.Url;
        var outcome = await outside.GetAsync(address, timeout, cancellationToken);
        if (outcome.Response is not { } response)
            return (null, outcome.Failure!.Message);
        if (gate.Prometheus is not null)
            return Sample(response);
        if (!CelProgram.TryCompile(gate.HttpGet!.Value, Environment, out var program, out var issues))
            return (null, issues.Items[0].Message);
        return program.Evaluate(CelActivation.Empty.With(ActionVariables.Response, ActionVariables.ValueOf(response)), new CelCost(CostLimit)) switch
        {
            CelInt number => (number.Value, ""),
            CelUint number => (number.Value, ""),
            CelDouble number => (number.Value, ""),
            CelError error => (null, error.Message),
            var other => (null, $"the value is a {other.Type.Name}, not a number"),
        };
    }

    // A scalar, or a vector of one sample: [time, "value"].
    private static (double? Value, string Problem) Sample(ActionResponse response)
    {
        try
        {
            using var document = JsonDocument.Parse(response.Text, JsonInput.DocumentOptions);
            var root = document.RootElement;
            if (root.GetProperty("status").GetString() != "success")
                return (null, root.TryGetProperty("error", out var error) ? error.GetString() ?? "" : "the query failed");
            var (type, result) = (root.GetProperty("data").GetProperty("resultType").GetString(), root.GetProperty("data").GetProperty("result"));
            if (type == "vector" && result.GetArrayLength() != 1)
                return (null, string.Create(CultureInfo.InvariantCulture, $"the query gives {result.GetArrayLength()} samples, not one: aggregate it"));
            var sample = type == "vector" ? result[0].GetProperty("value") : result;
            return double.TryParse(sample[1].GetString(), NumberStyles.Float, CultureInfo.InvariantCulture, out var value) ? (value, "") : (null, "the sample is no number");
        }
        catch (Exception error) when (error is JsonException or KeyNotFoundException or InvalidOperationException or IndexOutOfRangeException)
        {
            return (null, $"this is no answer of a Prometheus server (status {response.Status})");
        }
    }

    private sealed record Note(double? Value, string Problem, long LookedAt, long? WithinSince);
}
