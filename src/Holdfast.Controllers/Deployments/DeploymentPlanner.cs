using System.Collections.Immutable;
using Holdfast.Controllers.Ownership;
using Holdfast.Model.Apps;
using Holdfast.Model.Selectors;

namespace Holdfast.Controllers.Deployments;

/// <summary>
/// Decides what a Deployment needs now, as of Kubernetes 1.36: which set is of its template and which are of earlier ones, how big each
/// is to be, which to forget, and what to say of its progress. A pure function: the same observation and time give the same plan.
/// </summary>
public static class DeploymentPlanner
{
    /// <summary>Plans one round.</summary>
    /// <param name="observation">The Deployment and what may be its own.</param>
    /// <param name="now">The time.</param>
    public static DeploymentPlan Plan(DeploymentObservation observation, DateTimeOffset now)
    {
        var deployment = observation.Deployment;
        var claims = Claims<ReplicaSet>.Of(deployment.Metadata, LabelMatcher.From(deployment.Spec.Selector), observation.Sets);
        var effects = ImmutableArray.CreateBuilder<DeploymentEffect>();
        effects.AddRange(claims.Released.Select(set => new DeploymentEffect.Release(set, $"set {set.Metadata.Name} no longer matches the selector")));
        effects.AddRange(claims.Adopted.Select(set => new DeploymentEffect.Adopt(set, $"set {set.Metadata.Name} matches the selector and nobody controls it")));
        if (!claims.Adopted.IsEmpty)
        {
            // One write of a set for each look at it: what is adopted now is sized in the next round.
            return new(effects.ToImmutable(), null, null);
        }
        var round = new DeploymentRound(observation with { Sets = claims.Own }, now);
        round.Run();
        effects.AddRange(round.Effects());
        var updated = round.Updated();
        return new(effects.ToImmutable(), updated == deployment ? null : updated, DeploymentConditions.NextLook(updated, now));
    }
}
