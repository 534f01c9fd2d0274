using System.Collections.Immutable;
using Holdfast.Model.Rules;
using Holdfast.Model.Values;

namespace Holdfast.Model.Core;

/// <summary>What holds for how a container uses volumes.</summary>
internal static class MountValidation
{
    public static void Check(
        ValueList<VolumeMount> mounts, ValueList<VolumeDevice> devices, ValueList<Volume> volumes, ImmutableArray<string> moreVolumes, FieldPath container, FieldErrors errors)
    {
        if (!mounts.IsEmpty)
        {
            var path = container.Child("volumeMounts");
            for (var i = 0; i < mounts.Count; i++)
            {
                CheckMount(mounts, i, devices, Find(volumes, mounts[i].Name), moreVolumes, path, errors);
            }
        }
        for (var i = 0; i < devices.Count; i++)
        {
            CheckDevice(devices, i, mounts, Find(volumes, devices[i].Name), moreVolumes, container.Child("volumeDevices").Index(i), errors);
        }
    }

    private static void CheckMount(
        ValueList<VolumeMount> mounts, int index, ValueList<VolumeDevice> devices, Volume? volume, ImmutableArray<string> moreVolumes, FieldPath list, FieldErrors errors)
    {
        var (mount, path) = (mounts[index], list.Index(index));
        errors.Require(path, "name", mount.Name);
        if (volume is null && !moreVolumes.Contains(mount.Name))
        {
            errors.Add(FieldError.NotFound(path.Child("name"), mount.Name));
        }
        errors.Require(path, "mountPath", mount.MountPath);
        foreach (var other in mounts.AsSpan()[..index])
        {
            if (other.MountPath == mount.MountPath)
            {
                errors.Add(FieldError.Invalid(path.Child("mountPath"), mount.MountPath, "must be unique"));
                break;
            }
        }
        if (!devices.IsEmpty)
        {
            CheckOverlap(mount, devices, path, errors);
        }
        CheckSubPath(mount, volume, list, path, errors);
        if (mount.MountPropagation is { } propagation && propagation is not ("None" or "HostToContainer" or "Bidirectional"))
        {
            errors.Add(FieldError.NotSupported(list.Child("mountPropagation"), propagation, "Bidirectional", "HostToContainer", "None"));
        }
    }

    private static void CheckOverlap(VolumeMount mount, ValueList<VolumeDevice> devices, FieldPath path, FieldErrors errors)
    {
        if (devices.Any(device => device.Name == mount.Name))
        {
            errors.Add(FieldError.Invalid(path.Child("name"), mount.Name, "must not already exist in volumeDevices"));
        }
        if (devices.Any(device => device.DevicePath == mount.MountPath))
        {
            errors.Add(FieldError.Invalid(path.Child("mountPath"), mount.MountPath, "must not already exist as a path in volumeDevices"));
        }
    }

    private static void CheckSubPath(VolumeMount mount, Volume? volume, FieldPath list, FieldPath path, FieldErrors errors)
    {
        if (mount.SubPath.Length > 0)
        {
            LocalPaths.RequireDescending(mount.SubPath, list.Child("subPath"), errors);
        }
        if (mount.SubPathExpr.Length == 0)
        {
            return;
        }
        if (mount.SubPath.Length > 0)
        {
            errors.Add(FieldError.Invalid(path.Child("subPathExpr"), mount.SubPathExpr, "subPathExpr and subPath are mutually exclusive"));
        }
        LocalPaths.RequireDescending(mount.SubPathExpr, list.Child("subPathExpr"), errors);
    }

    private static void CheckDevice(
        ValueList<VolumeDevice> devices, int index, ValueList<VolumeMount> mounts, Volume? volume, ImmutableArray<string> moreVolumes, FieldPath path, FieldErrors errors)
    {
        var device = devices[index];
        errors.Require(path, "name", device.Name);
        if (devices.Take(index).Any(other => other.Name == device.Name))
        {
            errors.Add(FieldError.Invalid(path.Child("name"), device.Name, "must be unique"));
        }
        if (volume is { PersistentVolumeClaim: null, Ephemeral: null })
        {
            errors.Add(FieldError.Invalid(path.Child("name"), device.Name, "can only use volume source type of PersistentVolumeClaim or Ephemeral for block mode"));
        }
        else if (volume is null && !moreVolumes.Contains(device.Name))
        {
            errors.Add(FieldError.NotFound(path.Child("name"), device.Name));
        }
        errors.Require(path, "devicePath", device.DevicePath);
        if (devices.Take(index).Any(other => other.DevicePath == device.DevicePath))
        {
            errors.Add(FieldError.Invalid(path.Child("devicePath"), device.DevicePath, "must be unique"));
        }
        if (LocalPaths.HasBackstep(device.DevicePath))
        {
            errors.Add(FieldError.Invalid(path.Child("devicePath"), device.DevicePath, "can not contain backsteps ('..')"));
        }
        if (mounts.Any(mount => mount.Name == device.Name))
        {
            errors.Add(FieldError.Invalid(path.Child("name"), device.Name, "must not already exist in volumeMounts"));
        }
        if (mounts.Any(mount => mount.MountPath == device.DevicePath))
        {
            errors.Add(FieldError.Invalid(path.Child("devicePath"), device.DevicePath, "must not already exist as a path in volumeMounts"));
        }
    }

    private static Volume? Find(ValueList<Volume> volumes, string name)
    {
        foreach (var volume in volumes)
        {
            if (volume.Name == name)
            {
                return volume;
            }
        }
        return null;
    }
}
