using Holdfast.Model.Rules;
using Holdfast.Model.Values;

namespace Holdfast.Model.Core;

/// <summary>Amounts of resources by name.</summary>
internal static class ResourceAmounts
{
    private const long LargestRounded = 1_000_000_000_000;

    private static readonly string[] WholeOnly =
        ["pods", "services", "replicationcontrollers", "resourcequotas", "secrets", "configmaps", "persistentvolumeclaims", "services.nodeports", "services.loadbalancers"];

    /// <summary>Amounts to the thousandth, which is as fine as any resource counts; finer ones are rounded up.</summary>
    public static ValueMap<Quantity> RoundUp(ValueMap<Quantity> amounts)
    {
        var result = amounts;
        foreach (var (name, amount) in amounts)
        {
            if (Math.Abs(amount.ToInt64()) < LargestRounded && Quantity.FromMilli(amount.ToMilliInt64()) is var rounded && rounded != amount)
            {
                result = result.SetItem(name, rounded);
            }
        }
        return result;
    }

    /// <summary>Checks that an amount is not negative, and whole where only whole ones make sense.</summary>
    public static void CheckAmount(string name, Quantity amount, FieldPath path, string field, FieldErrors errors)
    {
        if (amount.Sign < 0)
        {
            errors.Add(FieldError.Invalid(path.Child(field).Key(name), amount.ToString(), "must be greater than or equal to 0"));
        }
        if (IsWholeOnly(name) && amount.ToMilliInt64() % 1000 != 0)
        {
            errors.Add(FieldError.Invalid(path.Child(field).Key(name), amount.ToString(), "must be an integer"));
        }
    }

    /// <summary>Whether the name is Kubernetes' own: without a domain, or with one of its domains.</summary>
    public static bool IsNative(string name) =>
        !name.Contains('/', StringComparison.Ordinal) || name.Contains("kubernetes.io/", StringComparison.Ordinal);

    /// <summary>Whether less may be requested than is allowed at most.</summary>
    public static bool MayBeOvercommitted(string name) => IsNative(name) && !IsHugePages(name);

    /// <summary>Whether the resource is huge pages of some size.</summary>
    public static bool IsHugePages(string name) => name.StartsWith("hugepages-", StringComparison.Ordinal);

    /// <summary>Whether a plug-in of nodes provides the resource.</summary>
    public static bool IsExtended(string name) =>
        !IsNative(name) && !name.StartsWith("requests.", StringComparison.Ordinal) && TextFormats.QualifiedName("requests." + name).Length == 0;

    private static bool IsWholeOnly(string name) => WholeOnly.Contains(name) || IsExtended(name);
}
