using Holdfast.Model.Rules;

namespace Holdfast.Model.Core;

/// <summary>What a container that is added for looking into a pod may not have.</summary>
internal static class EphemeralContainerValidation
{
    public static void CheckForbidden(EphemeralContainer container, FieldPath path, FieldErrors errors)
    {
        ForbidIf(!container.Ports.IsEmpty, "ports");
        ForbidIf(!container.Resources.Limits.IsEmpty || !container.Resources.Requests.IsEmpty || !container.Resources.Claims.IsEmpty, "resources");
        ForbidIf(!container.ResizePolicy.IsEmpty, "resizePolicy");
        ForbidIf(container.RestartPolicy is not null, "restartPolicy");
        ForbidIf(container.LivenessProbe is not null, "livenessProbe");
        ForbidIf(container.ReadinessProbe is not null, "readinessProbe");
        ForbidIf(container.StartupProbe is not null, "startupProbe");
        ForbidIf(container.Lifecycle is not null, "lifecycle");
        for (var i = 0; i < container.VolumeMounts.Count; i++)
        {
            ForbidIf(container.VolumeMounts[i].SubPath.Length > 0, $"volumeMounts[{i}].subPath");
            ForbidIf(container.VolumeMounts[i].SubPathExpr.Length > 0, $"volumeMounts[{i}].subPathExpr");
        }

        void ForbidIf(bool isSet, string field)
        {
            if (isSet)
            {
                errors.Add(FieldError.Forbidden(path.Child(field), "cannot be set for an Ephemeral Container"));
            }
        }
    }
}
