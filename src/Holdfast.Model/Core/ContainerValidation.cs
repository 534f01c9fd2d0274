using System.Collections.Immutable;
using Holdfast.Model.Rules;

namespace Holdfast.Model.Core;

/// <summary>What holds for the containers of one pod.</summary>
internal sealed class ContainerValidation(PodSpec spec, PodSurroundings surroundings, FieldErrors errors)
{
    private static readonly ImmutableArray<string> PullPolicies = ["Always", "IfNotPresent", "Never"];
    private static readonly ImmutableArray<string> MessagePolicies = ["File", "FallbackToLogsOnError"];

    public void CheckAll(FieldPath path)
    {
        var containers = path.Child("containers");
        if (spec.Containers.IsEmpty)
        {
            errors.Add(FieldError.Required(containers));
        }
        for (var i = 0; i < spec.Containers.Count; i++)
        {
            CheckRegular(i, containers.Index(i));
        }
        CheckHostPortsOnce(containers);
        var initial = path.Child("initContainers");
        for (var i = 0; i < spec.InitContainers.Count; i++)
        {
            CheckInitial(i, initial.Index(i));
        }
        var ephemeral = path.Child("ephemeralContainers");
        for (var i = 0; i < spec.EphemeralContainers.Count; i++)
        {
            CheckEphemeral(i, ephemeral.Index(i));
        }
    }

    private void CheckRegular(int index, FieldPath path)
    {
        var container = spec.Containers[index];
        CheckCommon(container, path);
        if (IsNamedBefore(index, container.Name))
        {
            errors.Add(FieldError.Duplicate(path.Child("name"), container.Name));
        }
        HandlerValidation.CheckLifecycle(container.Lifecycle, spec.TerminationGracePeriodSeconds, path, errors);
        ProbeValidation.CheckAll(container, path, errors);
        if (container.RestartPolicy is not null && container.RestartPolicyRules.IsEmpty && container.RestartPolicy is not ("Always" or "OnFailure" or "Never"))
        {
            errors.Add(FieldError.NotSupported(path.Child("restartPolicy"), container.RestartPolicy, "Always", "Never", "OnFailure"));
        }
    }

    private void CheckInitial(int index, FieldPath path)
    {
        var container = spec.InitContainers[index];
        CheckCommon(container, path);
        if (container.RestartPolicy is { } policy && policy is not ("Always" or "OnFailure" or "Never"))
        {
            errors.Add(FieldError.NotSupported(path.Child("restartPolicy"), policy, "Always", "Never", "OnFailure"));
        }
        if (IsNamedBefore(spec.Containers.Count, container.Name) || IsNamedBeforeInitially(index, container.Name))
        {
            errors.Add(FieldError.Duplicate(path.Child("name"), container.Name));
        }
        if (container.RestartPolicy == "Always")
        {
            HandlerValidation.CheckLifecycle(container.Lifecycle, spec.TerminationGracePeriodSeconds, path, errors);
            ProbeValidation.CheckAll(container, path, errors);
            return;
        }
        ForbidInitially(container.Lifecycle, "lifecycle", path);
        ForbidInitially(container.LivenessProbe, "livenessProbe", path);
        ForbidInitially(container.ReadinessProbe, "readinessProbe", path);
        ForbidInitially(container.StartupProbe, "startupProbe", path);
    }

    private void CheckEphemeral(int index, FieldPath path)
    {
        var container = spec.EphemeralContainers[index];
        CheckCommon(container.AsContainer(), path);
        if (IsNamedBefore(spec.Containers.Count, container.Name) || IsNamedBeforeInitially(spec.InitContainers.Count, container.Name)
            || spec.EphemeralContainers.Take(index).Any(other => other.Name == container.Name))
        {
            errors.Add(FieldError.Duplicate(path.Child("name"), container.Name));
        }
        var target = container.TargetContainerName;
        if (target.Length > 0 && !IsNamedBefore(spec.Containers.Count, target) && !IsNamedBeforeInitially(spec.InitContainers.Count, target))
        {
            errors.Add(FieldError.NotFound(path.Child("targetContainerName"), target));
        }
        EphemeralContainerValidation.CheckForbidden(container, path, errors);
    }

    private void CheckCommon(Container container, FieldPath path)
    {
        if (errors.Require(path, "name", container.Name))
        {
            errors.RequireFormat(path, "name", container.Name, TextFormats.Dns1123Label);
        }
        errors.Require(path, "image", container.Image);
        if (errors.Require(path, "terminationMessagePolicy", container.TerminationMessagePolicy))
        {
            errors.RequireOneOf(path, "terminationMessagePolicy", container.TerminationMessagePolicy, MessagePolicies);
        }
        PortValidation.Check(container.Ports, path, errors);
        EnvironmentValidation.Check(container.Env, container.EnvFrom, path, errors);
        MountValidation.Check(container.VolumeMounts, container.VolumeDevices, spec.Volumes, surroundings.MoreVolumes, path, errors);
        if (errors.Require(path, "imagePullPolicy", container.ImagePullPolicy))
        {
            errors.RequireOneOf(path, "imagePullPolicy", container.ImagePullPolicy, PullPolicies);
        }
        ResourceRequirementsValidation.Check(container.Resources, spec.ResourceClaims, path, errors);
        SecurityValidation.CheckContainer(container.SecurityContext, spec.HostUsers != false, path, errors);
        if (surroundings.IsPod && container.Image.Length != container.Image.AsSpan().Trim().Length)
        {
            errors.Add(FieldError.Invalid(path.Child("image"), container.Image, "must not have leading or trailing whitespace"));
        }
    }

    private void ForbidInitially(object? value, string field, FieldPath path)
    {
        if (value is not null)
        {
            errors.Add(FieldError.Forbidden(path.Child(field), "may not be set for init containers without restartPolicy=Always"));
        }
    }

    private void CheckHostPortsOnce(FieldPath containers)
    {
        HashSet<(string Protocol, string Address, int Port)>? taken = null;
        for (var i = 0; i < spec.Containers.Count; i++)
        {
            var ports = spec.Containers[i].Ports;
            for (var j = 0; j < ports.Count; j++)
            {
                var port = ports[j];
                if (port.HostPort != 0 && !(taken ??= []).Add((port.Protocol, port.HostIP, port.HostPort)))
                {
                    errors.Add(FieldError.Duplicate(
                        containers.Index(i).Child("ports").Index(j).Child("hostPort"), $"{port.Protocol}/{port.HostIP}/{port.HostPort}"));
                }
            }
        }
    }

    private bool IsNamedBefore(int index, string name)
    {
        foreach (var container in spec.Containers.AsSpan()[..index])
        {
            if (container.Name == name && name.Length > 0)
            {
                return true;
            }
        }
        return false;
    }

    private bool IsNamedBeforeInitially(int index, string name)
    {
        foreach (var container in spec.InitContainers.AsSpan()[..index])
        {
            if (container.Name == name && name.Length > 0)
            {
                return true;
            }
        }
        return false;
    }
}
