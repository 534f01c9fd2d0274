using Holdfast.Model.Rules;
using Holdfast.Model.Values;

namespace Holdfast.Model.Core;

/// <summary>What holds for a pod's volumes.</summary>
internal static class VolumeValidation
{
    public static void CheckAll(ValueList<Volume> volumes, FieldPath path, FieldErrors errors)
    {
        for (var i = 0; i < volumes.Count; i++)
        {
            var (volume, at) = (volumes[i], path.Index(i));
            var count = VolumeSources.Count(volume);
            if (count == 0)
            {
                errors.Add(FieldError.Required(at, "must specify a volume type"));
            }
            CheckSource(volume, at, errors);
            if (count > 1)
            {
                errors.Add(FieldError.Forbidden(at.Child(VolumeSources.NameOfSecond(volume)), "may not specify more than 1 volume type"));
            }
            if (errors.Require(at, "name", volume.Name))
            {
                errors.RequireFormat(at, "name", volume.Name, TextFormats.Dns1123Label);
            }
            foreach (var other in volumes.AsSpan()[..i])
            {
                if (other.Name == volume.Name)
                {
                    errors.Add(FieldError.Duplicate(at.Child("name"), volume.Name));
                    break;
                }
            }
        }
    }

    /// <summary>Checks which keys become which files.</summary>
    public static void CheckItems(ValueList<KeyToPath> items, FieldPath path, FieldErrors errors)
    {
        for (var i = 0; i < items.Count; i++)
        {
            var at = path.Child("items").Index(i);
            if (errors.Require(at, "key", items[i].Key))
            {
                errors.RequireFormat(at, "key", items[i].Key, TextFormats.ConfigKey);
            }
            LocalPaths.RequireFile(items[i].Path, at, "path", errors);
            LocalPaths.RequireMode(items[i].Mode, at, "mode", errors);
        }
    }

    private static void CheckSource(Volume volume, FieldPath path, FieldErrors errors)
    {
        if (volume.EmptyDir?.SizeLimit is { Sign: < 0 })
        {
            errors.Add(FieldError.Forbidden(path.Child("emptyDir").Child("sizeLimit"), "SizeLimit field must be a valid resource quantity"));
        }
        if (volume.HostPath is { } host)
        {
            CheckHostPath(host, path.Child("hostPath"), errors);
        }
        if (volume.Secret is { } secret)
        {
            errors.Require(path.Child("secret"), "secretName", secret.SecretName);
            LocalPaths.RequireMode(secret.DefaultMode, path.Child("secret"), "defaultMode", errors);
            CheckItems(secret.Items, path.Child("secret"), errors);
        }
        if (volume.Nfs is { } nfs)
        {
            errors.Require(path.Child("nfs"), "server", nfs.Server);
            if (errors.Require(path.Child("nfs"), "path", nfs.Path) && !nfs.Path.StartsWith('/'))
            {
                errors.Add(FieldError.Invalid(path.Child("nfs").Child("path"), nfs.Path, "must be an absolute path"));
            }
        }
        if (volume.PersistentVolumeClaim is { } claim)
        {
            errors.Require(path.Child("persistentVolumeClaim"), "claimName", claim.ClaimName);
        }
        if (volume.ConfigMap is { } configMap)
        {
            errors.Require(path.Child("configMap"), "name", configMap.Name);
            LocalPaths.RequireMode(configMap.DefaultMode, path.Child("configMap"), "defaultMode", errors);
            CheckItems(configMap.Items, path.Child("configMap"), errors);
        }
        CheckComposed(volume, path, errors);
    }

    private static void CheckComposed(Volume volume, FieldPath path, FieldErrors errors)
    {
        if (volume.DownwardAPI is { } downward)
        {
            LocalPaths.RequireMode(downward.DefaultMode, path.Child("downwardAPI"), "defaultMode", errors);
            ProjectionValidation.CheckFiles(downward.Items, path.Child("downwardAPI"), errors);
        }
        if (volume.Projected is { } projected)
        {
            ProjectionValidation.Check(projected, path.Child("projected"), errors);
        }
        if (volume.Csi is { } csi)
        {
            CheckDriver(csi.Driver, path.Child("csi"), errors);
        }
        if (volume.Ephemeral is { } ephemeral)
        {
            if (ephemeral.VolumeClaimTemplate is { } template)
            {
                PersistentVolumeClaimValidation.CheckSpec(template.Spec, path.Child("ephemeral").Child("volumeClaimTemplate").Child("spec"), errors);
            }
            else
            {
                errors.Add(FieldError.Required(path.Child("ephemeral").Child("volumeClaimTemplate")));
            }
        }
        if (volume.Image is { } image)
        {
            errors.Require(path.Child("image"), "reference", image.Reference);
        }
    }

    public static void CheckHostPath(HostPathVolumeSource host, FieldPath path, FieldErrors errors)
    {
        if (!errors.Require(path, "path", host.Path))
        {
            return;
        }
        LocalPaths.RequireNoBackstep(host.Path, path.Child("path"), errors);
        if (!string.IsNullOrEmpty(host.Type))
        {
            errors.RequireOneOf(
                path, "type", host.Type, ["", "BlockDevice", "CharDevice", "Directory", "DirectoryOrCreate", "File", "FileOrCreate", "Socket"]);
        }
    }

    public static void CheckDriver(string driver, FieldPath path, FieldErrors errors)
    {
        if (!errors.Require(path, "driver", driver))
        {
            return;
        }
        if (driver.Length > 63)
        {
            errors.Add(FieldError.TooLong(path.Child("driver"), 63));
        }
        foreach (var problem in TextFormats.Dns1123Subdomain(driver.ToLowerInvariant()))
        {
            errors.Add(FieldError.Invalid(path.Child("driver"), driver, problem));
        }
    }
}
