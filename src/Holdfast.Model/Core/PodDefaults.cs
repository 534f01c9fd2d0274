using Holdfast.Model.Rules;

namespace Holdfast.Model.Core;

/// <summary>What a pod has when its author does not say.</summary>
public static class PodDefaults
{
    /// <summary>How long a pod may take to end, in seconds, when its author does not say.</summary>
    public const long TerminationGracePeriodSeconds = 30;

    /// <summary>The defaults of a pod's template: less than a pod's own, so that templates that are stored keep their hash.</summary>
    /// <param name="template">The template.</param>
    public static PodTemplateSpec Template(PodTemplateSpec template) => template with { Spec = Spec(template.Spec) };

    /// <summary>The defaults that a pod and a template have in common.</summary>
    /// <param name="spec">The pod's spec.</param>
    public static PodSpec Spec(PodSpec spec)
    {
        var account = spec.ServiceAccountName.Or(spec.ServiceAccount);
        return spec with
        {
            DnsPolicy = spec.DnsPolicy.Or("ClusterFirst"),
            RestartPolicy = spec.RestartPolicy.Or("Always"),
            SecurityContext = spec.SecurityContext ?? PodSecurityContext.Empty,
            TerminationGracePeriodSeconds = spec.TerminationGracePeriodSeconds ?? TerminationGracePeriodSeconds,
            SchedulerName = spec.SchedulerName.Or("default-scheduler"),
            ServiceAccountName = account,
            ServiceAccount = account,
            Volumes = spec.Volumes.Rewrite(VolumeDefaults.Apply),
            InitContainers = spec.InitContainers.Rewrite(ContainerDefaults.Apply),
            Containers = spec.Containers.Rewrite(ContainerDefaults.Apply),
            EphemeralContainers = spec.EphemeralContainers.Rewrite(ContainerDefaults.Apply),
            Overhead = ResourceAmounts.RoundUp(spec.Overhead),
        };
    }

    /// <summary>The defaults of a pod.</summary>
    /// <param name="pod">The pod.</param>
    public static Pod Apply(Pod pod)
    {
        var spec = Spec(pod.Spec);
        spec = spec with
        {
            InitContainers = spec.InitContainers.Rewrite(ContainerDefaults.RequestLimits),
            Containers = spec.Containers.Rewrite(ContainerDefaults.RequestLimits),
            EnableServiceLinks = spec.EnableServiceLinks ?? true,
        };
        if (spec.HostNetwork)
        {
            spec = spec with
            {
                InitContainers = spec.InitContainers.Rewrite(ContainerDefaults.UseHostPorts),
                Containers = spec.Containers.Rewrite(ContainerDefaults.UseHostPorts),
            };
        }
        return pod with { Spec = spec, Status = Addresses(pod.Status) };
    }

    /// <summary>The one address and the list of addresses agree; where they do not, the one counts.</summary>
    private static PodStatus Addresses(PodStatus status)
    {
        if (status.PodIP.Length > 0 && (status.PodIPs.IsEmpty || status.PodIPs[0].Ip != status.PodIP))
        {
            status = status with { PodIPs = [PodIP.Empty with { Ip = status.PodIP }] };
        }
        else if (status.PodIP.Length == 0 && !status.PodIPs.IsEmpty)
        {
            status = status with { PodIP = status.PodIPs[0].Ip };
        }
        return status;
    }
}
