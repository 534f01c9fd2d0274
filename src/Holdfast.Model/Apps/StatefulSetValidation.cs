using System.Collections.Immutable;
using Holdfast.Model.Core;
using Holdfast.Model.Rules;
using Holdfast.Model.Selectors;
using Holdfast.Model.Values;

namespace Holdfast.Model.Apps;

/// <summary>What holds for StatefulSets, alone and as they change, in Kubernetes' order and words.</summary>
internal static class StatefulSetValidation
{
    private static readonly ImmutableArray<string> RetentionPolicies = ["Retain", "Delete"];

    public static void CheckSpec(StatefulSetSpec spec, FieldPath path, FieldErrors errors)
    {
        if (errors.Require(path, "podManagementPolicy", spec.PodManagementPolicy) && spec.PodManagementPolicy is not ("OrderedReady" or "Parallel"))
        {
            errors.Add(FieldError.Invalid(path.Child("podManagementPolicy"), spec.PodManagementPolicy, "must be 'OrderedReady' or 'Parallel'"));
        }
        CheckStrategy(spec.UpdateStrategy, path.Child("updateStrategy"), errors);
        if (spec.PersistentVolumeClaimRetentionPolicy is { } retention)
        {
            var at = path.Child("persistentVolumeClaimRetentionPolicy");
            errors.RequireOneOf(at, "whenDeleted", retention.WhenDeleted, RetentionPolicies);
            errors.RequireOneOf(at, "whenScaled", retention.WhenScaled, RetentionPolicies);
        }
        errors.RequireNotNegative(path, "replicas", spec.Replicas ?? 0);
        errors.RequireNotNegative(path, "minReadySeconds", spec.MinReadySeconds);
        if (spec.Ordinals is { } ordinals)
        {
            errors.RequireNotNegative(path.Child("ordinals"), "start", ordinals.Start);
        }
        CheckSelector(spec, path, errors);
        if (spec.ServiceName.Length > 0)
        {
            errors.RequireFormat(path, "serviceName", spec.ServiceName, TextFormats.Dns1123Subdomain);
        }
    }

    /// <summary>Almost nothing but the number of pods, the template and how it is rolled out may change.</summary>
    public static void CheckChange(StatefulSetSpec updated, StatefulSetSpec old, FieldPath path, FieldErrors errors)
    {
        var comparable = updated with
        {
            Replicas = old.Replicas,
            Template = old.Template,
            UpdateStrategy = old.UpdateStrategy,
            MinReadySeconds = old.MinReadySeconds,
            Ordinals = old.Ordinals,
            RevisionHistoryLimit = old.RevisionHistoryLimit,
            PersistentVolumeClaimRetentionPolicy = old.PersistentVolumeClaimRetentionPolicy,
        };
        if (comparable != old)
        {
            errors.Add(FieldError.Forbidden(
                path,
                "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden"));
        }
    }

    public static void CheckStatus(StatefulSetStatus status, StatefulSetStatus old, FieldPath path, FieldErrors errors)
    {
        errors.RequireNotNegative(path, "replicas", status.Replicas);
        errors.RequireNotNegative(path, "readyReplicas", status.ReadyReplicas);
        errors.RequireNotNegative(path, "currentReplicas", status.CurrentReplicas);
        errors.RequireNotNegative(path, "updatedReplicas", status.UpdatedReplicas);
        errors.RequireNotNegative(path, "availableReplicas", status.AvailableReplicas);
        errors.RequireNotNegative(path, "observedGeneration", status.ObservedGeneration);
        errors.RequireNotNegative(path, "collisionCount", status.CollisionCount ?? 0);
        RequireAtMost("readyReplicas", status.ReadyReplicas, status.Replicas, "cannot be greater than status.replicas");
        RequireAtMost("currentReplicas", status.CurrentReplicas, status.Replicas, "cannot be greater than status.replicas");
        RequireAtMost("updatedReplicas", status.UpdatedReplicas, status.Replicas, "cannot be greater than status.replicas");
        RequireAtMost("availableReplicas", status.AvailableReplicas, status.Replicas, "cannot be greater than status.replicas");
        RequireAtMost("availableReplicas", status.AvailableReplicas, status.ReadyReplicas, "cannot be greater than status.readyReplicas");
        if ((status.CollisionCount ?? 0) < (old.CollisionCount ?? 0))
        {
            errors.Add(FieldError.Invalid(path.Child("collisionCount"), (long)(status.CollisionCount ?? 0), "cannot be decremented"));
        }

        void RequireAtMost(string field, int value, int most, string words)
        {
            if (value > most)
            {
                errors.Add(FieldError.Invalid(path.Child(field), (long)value, words));
            }
        }
    }

    private static void CheckStrategy(StatefulSetUpdateStrategy strategy, FieldPath path, FieldErrors errors)
    {
        switch (strategy.Type)
        {
            case "":
                errors.Add(FieldError.Required(path));
                break;
            case "OnDelete":
                if (strategy.RollingUpdate is { } unused)
                {
                    errors.Add(FieldError.InvalidJson(path.Child("rollingUpdate"), Show(unused), "only allowed for updateStrategy 'RollingUpdate'"));
                }
                break;
            case "RollingUpdate":
                if (strategy.RollingUpdate is { } rolling)
                {
                    errors.RequireNotNegative(path.Child("rollingUpdate"), "partition", rolling.Partition ?? 0);
                    Amounts.CheckMaxUnavailable(rolling.MaxUnavailable, path.Child("rollingUpdate"), errors);
                }
                break;
            default:
                var shown = $"{{\"Type\":{ShownValue.Text(strategy.Type)},\"RollingUpdate\":{Show(strategy.RollingUpdate)}}}";
                errors.Add(FieldError.InvalidJson(path, shown, "must be 'RollingUpdate' or 'OnDelete'"));
                break;
        }
    }

    private static string Show(RollingUpdateStatefulSetStrategy? rolling) => rolling is null
        ? "null"
        : $"{{\"Partition\":{ShownValue.Number(rolling.Partition ?? 0)},\"MaxUnavailable\":{ShownValue.IntOrString(rolling.MaxUnavailable)}}}";

    private static void CheckSelector(StatefulSetSpec spec, FieldPath path, FieldErrors errors)
    {
        if (spec.Selector is { } selector)
        {
            Rules.LabelSelectorValidation.Check(selector, path.Child("selector"), errors);
            if (Rules.LabelSelectorValidation.IsEmpty(selector))
            {
                errors.Add(FieldError.InvalidJson(path.Child("selector"), "{}", "empty selector is invalid for statefulset"));
            }
        }
        else
        {
            errors.Add(FieldError.Required(path.Child("selector")));
        }
        if (!LabelMatcher.TryFrom(spec.Selector, out var matcher, out _))
        {
            errors.Add(FieldError.InvalidJson(path.Child("selector"), ShownValue.Record(spec.Selector), ""));
            return;
        }
        WorkloadValidation.CheckMatch(matcher, spec.Template, path, errors);
        CheckTemplate(spec, path.Child("template"), errors);
    }

    /// <summary>The pods' volumes include one for each claim template, so that mounts of claims are found.</summary>
    private static void CheckTemplate(StatefulSetSpec spec, FieldPath path, FieldErrors errors)
    {
        PodTemplateValidation.Check(spec.Template, path, errors, ClaimNames(spec.VolumeClaimTemplates));
        if (spec.Template.Spec.RestartPolicy is var policy && policy != "Always")
        {
            errors.Add(FieldError.NotSupported(path.Child("spec").Child("restartPolicy"), policy, "Always"));
        }
        if (spec.Template.Spec.ActiveDeadlineSeconds is not null)
        {
            errors.Add(FieldError.Forbidden(path.Child("spec").Child("activeDeadlineSeconds"), "activeDeadlineSeconds in StatefulSet is not Supported"));
        }
    }

    private static ImmutableArray<string> ClaimNames(ValueList<PersistentVolumeClaim> claims) =>
        claims.IsEmpty ? [] : [.. claims.Select(claim => claim.Metadata.Name)];
}
