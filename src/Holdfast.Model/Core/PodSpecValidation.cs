using System.Collections.Immutable;
using Holdfast.Model.Rules;
using Holdfast.Model.Values;

namespace Holdfast.Model.Core;

/// <summary>In which surroundings a pod's spec is checked.</summary>
/// <param name="IsPod">Whether it is a pod's own, not a template's.</param>
/// <param name="MoreVolumes">Names of volumes that are there besides those of the spec.</param>
internal readonly record struct PodSurroundings(bool IsPod, ImmutableArray<string> MoreVolumes);

/// <summary>What holds for a pod's spec, in Kubernetes' order and words.</summary>
internal static class PodSpecValidation
{
    private static readonly ImmutableArray<string> RestartPolicies = ["Always", "OnFailure", "Never"];
    private static readonly ImmutableArray<string> DnsPolicies = ["ClusterFirstWithHostNet", "ClusterFirst", "Default", "None"];
    private static readonly ImmutableArray<string> PreemptionPolicies = ["PreemptLowerPriority", "Never"];
    private static readonly ImmutableArray<string> OperatingSystems = ["linux", "windows"];

    public static void Check(PodSpec spec, FieldPath path, FieldErrors errors, PodSurroundings surroundings)
    {
        if (spec.TerminationGracePeriodSeconds is null)
        {
            errors.Add(FieldError.Required(path.Child("terminationGracePeriodSeconds")));
        }
        VolumeValidation.CheckAll(spec.Volumes, path.Child("volumes"), errors);
        new ContainerValidation(spec, surroundings, errors).CheckAll(path);
        CheckHostPorts(spec, path, errors, surroundings.IsPod);
        if (errors.Require(path, "restartPolicy", spec.RestartPolicy))
        {
            errors.RequireOneOf(path, "restartPolicy", spec.RestartPolicy, RestartPolicies);
        }
        if (errors.Require(path, "dnsPolicy", spec.DnsPolicy))
        {
            errors.RequireOneOf(path, "dnsPolicy", spec.DnsPolicy, DnsPolicies);
        }
        MetadataValidation.CheckLabels(spec.NodeSelector, path.Child("nodeSelector"), errors);
        SecurityValidation.CheckPod(spec.SecurityContext, spec, path, errors);
        SchedulingValidation.Check(spec, path, errors);
        CheckNames(spec, path, errors);
        CheckAliases(spec.HostAliases, path.Child("hostAliases"), errors);
        CheckClasses(spec, path, errors);
    }

    private static void CheckNames(PodSpec spec, FieldPath path, FieldErrors errors)
    {
        Want("serviceAccountName", spec.ServiceAccountName, TextFormats.Dns1123Subdomain);
        Want("nodeName", spec.NodeName, TextFormats.Dns1123Subdomain);
        if (spec.ActiveDeadlineSeconds is < 1 or > int.MaxValue)
        {
            errors.Add(FieldError.Invalid(path.Child("activeDeadlineSeconds"), spec.ActiveDeadlineSeconds.Value, $"must be between 1 and {int.MaxValue}, inclusive"));
        }
        Want("hostname", spec.Hostname, TextFormats.Dns1123Label);
        Want("subdomain", spec.Subdomain, TextFormats.Dns1123Label);
        TaintValidation.CheckTolerations(spec.Tolerations, path.Child("tolerations"), errors);

        void Want(string field, string value, TextFormat format)
        {
            if (value.Length > 0)
            {
                errors.RequireFormat(path, field, value, format);
            }
        }
    }

    private static void CheckClasses(PodSpec spec, FieldPath path, FieldErrors errors)
    {
        if (spec.PriorityClassName.Length > 0)
        {
            errors.RequireFormat(path, "priorityClassName", spec.PriorityClassName, TextFormats.Dns1123Subdomain);
        }
        if (spec.RuntimeClassName is { } runtime)
        {
            errors.RequireFormat(path, "runtimeClassName", runtime, TextFormats.Dns1123Subdomain);
        }
        if (spec.PreemptionPolicy is { } preemption && errors.Require(path, "preemptionPolicy", preemption))
        {
            errors.RequireOneOf(path, "preemptionPolicy", preemption, PreemptionPolicies);
        }
        foreach (var (name, amount) in spec.Overhead)
        {
            ResourceAmounts.CheckAmount(name, amount, path.Child("overhead"), "limits", errors);
        }
        if (spec.Os is { } system && errors.Require(path.Child("os"), "name", system.Name, "cannot be empty") && !OperatingSystems.Contains(system.Name))
        {
            errors.Add(FieldError.NotSupported(path.Child("os"), system.Name, OperatingSystems));
        }
    }

    private static void CheckAliases(ValueList<HostAlias> aliases, FieldPath path, FieldErrors errors)
    {
        for (var i = 0; i < aliases.Count; i++)
        {
            AddressFormats.RequireAddress(aliases[i].Ip, path.Index(i).Child("ip"), errors);
            for (var j = 0; j < aliases[i].Hostnames.Count; j++)
            {
                errors.RequireFormat(path.Index(i).Child("hostnames").Index(j), aliases[i].Hostnames[j], TextFormats.Dns1123Subdomain);
            }
        }
    }

    /// <summary>On the host's network a container's port is the host's; a template may leave it to the pod's defaults.</summary>
    private static void CheckHostPorts(PodSpec spec, FieldPath path, FieldErrors errors, bool isPod)
    {
        if (!spec.HostNetwork)
        {
            return;
        }
        for (var i = 0; i < spec.Containers.Count; i++)
        {
            var ports = spec.Containers[i].Ports;
            for (var j = 0; j < ports.Count; j++)
            {
                if ((isPod || ports[j].HostPort != 0) && ports[j].HostPort != ports[j].ContainerPortValue)
                {
                    errors.Add(FieldError.Invalid(
                        path.Child("containers").Index(i).Child("ports").Index(j).Child("hostPort"),
                        (long)ports[j].HostPort,
                        "must match `containerPort` when `hostNetwork` is true"));
                }
            }
        }
    }
}
