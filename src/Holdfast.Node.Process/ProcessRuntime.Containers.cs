using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Holdfast.Node.Process.Isolation;
using Holdfast.Node.Process.Launch;
using Holdfast.Node.Process.Supervision;
using Holdfast.Node.Runtime;

namespace Holdfast.Node.Process;

/// <content>Starting containers, and commands inside them.</content>
public sealed partial class ProcessRuntime
{
    private const UnixFileMode ForEveryUser = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead
        | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;

    /// <inheritdoc/>
    public async Task<ContainerStatus> StartContainerAsync(ContainerSpec spec, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(spec);
        cancellationToken.ThrowIfCancellationRequested();
        SpecChecks.Check(spec);
        ManagedContainer container = Prepare(spec);
        System.Diagnostics.Process minder = MinderProcess.Start(container.Folder, container.Record.LogPath, _tools, _scripts, _options);
        Task<(int Code, string Message)?> started = container.WaitStartAsync(minder, cancellationToken);
        (int Code, string Message)? failure;
        try
        {
            failure = await started;
        }
        finally
        {
            // From here on it is followed, whatever becomes of this call.
            Follow(container, minder);
        }

        if (failure is not { } reason) return container.Status;
        await StopContainerAsync(spec.Id, TimeSpan.Zero, cancellationToken);
        throw new ContainerStartException(
            spec.Id, reason.Code, reason.Message,
            reason.Code == 128 ? "Correct the container's mounts, user or working directory" : "Correct the container's command or its image");
    }

    /// <inheritdoc/>
    public async Task<ExecResult> ExecAsync(ExecRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        ManagedContainer container = Find(request.Id);
        if (container.Status.State != ContainerState.Running || container.Main is not { IsAlive: true } main)
            throw RuntimeErrors.NotRunning(request.Id);
        if (request.Command.Count == 0)
        {
            throw new RuntimeException(
                RuntimeErrorKind.Invalid, $"container {request.Id}", "there is no command to run in it", "Name a program");
        }

        string execId = string.Create(
            CultureInfo.InvariantCulture, $"{container.Record.Marker}-{Environment.ProcessId}-{Interlocked.Increment(ref _lastExec)}");
        ExecPlan plan = new(
            container.Record.IsIsolated ? _mode : IsolationMode.None,
            (Signals.EffectiveUser, Signals.EffectiveGroup), container.Record.Identity, main.Pid,
            container.Folder.EnvironmentScript, request.Command, execId)
        { HasTerminal = request.Sizes is not null };
        return await new ExecProcess(_tools, _time, _options.KillTimeout).RunAsync(plan, request, cancellationToken);
    }

    /// <inheritdoc/>
    public async Task AttachAsync(AttachRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        ManagedContainer container = Find(request.Id);
        if (container.Status.State != ContainerState.Running || container.Main is not { IsAlive: true } main) throw RuntimeErrors.NotRunning(request.Id);
        if ((request.StandardInput is not null && !File.Exists(container.Folder.Input))
            || (request.TerminalOutput is not null && !File.Exists(container.Folder.Terminal)))
        {
            throw new RuntimeException(
                RuntimeErrorKind.Invalid, $"container {request.Id}", "it was started without an input or terminal that could be joined", "Set stdin or tty in its spec");
        }

        await new Attachment(_tools, _time, container.Folder, main, container.Ended).RunAsync(request, cancellationToken);
    }

    private ManagedContainer Prepare(ContainerSpec spec)
    {
        lock (_gate)
        {
            if (!_pods.TryGetValue(spec.Id.PodUid, out ManagedPod? pod)) throw RuntimeErrors.NoSandbox(spec.Id.PodUid);
            foreach ((ContainerId other, ManagedContainer container) in pod.Containers)
            {
                if (other == spec.Id || (other.Name == spec.Id.Name && !container.HasEnded)) throw RuntimeErrors.AttemptInTheWay(spec.Id, other);
            }

            ContainerFolder folder = ContainerFolder.Of(pod.Folder.Path, spec.Id);
            ContainerRecord record = NewRecord(spec, pod);
            foreach (string path in new[] { folder.Path, folder.Root, folder.Stage, Path.GetDirectoryName(record.LogPath)! }) PrivateFile.CreateFolder(path);
            PrivateFile.Write(folder.TerminationMessage, "", ForEveryUser);
            try
            {
                WriteScripts(spec, pod, folder, record);
            }
            catch (RuntimeException)
            {
                Directory.Delete(folder.Path, recursive: true);
                throw;
            }

            PrivateFile.Write(folder.Record, JsonSerializer.Serialize(record, ProcessJson.Default.ContainerRecord));
            ManagedContainer managed = new(folder, record, _options, _time);
            pod.Containers.Add(spec.Id, managed);
            return managed;
        }
    }

    private void WriteScripts(ContainerSpec spec, ManagedPod pod, ContainerFolder folder, ContainerRecord record)
    {
        LaunchPlan plan = LaunchPlanner.Plan(spec, pod.Record, pod.Folder, folder, record, _mode, _host);
        PrivateFile.Write(folder.LaunchScript, ContainerScripts.Launch(plan));
        if (_mode != IsolationMode.None) PrivateFile.Write(folder.EnterScript, ContainerScripts.Enter(plan));
        PrivateFile.Write(folder.ProgramScript, ContainerScripts.Program(plan));
        PrivateFile.Write(folder.EnvironmentScript, ContainerScripts.EnvironmentOnly(plan));
    }

    private ContainerRecord NewRecord(ContainerSpec spec, ManagedPod pod)
    {
        // A copied data folder has the same uids; its processes are others.
        string place = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Path.GetFullPath(_options.Folder))))[..8];
        return new ContainerRecord(
            spec.Id, spec.Image.Reference, _time.GetUtcNow(), Path.GetFullPath(Path.Combine(pod.Record.LogDirectory, spec.LogFile)),
            $"{place}/{spec.Id}", spec.Identity, _mode != IsolationMode.None, MachineBoot.Id());
    }
}
