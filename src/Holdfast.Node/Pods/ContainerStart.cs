using Holdfast.Client;
using Holdfast.Node.Events;
using Holdfast.Node.Planning;
using Holdfast.Node.Runtime;
using Holdfast.Node.Variables;
using Holdfast.Node.Volumes;

namespace Holdfast.Node.Pods;

/// <summary>Starts one attempt of a container: image, configuration, runtime; says what came of it.</summary>
internal sealed class ContainerStart(AgentParts parts)
{
    /// <summary>The container's history after the attempt.</summary>
    public async Task<ContainerHistory> RunAsync(Core.Pod pod, PodState state, PodEffect.StartContainer effect, CancellationToken cancellationToken)
    {
        var (container, history) = (effect.Container, state[effect.Container.Name]);
        var id = new ContainerId(pod.Metadata.Uid, container.Name, effect.Attempt);
        try
        {
            var image = await parts.Runtime.Images.ResolveAsync(container.Spec.Image, cancellationToken);
            Tell(pod, container, EventReason.Pulled, $"Container image \"{container.Spec.Image}\" already present on machine and can be accessed by the pod");
            var spec = await SpecAsync(pod, state, container, id, image, cancellationToken);
            var status = await parts.Runtime.StartContainerAsync(spec, cancellationToken);
            Tell(pod, container, EventReason.Created, "Container created");
            Tell(pod, container, EventReason.Started, "Container started");
            await ForgetOldAsync(history, cancellationToken);
            return history.Started(status, container.Spec.Lifecycle?.PostStart is not null);
        }
        catch (ImageNotFoundException error)
        {
            return ImageProblem(pod, container, history, error);
        }
        catch (ContainerStartException error)
        {
            Warn(pod, container, EventReason.Failed, $"Error: {error.Message}");
            return history.Started(Ended(id, container, error), hasPostStart: false).Ended(Ended(id, container, error), parts.Options.Policy);
        }
        catch (ContainerConfigException error)
        {
            return Problem(pod, container, history, "CreateContainerConfigError", error.Message);
        }
        catch (RuntimeException error)
        {
            return Problem(pod, container, history, error.Kind == RuntimeErrorKind.Invalid ? "InvalidImageName" : "CreateContainerError", error.Message);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return Problem(pod, container, history, "CreateContainerConfigError", $"a volume could not be prepared: {error.Message}");
        }
        catch (ApiException error)
        {
            return Problem(pod, container, history, "CreateContainerConfigError", $"the API could not be asked: {error.Message}");
        }
    }

    private async Task<ContainerSpec> SpecAsync(
        Core.Pod pod, PodState state, PodContainer container, ContainerId id, ImageEntry image, CancellationToken cancellationToken)
    {
        var (spec, facts) = (container.Spec, parts.Facts(state.Sandbox?.Address ?? ""));
        var variables = new ContainerVariables(pod, spec, await SourcesAsync(pod, spec, cancellationToken), facts).Build();
        return new ContainerSpec
        {
            Id = id,
            Image = image,
            Command = spec.Command.IsEmpty ? null : [.. spec.Command.Select(part => VariableExpansion.Expand(part, variables))],
            Arguments = spec.Args.IsEmpty ? null : [.. spec.Args.Select(part => VariableExpansion.Expand(part, variables))],
            WorkingDirectory = spec.WorkingDir.Length == 0 ? null : spec.WorkingDir,
            Environment = [.. variables.Select(variable => new EnvironmentVariable(variable.Key, variable.Value))],
            Mounts = [.. spec.VolumeMounts.Select(mount => Mount(mount, state.Volumes, variables))],
            Identity = IdentityOf(pod, spec),
            HasInput = spec.Stdin,
            HasTerminal = spec.Tty,
            LogFile = LogFiles.Relative(container.Name, id.Attempt),
            TerminationMessagePath = spec.TerminationMessagePath.Length == 0 ? "/dev/termination-log" : spec.TerminationMessagePath,
        };
    }

    private async Task<VariableSources> SourcesAsync(Core.Pod pod, Core.Container container, CancellationToken cancellationToken)
    {
        var (mapNames, secretNames) = VariableSources.NamesOf(container);
        var (maps, secrets) = (new Dictionary<string, Core.ConfigMap>(StringComparer.Ordinal), new Dictionary<string, Core.Secret>(StringComparer.Ordinal));
        foreach (var name in mapNames)
        {
            if (await parts.Client.FindAsync<Core.ConfigMap>(pod.Metadata.Namespace, name, cancellationToken) is { } map)
                maps.Add(name, map);
        }
        foreach (var name in secretNames)
        {
            if (await parts.Client.FindAsync<Core.Secret>(pod.Metadata.Namespace, name, cancellationToken) is { } secret)
                secrets.Add(name, secret);
        }
        return new VariableSources(maps, secrets);
    }

    private ContainerMount Mount(Core.VolumeMount mount, VolumesState volumes, IReadOnlyDictionary<string, string> variables)
    {
        if (!volumes.Mounted.TryGetValue(mount.Name, out var volume))
            throw new ContainerConfigException($"volumeMount \"{mount.Name}\" names no volume of the pod");
        var subPath = mount.SubPathExpr.Length > 0 ? VariableExpansion.Expand(mount.SubPathExpr, variables) : mount.SubPath;
        return new ContainerMount
        {
            Volume = mount.Name,
            HostPath = parts.Volumes.PathOf(mount, volume, subPath),
            ContainerPath = mount.MountPath,
            IsReadOnly = mount.ReadOnly || volume.IsReadOnly,
        };
    }

    private static ContainerIdentity IdentityOf(Core.Pod pod, Core.Container container)
    {
        var shared = pod.Spec.SecurityContext;
        var user = container.SecurityContext?.RunAsUser ?? shared?.RunAsUser;
        var refusesRoot = container.SecurityContext?.RunAsNonRoot ?? shared?.RunAsNonRoot ?? false;
        if (refusesRoot && user == 0)
            throw new ContainerConfigException("container's runAsUser breaks non-root policy: give a user other than 0, or drop runAsNonRoot");
        if (refusesRoot && user is null && Environment.IsPrivilegedProcess)
            throw new ContainerConfigException("container has runAsNonRoot and image will run as root: set runAsUser");
        IEnumerable<long> groups = shared?.SupplementalGroups ?? [];
        return new ContainerIdentity
        {
            User = user,
            Group = container.SecurityContext?.RunAsGroup ?? shared?.RunAsGroup,
            SupplementalGroups = [.. shared?.FsGroup is { } group ? groups.Append(group).Distinct() : groups],
        };
    }

    // Only the newest attempt and the one before it are told of in the status.
    private async Task ForgetOldAsync(ContainerHistory history, CancellationToken cancellationToken)
    {
        if (history.Previous is not { LogPath.Length: > 0 } old)
            return;
        try
        {
            await parts.Runtime.RemoveContainerAsync(old.Id, cancellationToken);
        }
        catch (RuntimeException error)
        {
            parts.Log(Platform.LogSeverity.Debug, $"the old attempt {old.Id} was not removed: {error.Message}");
        }
    }

    private ContainerStatus Ended(ContainerId id, PodContainer container, ContainerStartException error) => new()
    {
        Id = id,
        Image = container.Spec.Image,
        State = ContainerState.Exited,
        CreatedAt = parts.Time.GetUtcNow(),
        StartedAt = parts.Time.GetUtcNow(),
        LogPath = Path.Combine(parts.Paths.Logs(id.PodUid), LogFiles.Relative(id.Name, id.Attempt)),
        Exit = new ContainerExit { Code = error.ExitCode, Reason = ContainerExitReason.StartError, Message = error.Message, FinishedAt = parts.Time.GetUtcNow() },
    };

    private ContainerHistory ImageProblem(Core.Pod pod, PodContainer container, ContainerHistory history, ImageNotFoundException error)
    {
        if (container.Spec.ImagePullPolicy == "Never")
            return Problem(pod, container, history, "ErrImageNeverPull", $"Container image \"{container.Spec.Image}\" is not present with pull policy of Never. {error.Message}");
        Warn(pod, container, EventReason.Failed, $"Failed to pull image \"{container.Spec.Image}\": {error.Message}");
        if (history.Failure is null)
            return Problem(pod, container, history, "ErrImagePull", error.Message);
        parts.Tell(pod, container.Name, isWarning: false, EventReason.BackOff, $"Back-off pulling image \"{container.Spec.Image}\"");
        return Problem(pod, container, history, "ImagePullBackOff", $"Back-off pulling image \"{container.Spec.Image}\": ErrImagePull: {error.Message}");
    }

    private ContainerHistory Problem(Core.Pod pod, PodContainer container, ContainerHistory history, string reason, string message)
    {
        Warn(pod, container, EventReason.Failed, reason is "ErrImagePull" or "ImagePullBackOff" ? $"Error: {reason}" : $"Error: {message}");
        return history.NotStarted(reason, message, parts.Time.GetUtcNow(), parts.Options.Policy);
    }

    private void Tell(Core.Pod pod, PodContainer container, string reason, string message) => parts.Tell(pod, container.Name, isWarning: false, reason, message);

    private void Warn(Core.Pod pod, PodContainer container, string reason, string message) => parts.Tell(pod, container.Name, isWarning: true, reason, message);
}
