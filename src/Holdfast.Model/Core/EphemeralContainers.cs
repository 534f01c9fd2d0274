namespace Holdfast.Model.Core;

/// <summary>Containers that are added to a running pod, to look into it.</summary>
public static class EphemeralContainers
{
    /// <summary>The same as an ordinary container: all but whose processes it looks at.</summary>
    /// <param name="container">The container.</param>
    public static Container AsContainer(this EphemeralContainer container)
    {
        ArgumentNullException.ThrowIfNull(container);
        return Container.Empty with
        {
            Name = container.Name,
            Image = container.Image,
            ImagePullPolicy = container.ImagePullPolicy,
            Command = container.Command,
            Args = container.Args,
            WorkingDir = container.WorkingDir,
            Env = container.Env,
            EnvFrom = container.EnvFrom,
            Ports = container.Ports,
            Resources = container.Resources,
            ResizePolicy = container.ResizePolicy,
            RestartPolicy = container.RestartPolicy,
            RestartPolicyRules = container.RestartPolicyRules,
            VolumeMounts = container.VolumeMounts,
            VolumeDevices = container.VolumeDevices,
            LivenessProbe = container.LivenessProbe,
            ReadinessProbe = container.ReadinessProbe,
            StartupProbe = container.StartupProbe,
            Lifecycle = container.Lifecycle,
            TerminationMessagePath = container.TerminationMessagePath,
            TerminationMessagePolicy = container.TerminationMessagePolicy,
            SecurityContext = container.SecurityContext,
            Stdin = container.Stdin,
            StdinOnce = container.StdinOnce,
            Tty = container.Tty,
        };
    }
}
