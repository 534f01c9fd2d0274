using System.Collections.Immutable;
using Holdfast.Model.Rules;
using Holdfast.Model.Values;

namespace Holdfast.Model.Core;

/// <summary>What holds for claims, alone and as they change.</summary>
internal static class PersistentVolumeClaimValidation
{
    public static readonly ImmutableArray<string> AccessModes = ["ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod"];
    public static readonly ImmutableArray<string> VolumeModes = ["Block", "Filesystem"];

    private const string Storage = "storage";

    private static readonly FieldPath Spec = FieldPath.Root("spec");
    private static readonly FieldPath Status = FieldPath.Root("status");

    /// <summary>Of the two ways to name a source, the one that is given stands for the other.</summary>
    public static PersistentVolumeClaimSpec AlignSources(PersistentVolumeClaimSpec spec)
    {
        if (spec is { DataSource: null, DataSourceRef: { } reference } && string.IsNullOrEmpty(reference.Namespace))
        {
            return spec with { DataSource = new TypedLocalObjectReference { ApiGroup = reference.ApiGroup, Kind = reference.Kind, Name = reference.Name } };
        }
        return spec is { DataSource: { } source, DataSourceRef: null }
            ? spec with { DataSourceRef = new TypedObjectReference { ApiGroup = source.ApiGroup, Kind = source.Kind, Name = source.Name } }
            : spec;
    }

    public static void CheckSpec(PersistentVolumeClaimSpec spec, FieldPath path, FieldErrors errors)
    {
        if (spec.AccessModes.IsEmpty)
        {
            errors.Add(FieldError.Required(path.Child("accessModes"), "at least 1 access mode is required"));
        }
        LabelSelectorValidation.Check(spec.Selector, path.Child("selector"), errors);
        CheckAccessModes(spec.AccessModes, path, errors);
        CheckSize(spec, path, errors);
        if (!string.IsNullOrEmpty(spec.StorageClassName))
        {
            errors.RequireFormat(path, "storageClassName", spec.StorageClassName, TextFormats.Dns1123Subdomain);
        }
        if (spec.VolumeMode is { } mode)
        {
            errors.RequireOneOf(path, "volumeMode", mode, VolumeModes);
        }
        CheckSources(spec, path, errors);
        if (!string.IsNullOrEmpty(spec.VolumeAttributesClassName))
        {
            errors.RequireFormat(path, "volumeAttributesClassName", spec.VolumeAttributesClassName, TextFormats.Dns1123Subdomain);
        }
    }

    public static void CheckAccessModes(ValueList<string> modes, FieldPath path, FieldErrors errors)
    {
        foreach (var mode in modes)
        {
            errors.RequireOneOf(path, "accessModes", mode, AccessModes);
        }
        if (modes.Contains("ReadWriteOncePod") && modes.Any(mode => mode != "ReadWriteOncePod" && AccessModes.Contains(mode)))
        {
            errors.Add(FieldError.Forbidden(path.Child("accessModes"), "may not use ReadWriteOncePod with other access modes"));
        }
    }

    public static void CheckChange(PersistentVolumeClaim updated, PersistentVolumeClaim old, FieldErrors errors)
    {
        if (Comparable(updated, old) != (old.Spec.VolumeName.Length == 0 ? old.Spec with { VolumeName = updated.Spec.VolumeName } : old.Spec))
        {
            errors.Add(FieldError.Forbidden(Spec, "spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims"));
        }
        var (size, oldSize) = (updated.Spec.Resources.Requests.GetValueOrDefault(Storage), old.Spec.Resources.Requests.GetValueOrDefault(Storage));
        if (size < oldSize && size <= old.Status.Capacity.GetValueOrDefault(Storage))
        {
            errors.Add(FieldError.Forbidden(Spec.Child("resources").Child("requests").Child(Storage), "field can not be less than status.capacity"));
        }
        errors.RequireUnchanged(FieldPath.Root("volumeMode"), updated.Spec.VolumeMode, old.Spec.VolumeMode);
        if (old.Spec.VolumeAttributesClassName is not null && string.IsNullOrEmpty(updated.Spec.VolumeAttributesClassName)
            && updated.Spec.VolumeAttributesClassName != old.Spec.VolumeAttributesClassName)
        {
            errors.Add(FieldError.Forbidden(
                Spec.Child("volumeAttributesClassName"),
                updated.Spec.VolumeAttributesClassName is null
                    ? "update from non-nil value to nil is forbidden"
                    : "update from non-nil value to an empty string is forbidden"));
        }
    }

    public static void CheckStatus(PersistentVolumeClaim claim, FieldErrors errors)
    {
        if (claim.Spec.AccessModes.IsEmpty)
        {
            errors.Add(FieldError.Required(FieldPath.Root("Spec").Child("accessModes")));
        }
        foreach (var (name, amount) in claim.Status.Capacity)
        {
            if (amount.Sign < 0)
            {
                errors.Add(FieldError.Invalid(Status.Child("capacity").Key(name), amount.ToInt64(), "must be a valid resource quantity"));
            }
        }
        foreach (var (name, amount) in claim.Status.AllocatedResources)
        {
            if (amount.Sign < 0)
            {
                errors.Add(FieldError.Invalid(Status.Child("allocatedResources").Key(name), amount.ToInt64(), "must be a valid resource quantity"));
            }
        }
    }

    /// <summary>The new spec with what a claim may change put back: the size and attributes of a bound claim, and a class that was never named.</summary>
    private static PersistentVolumeClaimSpec Comparable(PersistentVolumeClaim updated, PersistentVolumeClaim old)
    {
        var spec = updated.Spec;
        if (spec.StorageClassName is not null && old.Spec.StorageClassName is null)
        {
            spec = spec with { StorageClassName = null };
        }
        if (updated.Status.Phase != "Bound")
        {
            return spec;
        }
        if (!spec.Resources.Requests.IsEmpty)
        {
            var requests = spec.Resources.Requests.SetItem(Storage, old.Spec.Resources.Requests.GetValueOrDefault(Storage));
            spec = spec with { Resources = spec.Resources with { Requests = requests } };
        }
        return spec.VolumeAttributesClassName is null ? spec : spec with { VolumeAttributesClassName = old.Spec.VolumeAttributesClassName };
    }

    private static void CheckSize(PersistentVolumeClaimSpec spec, FieldPath path, FieldErrors errors)
    {
        if (!spec.Resources.Requests.TryGetValue(Storage, out var size))
        {
            errors.Add(FieldError.Required(path.Child("resources").Key(Storage)));
        }
        else if (size.Sign <= 0)
        {
            errors.Add(FieldError.Invalid(path.Child("resources").Key(Storage), size.ToString(), "must be greater than zero"));
        }
    }

    private static void CheckSources(PersistentVolumeClaimSpec spec, FieldPath path, FieldErrors errors)
    {
        if (spec.DataSource is { } source)
        {
            CheckSource(source.ApiGroup, source.Kind, source.Name, path.Child("dataSource"), errors);
        }
        if (spec.DataSourceRef is not { } reference)
        {
            return;
        }
        CheckSource(reference.ApiGroup, reference.Kind, reference.Name, path.Child("dataSourceRef"), errors);
        if (!string.IsNullOrEmpty(reference.Namespace))
        {
            if (spec.DataSource is not null)
            {
                errors.Add(FieldError.InvalidJson(path, $"{path}.dataSource", "may not be specified when dataSourceRef.namespace is specified"));
            }
        }
        else if (spec.DataSource is { } local
            && (local.ApiGroup != reference.ApiGroup || local.Kind != reference.Kind || local.Name != reference.Name))
        {
            errors.Add(FieldError.InvalidJson(path, $"{path}.dataSource", "must match dataSourceRef"));
        }
    }

    private static void CheckSource(string? group, string kind, string name, FieldPath path, FieldErrors errors)
    {
        errors.Require(path, "name", name);
        errors.Require(path, "kind", kind);
        if (string.IsNullOrEmpty(group) && kind != "PersistentVolumeClaim")
        {
            errors.Add(FieldError.Invalid(path, kind, "must be 'PersistentVolumeClaim' when referencing the default apiGroup"));
        }
        else if (!string.IsNullOrEmpty(group))
        {
            errors.RequireFormat(path, "apiGroup", group, TextFormats.Dns1123Subdomain);
        }
    }
}
