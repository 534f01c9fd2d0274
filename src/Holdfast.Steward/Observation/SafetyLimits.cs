using Holdfast.Model.Stewards;
using Holdfast.Model.Values;

namespace Holdfast.Steward.Observation;

/// <summary>When an answer is too old, and when a member is too far behind.</summary>
/// <param name="MaximumAge">How old an answer may be.</param>
/// <param name="MaximumLag">How many entries a voter may be behind.</param>
public sealed record SafetyLimits(TimeSpan MaximumAge, long MaximumLag)
{
    /// <summary>How old an answer may be where nobody says.</summary>
    public static TimeSpan DefaultMaximumAge { get; } = TimeSpan.FromSeconds(5);

    /// <summary>The limits of a Steward.</summary>
    /// <param name="spec">Its spec.</param>
    public static SafetyLimits Of(StewardSpec spec)
    {
        ArgumentNullException.ThrowIfNull(spec);
        var age = DurationText.TryParse(spec.Member.Observe?.MaximumAge, out var given) ? given : DefaultMaximumAge;
        return new(age, spec.Quorum.MaximumLag ?? 1000);
    }
}
