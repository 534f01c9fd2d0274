using System.Collections.Immutable;
using Holdfast.Model.Rules;
using Holdfast.Model.Values;

namespace Holdfast.Model.Core;

/// <summary>What holds for persistent volumes, alone and as they change: where their data is never changes.</summary>
internal static class PersistentVolumeValidation
{
    private static readonly ImmutableArray<string> ReclaimPolicies = ["Delete", "Recycle", "Retain"];

    public static void Check(PersistentVolumeSpec spec, FieldPath path, FieldErrors errors)
    {
        if (spec.AccessModes.IsEmpty)
        {
            errors.Add(FieldError.Required(path.Child("accessModes")));
        }
        PersistentVolumeClaimValidation.CheckAccessModes(spec.AccessModes, path, errors);
        CheckCapacity(spec.Capacity, path.Child("capacity"), errors);
        if (spec.PersistentVolumeReclaimPolicy.Length > 0)
        {
            errors.RequireOneOf(path, "persistentVolumeReclaimPolicy", spec.PersistentVolumeReclaimPolicy, ReclaimPolicies);
        }
        if (spec.NodeAffinity is { Required: { } required })
        {
            AffinityValidation.CheckNodeSelector(required, path.Child("nodeAffinity").Child("required"), errors);
        }
        else if (spec.NodeAffinity is not null)
        {
            errors.Add(FieldError.Required(path.Child("nodeAffinity").Child("required"), "must specify required node constraints"));
        }
        CheckSource(spec, path, errors);
        if (spec.StorageClassName.Length > 0)
        {
            errors.RequireFormat(path, "storageClassName", spec.StorageClassName, TextFormats.Dns1123Subdomain);
        }
        if (spec.VolumeMode is { } mode)
        {
            errors.RequireOneOf(path, "volumeMode", mode, PersistentVolumeClaimValidation.VolumeModes);
        }
    }

    public static void CheckChange(PersistentVolumeSpec updated, PersistentVolumeSpec old, FieldPath path, FieldErrors errors)
    {
        if (SourceOf(updated, old) != SourceOf(old, old))
        {
            errors.Add(FieldError.Forbidden(path.Child("persistentvolumesource"), "spec.persistentvolumesource is immutable after creation"));
        }
        errors.RequireUnchanged(FieldPath.Root("volumeMode"), updated.VolumeMode, old.VolumeMode);
        if (old.NodeAffinity is not null)
        {
            errors.RequireUnchanged(FieldPath.Root("nodeAffinity"), updated.NodeAffinity, old.NodeAffinity, ShownValue.Record);
        }
        if (old.VolumeAttributesClassName is not null && updated.VolumeAttributesClassName is null)
        {
            errors.Add(FieldError.Forbidden(path.Child("volumeAttributesClassName"), "update from non-nil value to nil is forbidden"));
        }
    }

    private static void CheckCapacity(ValueMap<Quantity> capacity, FieldPath path, FieldErrors errors)
    {
        if (capacity.IsEmpty)
        {
            errors.Add(FieldError.Required(path));
        }
        if (capacity.Count != 1 || !capacity.ContainsKey("storage"))
        {
            var shown = capacity.IsEmpty ? "null" : $"{{{string.Join(',', capacity.Select(entry => $"{ShownValue.Text(entry.Key)}:{ShownValue.Text(entry.Value.ToString())}"))}}}";
            errors.Add(new(FieldErrorType.FieldValueNotSupported, path.ToString(), $"Unsupported value: {shown}: supported values: \"storage\""));
        }
        foreach (var (name, amount) in capacity)
        {
            if (amount.Sign < 0)
            {
                errors.Add(FieldError.Invalid(path.Key(name), amount.ToInt64(), "must be a valid resource quantity"));
            }
            if (amount.Sign <= 0)
            {
                errors.Add(FieldError.Invalid(path.Key(name), amount.ToString(), "must be greater than zero"));
            }
        }
    }

    private static void CheckSource(PersistentVolumeSpec spec, FieldPath path, FieldErrors errors)
    {
        var count = VolumeSources.Count(spec);
        if (count == 0)
        {
            errors.Add(FieldError.Required(path, "must specify a volume type"));
        }
        else if (count > 1)
        {
            errors.Add(FieldError.Forbidden(path, "may not specify more than 1 volume type"));
        }
        if (spec.HostPath is { } host)
        {
            VolumeValidation.CheckHostPath(host, path.Child("hostPath"), errors);
            if (host.Path.Trim('/').Length == 0 && spec.PersistentVolumeReclaimPolicy == "Recycle")
            {
                errors.Add(FieldError.Forbidden(path.Child("persistentVolumeReclaimPolicy"), "may not be 'recycle' for a hostPath mount of '/'"));
            }
        }
        if (spec.Local is { } local)
        {
            if (errors.Require(path.Child("local"), "path", local.Path))
            {
                LocalPaths.RequireNoBackstep(local.Path, path.Child("local").Child("path"), errors);
            }
            if (spec.NodeAffinity is null)
            {
                errors.Add(FieldError.Required(path.Child("nodeAffinity"), "Local volume requires node affinity"));
            }
        }
        if (spec.Csi is { } csi)
        {
            VolumeValidation.CheckDriver(csi.Driver, path.Child("csi"), errors);
            errors.Require(path.Child("csi"), "volumeHandle", csi.VolumeHandle);
        }
    }

    /// <summary>A spec with only its source left, and without the one secret that may still be named for it.</summary>
    private static PersistentVolumeSpec SourceOf(PersistentVolumeSpec spec, PersistentVolumeSpec old)
    {
        var source = spec with
        {
            AccessModes = [],
            Capacity = default,
            ClaimRef = null,
            MountOptions = [],
            NodeAffinity = null,
            PersistentVolumeReclaimPolicy = "",
            StorageClassName = "",
            VolumeAttributesClassName = null,
            VolumeMode = null,
        };
        return source.Csi is { } csi && old.Csi is { ControllerExpandSecretRef: null }
            ? source with { Csi = csi with { ControllerExpandSecretRef = null } }
            : source;
    }
}
