using Holdfast.Model.Rules;
using Holdfast.Model.Values;

namespace Holdfast.Model.Core;

/// <summary>What holds for the status that a node reports of a pod.</summary>
internal static class PodStatusValidation
{
    private static readonly FieldPath Status = FieldPath.Root("status");

    public static void Check(Pod updated, Pod old, FieldErrors errors)
    {
        CheckConditions(updated.Status.Conditions, errors);
        var nominated = updated.Status.NominatedNodeName;
        if (nominated.Length > 0 && nominated != old.Status.NominatedNodeName)
        {
            errors.RequireFormat(Status, "nominatedNodeName", nominated, TextFormats.Dns1123Subdomain);
        }
        errors.RequireUnchanged(Status.Child("qosClass"), updated.Status.QosClass, old.Status.QosClass);
        var policy = old.Spec.RestartPolicy;
        CheckNotRisen(updated.Status.ContainerStatuses, old.Status.ContainerStatuses, "containerStatuses", policy, old.Spec, errors);
        CheckNotRisen(updated.Status.InitContainerStatuses, old.Status.InitContainerStatuses, "initContainerStatuses", policy, old.Spec, errors);
        CheckNotRisen(updated.Status.EphemeralContainerStatuses, old.Status.EphemeralContainerStatuses, "ephemeralContainerStatuses", "Never", old.Spec, errors);
        CheckAddresses(updated.Status.PodIPs.Select(address => address.Ip), "podIPs", errors);
        if (!updated.Status.HostIPs.IsEmpty && updated.Status.HostIPs[0].Ip != updated.Status.HostIP)
        {
            errors.Add(FieldError.Invalid(Status.Child("hostIPs").Index(0).Child("ip"), updated.Status.HostIPs[0].Ip, "must be equal to `hostIP`"));
        }
        CheckAddresses(updated.Status.HostIPs.Select(address => address.Ip), "hostIPs", errors);
    }

    private static void CheckConditions(ValueList<PodCondition> conditions, FieldErrors errors)
    {
        for (var i = 0; i < conditions.Count; i++)
        {
            if (conditions[i].Type is not ("PodScheduled" or "Ready" or "Initialized"))
            {
                errors.RequireFormat(FieldPath.Root("metadata").Child("conditions").Index(i), "Type", conditions[i].Type, TextFormats.QualifiedName);
            }
        }
    }

    /// <summary>A container that ended and is not to be started again stays ended.</summary>
    private static void CheckNotRisen(
        ValueList<ContainerStatus> updated, ValueList<ContainerStatus> old, string field, string restartPolicy, PodSpec spec, FieldErrors errors)
    {
        for (var i = 0; i < old.Count; i++)
        {
            var last = old[i];
            if (last.State.Terminated is not { } end || restartPolicy == "Always" || (restartPolicy == "OnFailure" && end.ExitCode != 0) || MayRestart(spec, last.Name))
            {
                continue;
            }
            if (updated.Any(status => status.Name == last.Name && status.State.Terminated is null))
            {
                errors.Add(FieldError.Forbidden(Status.Child(field).Index(i).Child("state"), "may not be transitioned to non-terminated state"));
            }
        }
    }

    private static bool MayRestart(PodSpec spec, string name) =>
        spec.InitContainers.Any(container => container.Name == name && container.RestartPolicy == "Always")
        || spec.Containers.Any(container => container.Name == name && (container.RestartPolicy is not null || !container.RestartPolicyRules.IsEmpty));

    private static void CheckAddresses(IEnumerable<string> addresses, string field, FieldErrors errors)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var index = 0;
        foreach (var address in addresses)
        {
            var path = Status.Child(field).Index(index++);
            AddressFormats.RequireAddress(address, path, errors);
            if (!seen.Add(address))
            {
                errors.Add(FieldError.DuplicateJson(path, $"{{\"IP\":{ShownValue.Text(address)}}}"));
            }
        }
    }
}
