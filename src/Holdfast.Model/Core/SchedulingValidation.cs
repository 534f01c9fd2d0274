using Holdfast.Model.Rules;
using Holdfast.Model.Values;

namespace Holdfast.Model.Core;

/// <summary>What holds for where a pod may run and how it finds names.</summary>
internal static class SchedulingValidation
{
    public static void Check(PodSpec spec, FieldPath path, FieldErrors errors)
    {
        AffinityValidation.Check(spec.Affinity, path.Child("affinity"), errors);
        DnsValidation.Check(spec.DnsConfig, spec.DnsPolicy, path.Child("dnsConfig"), errors);
        for (var i = 0; i < spec.ReadinessGates.Count; i++)
        {
            errors.RequireFormat(path.Child("readinessGates").Index(i), "conditionType", spec.ReadinessGates[i].ConditionType, TextFormats.QualifiedName);
        }
        for (var i = 0; i < spec.SchedulingGates.Count; i++)
        {
            var name = spec.SchedulingGates[i].Name;
            errors.RequireFormat(path.Child("schedulingGates").Index(i), name, TextFormats.QualifiedName);
            if (spec.SchedulingGates.Take(i).Any(other => other.Name == name))
            {
                errors.Add(FieldError.Duplicate(path.Child("schedulingGates").Index(i), name));
            }
        }
        for (var i = 0; i < spec.TopologySpreadConstraints.Count; i++)
        {
            CheckSpread(spec.TopologySpreadConstraints, i, path.Child("topologySpreadConstraints").Index(i), errors);
        }
        if (spec.HostUsers == false)
        {
            ForbidIf(spec.HostNetwork, "hostNetwork");
            ForbidIf(spec.HostPID, "HostPID");
            ForbidIf(spec.HostIPC, "HostIPC");
        }

        void ForbidIf(bool isSet, string field)
        {
            if (isSet)
            {
                errors.Add(FieldError.Forbidden(path.Child(field), "when `pod.Spec.HostUsers` is false"));
            }
        }
    }

    private static void CheckSpread(ValueList<TopologySpreadConstraint> constraints, int index, FieldPath path, FieldErrors errors)
    {
        var constraint = constraints[index];
        if (constraint.MaxSkew <= 0)
        {
            errors.Add(FieldError.Invalid(path.Child("maxSkew"), (long)constraint.MaxSkew, "must be greater than zero"));
        }
        errors.Require(path, "topologyKey", constraint.TopologyKey, "can not be empty");
        errors.RequireOneOf(path, "whenUnsatisfiable", constraint.WhenUnsatisfiable, ["DoNotSchedule", "ScheduleAnyway"]);
        if (constraints.Skip(index + 1).Any(other => other.TopologyKey == constraint.TopologyKey && other.WhenUnsatisfiable == constraint.WhenUnsatisfiable))
        {
            errors.Add(FieldError.Duplicate(
                path.Child("{topologyKey, whenUnsatisfiable}"), $"{{{constraint.TopologyKey}, {constraint.WhenUnsatisfiable}}}"));
        }
        CheckDomains(constraint, path, errors);
        CheckPolicy(constraint.NodeAffinityPolicy, "nodeAffinityPolicy");
        CheckPolicy(constraint.NodeTaintsPolicy, "nodeTaintsPolicy");
        CheckLabelKeys(constraint, path.Child("matchLabelKeys"), errors);
        LabelSelectorValidation.Check(constraint.LabelSelector, path.Child("labelSelector"), errors);

        void CheckPolicy(string? policy, string field)
        {
            if (policy is not null)
            {
                errors.RequireOneOf(path, field, policy, ["Honor", "Ignore"]);
            }
        }
    }

    private static void CheckDomains(TopologySpreadConstraint constraint, FieldPath path, FieldErrors errors)
    {
        if (constraint.MinDomains is not { } domains)
        {
            return;
        }
        if (domains <= 0)
        {
            errors.Add(FieldError.Invalid(path.Child("minDomains"), (long)domains, "must be greater than zero"));
        }
        if (constraint.WhenUnsatisfiable != "DoNotSchedule")
        {
            errors.Add(FieldError.Invalid(
                path.Child("minDomains"), (long)domains, $"can only use minDomains if whenUnsatisfiable=DoNotSchedule, not {constraint.WhenUnsatisfiable}"));
        }
    }

    private static void CheckLabelKeys(TopologySpreadConstraint constraint, FieldPath path, FieldErrors errors)
    {
        if (constraint.MatchLabelKeys.IsEmpty)
        {
            return;
        }
        if (constraint.LabelSelector is null)
        {
            errors.Add(FieldError.Forbidden(path, "must not be specified when labelSelector is not set"));
        }
        for (var i = 0; i < constraint.MatchLabelKeys.Count; i++)
        {
            var key = constraint.MatchLabelKeys[i];
            errors.RequireFormat(path.Index(i), key, TextFormats.QualifiedName);
            if (constraint.LabelSelector is { } selector
                && (selector.MatchLabels.ContainsKey(key) || selector.MatchExpressions.Any(term => term.Key == key)))
            {
                errors.Add(FieldError.Invalid(path.Index(i), key, "exists in both matchLabelKeys and labelSelector"));
            }
        }
    }
}
