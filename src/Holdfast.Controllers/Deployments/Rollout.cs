using System.Globalization;
using Holdfast.Model.Apps;
using Holdfast.Model.Values;

namespace Holdfast.Controllers.Deployments;

/// <summary>How many pods a Deployment may have too many and too few. Pure functions.</summary>
public static class Rollout
{
    /// <summary>How many pods are wanted.</summary>
    /// <param name="deployment">The Deployment.</param>
    public static int Wanted(Deployment deployment) => deployment.Spec.Replicas ?? 1;

    /// <summary>Whether pods are replaced a few at a time.</summary>
    /// <param name="deployment">The Deployment.</param>
    public static bool IsRolling(Deployment deployment) => deployment.Spec.Strategy.Type == "RollingUpdate";

    /// <summary>How many pods there may be beyond those wanted; a share is rounded up.</summary>
    /// <param name="deployment">The Deployment.</param>
    public static int MaximumSurge(Deployment deployment) =>
        IsRolling(deployment) ? Of(deployment.Spec.Strategy.RollingUpdate?.MaxSurge, Wanted(deployment), isRoundedUp: true) : 0;

    /// <summary>How many pods may be missing; a share is rounded down, and one may be where else nothing could go on.</summary>
    /// <param name="deployment">The Deployment.</param>
    public static int MaximumUnavailable(Deployment deployment)
    {
        var wanted = Wanted(deployment);
        if (!IsRolling(deployment) || wanted == 0)
        {
            return 0;
        }
        var unavailable = Of(deployment.Spec.Strategy.RollingUpdate?.MaxUnavailable, wanted, isRoundedUp: false);
        return Math.Min(wanted, unavailable == 0 && MaximumSurge(deployment) == 0 ? 1 : unavailable);
    }

    /// <summary>Whether the Deployment is to tell when it does not get on.</summary>
    /// <param name="deployment">The Deployment.</param>
    public static bool HasDeadline(Deployment deployment) => deployment.Spec.ProgressDeadlineSeconds is { } seconds && seconds != int.MaxValue;

    private static int Of(IntOrString? amount, int total, bool isRoundedUp)
    {
        if (amount is not { } given)
        {
            return 0;
        }
        if (given.IsNumber)
        {
            return given.Number;
        }
        var percent = long.TryParse(given.Text.AsSpan().TrimEnd('%'), NumberStyles.None, CultureInfo.InvariantCulture, out var parsed) ? parsed : 0;
        return (int)(((percent * total) + (isRoundedUp ? 99 : 0)) / 100);
    }
}
