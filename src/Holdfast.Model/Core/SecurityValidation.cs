using System.Text.RegularExpressions;
using Holdfast.Model.Rules;
using Holdfast.Model.Values;

namespace Holdfast.Model.Core;

/// <summary>What holds for as whom and with which rights pods and containers run.</summary>
internal static partial class SecurityValidation
{
    private const int MaximumSysctl = 253;
    private const string SysctlPattern = @"([a-z0-9]([-_a-z0-9]*[a-z0-9])?[\./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?";

    public static void CheckPod(PodSecurityContext? context, PodSpec spec, FieldPath pod, FieldErrors errors)
    {
        if (context is null)
        {
            return;
        }
        var path = pod.Child("securityContext");
        RequireId(context.FsGroup, path, "fsGroup", errors);
        RequireId(context.RunAsUser, path, "runAsUser", errors);
        RequireId(context.RunAsGroup, path, "runAsGroup", errors);
        for (var i = 0; i < context.SupplementalGroups.Count; i++)
        {
            if (context.SupplementalGroups[i] is < 0 or > uint.MaxValue)
            {
                errors.Add(FieldError.Invalid(path.Child("supplementalGroups").Index(i), context.SupplementalGroups[i], IdWords));
            }
        }
        if (spec is { ShareProcessNamespace: true, HostPID: true })
        {
            errors.Add(FieldError.InvalidJson(path.Child("shareProcessNamespace"), "true", "ShareProcessNamespace and HostPID cannot both be enabled"));
        }
        CheckSysctls(context.Sysctls, spec, path.Child("sysctls"), errors);
        if (context.FsGroupChangePolicy is { } policy && policy is not ("OnRootMismatch" or "Always"))
        {
            errors.Add(FieldError.NotSupported(path.Child("fsGroupChangePolicy"), policy, "Always", "OnRootMismatch"));
        }
        CheckSeccomp(context.SeccompProfile, path, errors);
        CheckAppArmor(context.AppArmorProfile, path, errors);
        if (context.SupplementalGroupsPolicy is { } groups && groups is not ("Merge" or "Strict"))
        {
            errors.Add(FieldError.NotSupported(path.Child("supplementalGroupsPolicy"), groups, "Merge", "Strict"));
        }
        if (context.SeLinuxChangePolicy is { } selinux && selinux is not ("MountOption" or "Recursive"))
        {
            errors.Add(FieldError.NotSupported(path.Child("seLinuxChangePolicy"), selinux, "MountOption", "Recursive"));
        }
    }

    public static void CheckContainer(SecurityContext? context, bool usesHostUsers, FieldPath container, FieldErrors errors)
    {
        if (context is null)
        {
            return;
        }
        var path = container.Child("securityContext");
        RequireId(context.RunAsUser, path, "runAsUser", errors);
        RequireId(context.RunAsGroup, path, "runAsGroup", errors);
        if (context.ProcMount is { } mount && mount is not ("Default" or "Unmasked"))
        {
            errors.Add(FieldError.NotSupported(path.Child("procMount"), mount, "Default", "Unmasked"));
        }
        if (usesHostUsers && context.ProcMount == "Unmasked")
        {
            errors.Add(FieldError.Invalid(path.Child("procMount"), "Unmasked", "`hostUsers` must be false to use `Unmasked`"));
        }
        CheckSeccomp(context.SeccompProfile, path, errors);
        if (context is { AllowPrivilegeEscalation: false, Privileged: true })
        {
            errors.Add(FieldError.InvalidJson(path, ShownValue.Record(context), "cannot set `allowPrivilegeEscalation` to false and `privileged` to true"));
        }
        if (context.AllowPrivilegeEscalation == false && context.Capabilities?.Add.Contains("CAP_SYS_ADMIN") == true)
        {
            errors.Add(FieldError.InvalidJson(path, ShownValue.Record(context), "cannot set `allowPrivilegeEscalation` to false and `capabilities.Add` CAP_SYS_ADMIN"));
        }
        CheckAppArmor(context.AppArmorProfile, path, errors);
    }

    private const string IdWords = "must be between 0 and 4294967295, inclusive";

    private static void RequireId(long? id, FieldPath path, string field, FieldErrors errors)
    {
        if (id is < 0 or > uint.MaxValue)
        {
            errors.Add(FieldError.Invalid(path.Child(field), id.Value, IdWords));
        }
    }

    private static void CheckSysctls(ValueList<Sysctl> sysctls, PodSpec spec, FieldPath path, FieldErrors errors)
    {
        for (var i = 0; i < sysctls.Count; i++)
        {
            var (name, at) = (sysctls[i].Name, path.Index(i).Child("name"));
            if (!errors.Require(path.Index(i), "name", name))
            {
                continue;
            }
            if (name.Length > MaximumSysctl || !SysctlName().IsMatch(name))
            {
                errors.Add(FieldError.Invalid(at, name, $"must have at most {MaximumSysctl} characters and match regex ^{SysctlPattern}$"));
            }
            else if (sysctls.Take(i).Any(other => other.Name == name))
            {
                errors.Add(FieldError.Duplicate(at, name));
            }
            CheckHostSysctl(name.Replace('/', '.'), name, spec, at, errors);
        }
    }

    // What a pod shares with its machine it does not set.
    private static void CheckHostSysctl(string dotted, string name, PodSpec spec, FieldPath path, FieldErrors errors)
    {
        var isOfMessages = dotted is "kernel.sem" || dotted.StartsWith("kernel.shm", StringComparison.Ordinal)
            || dotted.StartsWith("kernel.msg", StringComparison.Ordinal) || dotted.StartsWith("fs.mqueue.", StringComparison.Ordinal);
        if (spec.HostNetwork && dotted.StartsWith("net.", StringComparison.Ordinal))
        {
            errors.Add(FieldError.Invalid(path, name, "may not be specified when 'hostNetwork' is true"));
        }
        else if (spec.HostIPC && isOfMessages)
        {
            errors.Add(FieldError.Invalid(path, name, "may not be specified when 'hostIPC' is true"));
        }
    }

    [GeneratedRegex("^" + SysctlPattern + "\\z", RegexOptions.CultureInvariant)]
    private static partial Regex SysctlName();

    private static void CheckSeccomp(SeccompProfile? profile, FieldPath owner, FieldErrors errors)
    {
        if (profile is null)
        {
            return;
        }
        var path = owner.Child("seccompProfile");
        if (errors.Require(path, "type", profile.Type, "type is required when seccompProfile is set"))
        {
            errors.RequireOneOf(path, "type", profile.Type, ["Localhost", "RuntimeDefault", "Unconfined"]);
        }
        if (profile.Type != "Localhost")
        {
            if (profile.LocalhostProfile is not null)
            {
                errors.Add(FieldError.InvalidJson(path.Child("localhostProfile"), ShownValue.Record(profile), "can only be set when seccomp type is Localhost"));
            }
        }
        else if (profile.LocalhostProfile is null)
        {
            errors.Add(FieldError.Required(path.Child("localhostProfile"), "must be set when seccomp type is Localhost"));
        }
        else
        {
            LocalPaths.RequireDescending(profile.LocalhostProfile, path.Child("localhostProfile"), errors);
        }
    }

    private static void CheckAppArmor(AppArmorProfile? profile, FieldPath owner, FieldErrors errors)
    {
        if (profile is null)
        {
            return;
        }
        var path = owner.Child("appArmorProfile");
        switch (profile.Type)
        {
            case "":
                errors.Add(FieldError.Required(path.Child("type"), "type is required when appArmorProfile is set"));
                break;
            case "Localhost" when string.IsNullOrWhiteSpace(profile.LocalhostProfile):
                errors.Add(FieldError.Required(path.Child("localhostProfile"), "must be set when AppArmor type is Localhost"));
                break;
            case "Localhost" when profile.LocalhostProfile.Trim() != profile.LocalhostProfile:
                errors.Add(FieldError.Invalid(path.Child("localhostProfile"), profile.LocalhostProfile, "must not be padded with whitespace"));
                break;
            case "RuntimeDefault" or "Unconfined" when profile.LocalhostProfile is { } unused:
                errors.Add(FieldError.Invalid(path.Child("localhostProfile"), unused, "can only be set when AppArmor type is Localhost"));
                break;
            case "Localhost" or "RuntimeDefault" or "Unconfined":
                break;
            default:
                errors.Add(FieldError.NotSupported(path.Child("type"), profile.Type, "Localhost", "RuntimeDefault", "Unconfined"));
                break;
        }
    }
}
