using System.Globalization;
using Holdfast.Model.Stewards;
using Holdfast.Model.Values;
using Holdfast.Steward.Observation;
using Holdfast.Steward.Planning;

namespace Holdfast.Steward.Rollout;

/// <summary>Whether the gates let the next step begin. A gate that was not looked at lately, or gave no value, does not.</summary>
public static class GateCheck
{
    private static readonly TimeSpan MaximumAge = TimeSpan.FromSeconds(30);

    /// <summary>The first gate that is shut, in words; empty when all are open.</summary>
    /// <param name="view">What is seen.</param>
    public static string Shut(StewardView view)
    {
        ArgumentNullException.ThrowIfNull(view);
        return view.Spec.Rollout.Gates.Select(gate => Shut(view, gate)).FirstOrDefault(words => words.Length > 0) ?? "";
    }

    /// <summary>The number that a gate on members looks at, the worst of all; null when any member does not tell it.</summary>
    /// <param name="gate">The gate.</param>
    /// <param name="state">The cluster.</param>
    public static double? MemberValue(RolloutGate gate, ClusterState state)
    {
        ArgumentNullException.ThrowIfNull(gate);
        ArgumentNullException.ThrowIfNull(state);
        var values = state.Members.Where(member => member.Pod is not null).Select(member => (double?)(gate.Member?.Field switch
        {
            "lag" => member.Lag,
            "diskFreeBytes" => member.Values?.DiskFreeBytes,
            "migrationBacklog" => member.Values?.MigrationBacklog,
            _ => null,
        })).ToArray();
        return values.Length == 0 || values.Any(value => value is null) ? null : gate.AtMost is not null ? values.Max() : values.Min();
    }

    /// <summary>Whether a value is within a gate's bounds.</summary>
    /// <param name="gate">The gate.</param>
    /// <param name="value">The value.</param>
    public static bool IsWithin(RolloutGate gate, double value)
    {
        ArgumentNullException.ThrowIfNull(gate);
        return !(value > gate.AtMost) && !(value < gate.AtLeast) && !double.IsNaN(value);
    }

    private static string Shut(StewardView view, RolloutGate gate)
    {
        var reading = view.Observation.Gates.FirstOrDefault(reading => reading.Name == gate.Name);
        if (reading is null || reading.Age > MaximumAge)
        {
            return $"gate {gate.Name} was not looked at yet";
        }
        if (reading.Value is not { } value)
        {
            return $"gate {gate.Name} gives no value: {reading.Problem}";
        }
        if (!IsWithin(gate, value))
        {
            var bound = value > gate.AtMost ? $"at most {Number(gate.AtMost)}" : $"at least {Number(gate.AtLeast)}";
            return $"gate {gate.Name} is at {Number(value)}, {bound} is wanted";
        }
        var hold = StewardView.Span(gate.For, TimeSpan.Zero);
        return reading.HeldFor is { } held && held >= hold
            ? ""
            : $"gate {gate.Name} has been within its bounds for {DurationText.Of(reading.HeldFor ?? TimeSpan.Zero)} of {gate.For}";
    }

    private static string Number(double? number) => number?.ToString("0.###", CultureInfo.InvariantCulture) ?? "";
}
