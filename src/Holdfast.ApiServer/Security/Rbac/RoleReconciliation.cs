using Holdfast.Model.Meta;
using Holdfast.Model.Rbac;
using Holdfast.Model.Values;

namespace Holdfast.ApiServer.Security.Rbac;

/// <summary>
/// What a default role or binding that is there already lacks, as Kubernetes puts it back at each start: what somebody added stays, and who
/// annotates an object with <c>rbac.authorization.kubernetes.io/autoupdate: "false"</c> keeps it as it is. Pure functions.
/// </summary>
internal static class RoleReconciliation
{
    private const string AutoUpdate = "rbac.authorization.kubernetes.io/autoupdate";

    /// <summary>The role with what it lacks; null when it lacks nothing or is to be left alone.</summary>
    public static ClusterRole? Completed(ClusterRole found, ClusterRole wanted)
    {
        if (IsLeftAlone(found.Metadata))
            return null;
        var missing = wanted.Rules.SelectMany(PolicyRules.Singles).Where(single => !found.Rules.Any(held => PolicyRules.Covers(held, single)));
        var completed = found with
        {
            Metadata = Completed(found.Metadata, wanted.Metadata),
            // What aggregates has the rules of others, and none of its own.
            Rules = wanted.AggregationRule is null ? [.. found.Rules, .. missing] : found.Rules,
            AggregationRule = Completed(found.AggregationRule, wanted.AggregationRule),
        };
        return completed == found ? null : completed;
    }

    /// <summary>The binding with what it lacks; null when it lacks nothing or is to be left alone.</summary>
    public static ClusterRoleBinding? Completed(ClusterRoleBinding found, ClusterRoleBinding wanted)
    {
        if (IsLeftAlone(found.Metadata))
            return null;
        var completed = found with
        {
            Metadata = Completed(found.Metadata, wanted.Metadata),
            RoleRef = wanted.RoleRef,
            Subjects = [.. found.Subjects, .. wanted.Subjects.Where(subject => !found.Subjects.Contains(subject))],
        };
        return completed == found ? null : completed;
    }

    private static bool IsLeftAlone(ObjectMeta metadata) => metadata.Annotations.TryGetValue(AutoUpdate, out var wish) && wish == "false";

    private static AggregationRule? Completed(AggregationRule? found, AggregationRule? wanted)
    {
        if (found is null || wanted is null)
            return wanted ?? found;
        var missing = wanted.ClusterRoleSelectors.Where(selector => !found.ClusterRoleSelectors.Contains(selector));
        return found with { ClusterRoleSelectors = [.. found.ClusterRoleSelectors, .. missing] };
    }

    private static ObjectMeta Completed(ObjectMeta found, ObjectMeta wanted) => found with
    {
        Labels = Completed(found.Labels, wanted.Labels),
        Annotations = Completed(found.Annotations, wanted.Annotations),
    };

    private static ValueMap<string> Completed(ValueMap<string> found, ValueMap<string> wanted)
    {
        foreach (var (key, value) in wanted)
        {
            if (!found.ContainsKey(key))
                found = found.SetItem(key, value);
        }
        return found;
    }
}
