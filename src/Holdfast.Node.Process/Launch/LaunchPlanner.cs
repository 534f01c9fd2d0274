using Holdfast.Node.Process.Isolation;
using Holdfast.Node.Process.Supervision;
using Holdfast.Node.Runtime;

namespace Holdfast.Node.Process.Launch;

/// <summary>Decides command, environment and mounts of a container.</summary>
internal static class LaunchPlanner
{
    /// <summary>Where an image's files are inside an isolated container; readable there for any user.</summary>
    public const string FilesInside = "/opt/holdfast/files";

    /// <summary>Where the .NET runtime is inside an isolated container.</summary>
    public const string DotnetInside = "/opt/holdfast/dotnet";

    /// <summary>The variable that all processes of a container inherit.</summary>
    public const string Marker = "HOLDFAST_CONTAINER_ID";

    public static LaunchPlan Plan(
        ContainerSpec spec, SandboxRecord sandbox, PodFolder pod, ContainerFolder folder, ContainerRecord record, IsolationMode mode, IHostView host)
    {
        bool isIsolated = mode != IsolationMode.None;
        Surroundings around = new(spec, sandbox, pod, folder, isIsolated, DotnetFolder(spec.Image));
        IReadOnlyList<string> command = around.Command();
        if (command.Count == 0)
        {
            throw new RuntimeException(
                RuntimeErrorKind.Invalid, $"container {spec.Id}", $"image {spec.Image.Reference} has no command and the container names none", "Set the container's command");
        }

        return new LaunchPlan
        {
            Mode = mode,
            Own = (Signals.EffectiveUser, Signals.EffectiveGroup),
            Identity = spec.Identity,
            Hostname = sandbox.Hostname,
            Mounts = isIsolated ? MountPlanner.Plan(around.Mounts(), host) : new MountPlan([]),
            Environment = around.Environment(record.Marker),
            Command = command,
            HasInput = spec.HasInput || spec.HasTerminal,
            TerminalProgram = spec.HasTerminal ? TerminalLauncher.Find($"container {spec.Id}") : null,
            MarkerEntry = $"{Marker}={record.Marker}",
            WorkingDirectory = spec.WorkingDirectory ?? around.Fill(spec.Image.WorkingDirectory ?? "/"),
        };
    }

    private static string? DotnetFolder(ImageEntry image)
    {
        if (!image.NeedsDotnet) return null;
        // The folder of the runtime this very process runs on: shared/Microsoft.NETCore.App/VERSION is below it.
        return Path.GetFullPath(Path.Combine(System.Runtime.InteropServices.RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", ".."));
    }

    private sealed class Surroundings(
        ContainerSpec spec, SandboxRecord sandbox, PodFolder pod, ContainerFolder folder, bool isIsolated, string? dotnet)
    {
        public string Fill(string text)
        {
            string filled = text;
            if (spec.Image.FilesFolder is { } files) filled = filled.Replace("{files}", isIsolated ? FilesInside : files, StringComparison.Ordinal);
            if (dotnet is not null) filled = filled.Replace("{dotnet}", isIsolated ? DotnetInside : dotnet, StringComparison.Ordinal);
            return filled;
        }

        public IReadOnlyList<string> Command()
        {
            IEnumerable<string> arguments = spec.Arguments ?? (spec.Command is null ? spec.Image.Arguments.Select(Fill) : []);
            return [.. spec.Command ?? spec.Image.Entrypoint.Select(Fill), .. arguments];
        }

        public IReadOnlyList<EnvironmentVariable> Environment(string marker)
        {
            Dictionary<string, string> variables = new(StringComparer.Ordinal)
            {
                ["PATH"] = HostTools.SearchPath,
                ["HOME"] = (spec.Identity.User ?? Signals.EffectiveUser) == 0 ? "/root" : "/",
                ["HOSTNAME"] = sandbox.Hostname,
                ["POD_NAME"] = sandbox.Sandbox.Name,
                ["POD_NAMESPACE"] = sandbox.Sandbox.Namespace,
                ["POD_IP"] = sandbox.Sandbox.Address,
                ["HOLDFAST_TERMINATION_LOG"] = isIsolated ? spec.TerminationMessagePath : folder.TerminationMessage,
            };
            if (dotnet is not null) variables["DOTNET_ROOT"] = isIsolated ? DotnetInside : dotnet;
            foreach (ContainerMount mount in spec.Mounts)
                variables.TryAdd(VolumeVariable(mount.Volume), isIsolated ? mount.ContainerPath : mount.HostPath);
            foreach (EnvironmentVariable variable in spec.Image.Environment) variables[variable.Name] = Fill(variable.Value);
            foreach (EnvironmentVariable variable in spec.Environment) variables[variable.Name] = variable.Value;
            variables[Marker] = marker;
            return [.. variables.Select(pair => new EnvironmentVariable(pair.Key, pair.Value))];
        }

        public IReadOnlyList<MountRequest> Mounts()
        {
            List<MountRequest> requests = [];
            if (spec.Image.FilesFolder is { } files) requests.Add(new MountRequest(files, FilesInside, IsReadOnly: true));
            if (dotnet is not null) requests.Add(new MountRequest(dotnet, DotnetInside, IsReadOnly: true));
            requests.Add(new MountRequest(folder.TerminationMessage, spec.TerminationMessagePath, IsReadOnly: false));
            requests.Add(new MountRequest(pod.Hosts, "/etc/hosts", IsReadOnly: false));
            requests.Add(new MountRequest(pod.Hostname, "/etc/hostname", IsReadOnly: false));
            if (sandbox.HasResolvConf) requests.Add(new MountRequest(pod.ResolvConf, "/etc/resolv.conf", IsReadOnly: false));
            // A volume at one of these paths wins.
            HashSet<string> taken = [.. spec.Mounts.Select(mount => mount.ContainerPath.TrimEnd('/'))];
            return
            [
                .. spec.Mounts.Select(mount => new MountRequest(mount.HostPath, mount.ContainerPath, mount.IsReadOnly)),
                .. requests.Where(request => !taken.Contains(request.Target)),
            ];
        }

        private static string VolumeVariable(string volume) =>
            "HOLDFAST_VOLUME_" + string.Concat(volume.Select(letter => char.IsAsciiLetterOrDigit(letter) ? char.ToUpperInvariant(letter) : '_'));
    }
}
