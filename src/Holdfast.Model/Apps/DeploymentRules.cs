using System.Collections.Immutable;
using Holdfast.Model.Core;
using Holdfast.Model.Meta;
using Holdfast.Model.Rules;

namespace Holdfast.Model.Apps;

/// <summary>The rules of Deployments.</summary>
internal sealed class DeploymentRules : ResourceRules<Deployment>
{
    public override bool HasStatus => true;

    public override Deployment Default(Deployment deployment)
    {
        var spec = deployment.Spec;
        return deployment with
        {
            Spec = spec with
            {
                Replicas = spec.Replicas ?? 1,
                Strategy = Strategy(spec.Strategy),
                RevisionHistoryLimit = spec.RevisionHistoryLimit ?? 10,
                ProgressDeadlineSeconds = spec.ProgressDeadlineSeconds ?? 600,
                Template = PodDefaults.Template(spec.Template),
            },
        };
    }

    public override Deployment PrepareForCreate(Deployment deployment) => deployment with { Status = DeploymentStatus.Empty };

    public override Deployment PrepareForUpdate(Deployment updated, Deployment old) => updated with { Status = old.Status };

    public override Deployment PrepareForStatusUpdate(Deployment updated, Deployment old) => updated with
    {
        Spec = old.Spec,
        Metadata = updated.Metadata with { Labels = old.Metadata.Labels },
    };

    /// <summary>A Deployment's annotations count as well: its controller copies them to the revisions.</summary>
    public override bool RaisesGeneration(Deployment updated, Deployment old) =>
        updated.Spec != old.Spec || updated.Metadata.Annotations != old.Metadata.Annotations;

    public override ImmutableArray<string> Warnings(Deployment deployment, Deployment? old)
    {
        var warnings = new List<string>();
        PodWarnings.AddForTemplate(deployment.Spec.Template, old?.Spec.Template, warnings);
        return [.. warnings];
    }

    protected override void Check(Deployment deployment, FieldErrors errors)
    {
        var spec = deployment.Spec;
        errors.RequireNotNegative(SpecPath, "replicas", spec.Replicas ?? 0);
        WorkloadValidation.CheckReplicated(spec.Selector, spec.Template, SpecPath, errors);
        CheckStrategy(spec.Strategy, errors);
        errors.RequireNotNegative(SpecPath, "minReadySeconds", spec.MinReadySeconds);
        errors.RequireNotNegative(SpecPath, "revisionHistoryLimit", spec.RevisionHistoryLimit ?? 0);
        if (spec.ProgressDeadlineSeconds is { } deadline)
        {
            errors.RequireNotNegative(SpecPath, "progressDeadlineSeconds", deadline);
            if (deadline <= spec.MinReadySeconds)
            {
                errors.Add(FieldError.Invalid(SpecPath.Child("progressDeadlineSeconds"), (long)deadline, "must be greater than minReadySeconds"));
            }
        }
    }

    protected override void CheckUpdate(Deployment updated, Deployment old, FieldErrors errors)
    {
        Check(updated, errors);
        errors.RequireUnchanged(SpecPath.Child("selector"), updated.Spec.Selector, old.Spec.Selector, ShownValue.Record<LabelSelector>);
    }

    protected override void CheckStatusUpdate(Deployment updated, Deployment old, FieldErrors errors)
    {
        var status = updated.Status;
        errors.RequireNotNegative(StatusPath, "observedGeneration", status.ObservedGeneration);
        errors.RequireNotNegative(StatusPath, "unavailableReplicas", status.UnavailableReplicas);
        ReplicaCounts.Check(status.Replicas, StatusPath, errors,
            ("updatedReplicas", status.UpdatedReplicas), ("readyReplicas", status.ReadyReplicas), ("availableReplicas", status.AvailableReplicas));
        ReplicaCounts.CheckAvailable(status.AvailableReplicas, status.ReadyReplicas, StatusPath, errors);
        errors.RequireNotNegative(StatusPath, "terminatingReplicas", status.TerminatingReplicas ?? 0);
        errors.RequireNotNegative(StatusPath, "collisionCount", status.CollisionCount ?? 0);
        if (old.Status.CollisionCount is { } before && (status.CollisionCount is not { } now || now < before))
        {
            errors.Add(FieldError.InvalidJson(StatusPath.Child("collisionCount"), ShownValue.Number(status.CollisionCount ?? 0), "cannot be decremented"));
        }
    }

    private static DeploymentStrategy Strategy(DeploymentStrategy strategy)
    {
        strategy = strategy with { Type = strategy.Type.Or("RollingUpdate") };
        if (strategy.Type != "RollingUpdate")
        {
            return strategy;
        }
        var rolling = strategy.RollingUpdate ?? RollingUpdateDeployment.Empty;
        return strategy with
        {
            RollingUpdate = rolling with { MaxUnavailable = rolling.MaxUnavailable ?? "25%", MaxSurge = rolling.MaxSurge ?? "25%" },
        };
    }

    private static void CheckStrategy(DeploymentStrategy strategy, FieldErrors errors)
    {
        var path = SpecPath.Child("strategy");
        switch (strategy.Type)
        {
            case "Recreate":
                if (strategy.RollingUpdate is not null)
                {
                    errors.Add(FieldError.Forbidden(path.Child("rollingUpdate"), "may not be specified when strategy `type` is 'Recreate'"));
                }
                break;
            case "RollingUpdate":
                CheckRolling(strategy.RollingUpdate, path.Child("rollingUpdate"), errors);
                break;
            default:
                errors.Add(FieldError.NotSupported(path.Child("type"), strategy.Type, "Recreate", "RollingUpdate"));
                break;
        }
    }

    private static void CheckRolling(RollingUpdateDeployment? rolling, FieldPath path, FieldErrors errors)
    {
        if (rolling is null)
        {
            errors.Add(FieldError.Required(path, "this should be defaulted and never be nil"));
            return;
        }
        Amounts.CheckNotNegative(rolling.MaxUnavailable, path, "maxUnavailable", errors);
        Amounts.CheckNotNegative(rolling.MaxSurge, path, "maxSurge", errors);
        if (rolling is { MaxUnavailable: { } unavailable, MaxSurge: { } surge } && Amounts.IsZero(unavailable) && Amounts.IsZero(surge))
        {
            errors.Add(FieldError.Invalid(path.Child("maxUnavailable"), unavailable, "may not be 0 when `maxSurge` is 0"));
        }
        Amounts.CheckAtMostAll(rolling.MaxUnavailable, path, "maxUnavailable", errors);
    }
}
