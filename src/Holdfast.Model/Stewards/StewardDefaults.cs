using Holdfast.Model.Rules;

namespace Holdfast.Model.Stewards;

/// <summary>
/// What a Steward has when its author does not say; the same as in its definition, which a test holds. How members are spoken to has no
/// defaults here: what is left out there is filled in by the preset.
/// </summary>
internal static class StewardDefaults
{
    public static Steward Apply(Steward steward)
    {
        var spec = steward.Spec;
        return steward with
        {
            Spec = spec with
            {
                TargetRef = spec.TargetRef with { ApiVersion = spec.TargetRef.ApiVersion.Or("apps/v1"), Kind = spec.TargetRef.Kind.Or("StatefulSet") },
                Quorum = spec.Quorum with
                {
                    Rule = spec.Quorum.Rule.Or("Majority"),
                    MaximumLag = spec.Quorum.MaximumLag ?? 1000,
                    Spread = spec.Quorum.Spread.Or("Warn"),
                },
                Rollout = Rollout(spec.Rollout),
                Scaling = spec.Scaling with
                {
                    Join = spec.Scaling.Join.Or("Learner"),
                    Claims = spec.Scaling.Claims.Or("Retain"),
                    StepDeadline = spec.Scaling.StepDeadline.Or("30m"),
                },
                Disruption = spec.Disruption with
                {
                    ManagedBudget = spec.Disruption.ManagedBudget ?? true,
                    EvictionDeadline = spec.Disruption.EvictionDeadline.Or("5m"),
                    SwitchoverDeadline = spec.Disruption.SwitchoverDeadline.Or("30s"),
                },
            },
        };
    }

    private static RolloutSpec Rollout(RolloutSpec rollout) => rollout with
    {
        Order = rollout.Order.Or("LeaderLast"),
        Canary = rollout.Canary ?? 1,
        OnFailure = rollout.OnFailure.Or("Rollback"),
        Soak = rollout.Soak.Or("30s"),
        StepDeadline = rollout.StepDeadline.Or("10m"),
        ProgressDeadline = rollout.ProgressDeadline.Or("1h"),
        Gates = rollout.Gates.Rewrite(gate => gate with { Timeout = gate.Timeout.Or("10s") }),
    };
}
