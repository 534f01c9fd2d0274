using Holdfast.Model.Rules;

namespace Holdfast.Model.Core;

/// <summary>What holds for probes.</summary>
internal static class ProbeValidation
{
    public static void CheckAll(Container container, FieldPath path, FieldErrors errors)
    {
        if (container.LivenessProbe is { } liveness)
        {
            Check(liveness, path.Child("livenessProbe"), errors);
            RequireOneSuccess(liveness, path.Child("livenessProbe"), errors);
        }
        if (container.ReadinessProbe is { } readiness)
        {
            Check(readiness, path.Child("readinessProbe"), errors);
            if (readiness.TerminationGracePeriodSeconds is { } seconds)
            {
                errors.Add(FieldError.Invalid(
                    path.Child("readinessProbe").Child("terminationGracePeriodSeconds"), seconds, "must not be set for readinessProbes"));
            }
        }
        if (container.StartupProbe is { } startup)
        {
            Check(startup, path.Child("startupProbe"), errors);
            RequireOneSuccess(startup, path.Child("startupProbe"), errors);
        }
    }

    private static void Check(Probe probe, FieldPath path, FieldErrors errors)
    {
        HandlerValidation.Check(new(probe.Exec, probe.HttpGet, probe.TcpSocket, probe.Grpc, null), null, path, errors);
        errors.RequireNotNegative(path, "initialDelaySeconds", probe.InitialDelaySeconds);
        errors.RequireNotNegative(path, "timeoutSeconds", probe.TimeoutSeconds);
        errors.RequireNotNegative(path, "periodSeconds", probe.PeriodSeconds);
        errors.RequireNotNegative(path, "successThreshold", probe.SuccessThreshold);
        errors.RequireNotNegative(path, "failureThreshold", probe.FailureThreshold);
        if (probe.TerminationGracePeriodSeconds <= 0)
        {
            errors.Add(FieldError.Invalid(path.Child("terminationGracePeriodSeconds"), probe.TerminationGracePeriodSeconds.Value, "must be greater than 0"));
        }
    }

    private static void RequireOneSuccess(Probe probe, FieldPath path, FieldErrors errors)
    {
        if (probe.SuccessThreshold != 1)
        {
            errors.Add(FieldError.Invalid(path.Child("successThreshold"), (long)probe.SuccessThreshold, "must be 1"));
        }
    }
}
