using System.Globalization;
using System.Text.Json;
using Holdfast.Node.Process.Launch;
using Holdfast.Node.Runtime;

namespace Holdfast.Node.Process.Supervision;

/// <summary>One attempt of a container: reads what its minder wrote and follows it to its end.</summary>
/// <param name="folder">Its files.</param>
/// <param name="record">What is kept of it.</param>
/// <param name="options">How the runtime is set up.</param>
/// <param name="time">The clock.</param>
internal sealed class ManagedContainer(ContainerFolder folder, ContainerRecord record, ProcessRuntimeOptions options, TimeProvider time)
{
    private const int UnknownCode = 137;
    private const int MessageBytes = 4096;

    private static readonly TimeSpan WriterPatience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan ShortPoll = TimeSpan.FromMilliseconds(5);

    private readonly TaskCompletionSource<ContainerStatus> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ContainerExit? _exit;

    public ContainerRecord Record { get; } = record;

    public ContainerFolder Folder { get; } = folder;

    /// <summary>Ends with the container, when nothing of it is left.</summary>
    public Task<ContainerStatus> Ended => _ended.Task;

    public bool HasEnded => _exit is not null;

    /// <summary>The main process, if it was started in this boot of the machine.</summary>
    public ProcessIdentity? Main => IsOfThisBoot ? ProcessIdentity.Read(Folder.Main) : null;

    private bool IsOfThisBoot => Record.BootId == MachineBoot.Id();

    public ContainerStatus Status
    {
        get
        {
            FileInfo start = new(Folder.Start);
            bool hasStarted = start.Exists && PrivateFile.TryRead(Folder.Start) == "started\n";
            return new ContainerStatus
            {
                Id = Record.Id,
                Image = Record.Image,
                State = HasEnded ? ContainerState.Exited : hasStarted ? ContainerState.Running : ContainerState.Starting,
                CreatedAt = Record.CreatedAt,
                StartedAt = hasStarted ? new DateTimeOffset(start.LastWriteTimeUtc) : null,
                Exit = _exit,
                LogPath = Record.LogPath,
            };
        }
    }

    /// <summary>Takes over what an earlier life found out; true when the container had ended then.</summary>
    public bool RestoreEnd()
    {
        if (PrivateFile.TryRead(Folder.Ended) is not { } text) return false;
        _exit = JsonSerializer.Deserialize(text, ProcessJson.Default.ContainerExit);
        _ended.TrySetResult(Status);
        return _exit is not null;
    }

    /// <summary>Tells those who wait for the end that this life will not see it.</summary>
    public void LetGo() => _ended.TrySetCanceled();

    /// <summary>Waits until the program runs or could not be started.</summary>
    /// <returns>Null once it runs; else exit code and reason.</returns>
    public async Task<(int Code, string Message)?> WaitStartAsync(System.Diagnostics.Process minder, CancellationToken cancellationToken)
    {
        long began = time.GetTimestamp();
        while (true)
        {
            bool isMinderGone = minder.HasExited;
            if (PrivateFile.TryRead(Folder.Start) is { } answer && answer.EndsWith('\n'))
                return answer == "started\n" ? null : ParseFailure(answer);
            if (isMinderGone) return (128, "it could not be prepared" + Complaint());
            if (time.GetElapsedTime(began) > options.StartTimeout) return (128, "it was not started in time" + Complaint());
            await Task.Delay(ShortPoll, time, cancellationToken);
        }
    }

    /// <summary>Follows the container to its end, makes sure that nothing of it is left, and says so.</summary>
    /// <param name="minder">The minder when it is a child of this process; null for one of an earlier life.</param>
    /// <param name="cancellationToken">Stops following; the container goes on.</param>
    public async Task FollowAsync(System.Diagnostics.Process? minder, CancellationToken cancellationToken)
    {
        bool wasAlive = minder is not null;
        if (minder is not null)
        {
            await minder.WaitForExitAsync(cancellationToken);
        }
        else
        {
            wasAlive = Main is { IsAlive: true };
            await PollWhileAliveAsync(Folder.Minder, cancellationToken);
        }

        // Its minder may have been killed: the program goes on without it.
        if (!File.Exists(Folder.Exit)) await PollWhileAliveAsync(Folder.Main, cancellationToken);
        while ((await KillAsync(wasAlive, cancellationToken)).Count > 0)
            await Task.Delay(options.AdoptedPollInterval, time, cancellationToken);
        await WaitForWritersAsync(cancellationToken);
        Finish(ReadExit());
    }

    /// <summary>Kills everything of the container; returns what the kernel has not let go of in time.</summary>
    public Task<IReadOnlyList<ProcessIdentity>> KillAsync(bool isMainKnown, CancellationToken cancellationToken)
    {
        if (!IsOfThisBoot) return Task.FromResult<IReadOnlyList<ProcessIdentity>>([]);
        ContainerTraits traits = new(
            isMainKnown ? Main : null,
            $"{LaunchPlanner.Marker}={Record.Marker}",
            Record.IsIsolated ? PrivateFile.TryRead(Folder.MountNamespace)?.TrimEnd() : null,
            Folder.MountMark);
        return Reaper.KillAllAsync(traits, time, options.KillTimeout, cancellationToken);
    }

    private async Task PollWhileAliveAsync(string identityFile, CancellationToken cancellationToken)
    {
        while (IsOfThisBoot && ProcessIdentity.Read(identityFile) is { IsAlive: true })
            await Task.Delay(options.AdoptedPollInterval, time, cancellationToken);
    }

    // The log is complete when its writers have read to the end, which they do once no process holds their pipe.
    private async Task WaitForWritersAsync(CancellationToken cancellationToken)
    {
        if (!IsOfThisBoot) return;
        IReadOnlyList<ProcessIdentity> writers = ProcessIdentity.ReadAll(Folder.Writers);
        long began = time.GetTimestamp();
        while (writers.Any(writer => writer.IsAlive))
        {
            if (time.GetElapsedTime(began) > WriterPatience)
            {
                foreach (ProcessIdentity writer in writers) Signals.Send(writer, LinuxSignal.Kill);
                return;
            }

            await Task.Delay(ShortPoll, time, cancellationToken);
        }
    }

    private ContainerExit ReadExit()
    {
        string[] words = (PrivateFile.TryRead(Folder.Exit) ?? "").Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries);
        string? answer = PrivateFile.TryRead(Folder.Start);
        bool hasStarted = answer == "started\n";
        if (answer is not null && !hasStarted && answer.EndsWith('\n'))
        {
            (int failureCode, string message) = ParseFailure(answer);
            return NewExit(failureCode, ContainerExitReason.StartError, message, FinishedAt(words));
        }

        if (words.Length != 2)
        {
            return NewExit(
                UnknownCode, ContainerExitReason.ContainerStatusUnknown,
                "it ended while nothing kept its exit code: the machine was started anew, or its minder was killed", time.GetUtcNow());
        }

        int code = int.Parse(words[0], CultureInfo.InvariantCulture);
        return hasStarted
            ? NewExit(code, code == 0 ? ContainerExitReason.Completed : ContainerExitReason.Error, TerminationMessage(), FinishedAt(words))
            : NewExit(code == 0 ? 128 : code, ContainerExitReason.StartError, "it could not be prepared" + Complaint(), FinishedAt(words));
    }

    private DateTimeOffset FinishedAt(string[] exitWords) => exitWords.Length == 2
        ? new DateTimeOffset(File.GetLastWriteTimeUtc(Folder.Exit))
        : time.GetUtcNow();

    private static ContainerExit NewExit(int code, string reason, string? message, DateTimeOffset finishedAt) => new()
    {
        Code = code,
        Signal = LinuxSignal.FromExitCode(code),
        Reason = reason,
        Message = message,
        FinishedAt = finishedAt,
    };

    private void Finish(ContainerExit exit)
    {
        PrivateFile.Write(Folder.Ended, JsonSerializer.Serialize(exit, ProcessJson.Default.ContainerExit));
        _exit = exit;
        _ended.TrySetResult(Status);
    }

    private string? TerminationMessage()
    {
        FileInfo file = new(Folder.TerminationMessage);
        if (!file.Exists || file.Length == 0) return null;
        using FileStream stream = file.OpenRead();
        byte[] buffer = new byte[MessageBytes];
        int length = stream.ReadAtLeast(buffer, MessageBytes, throwOnEndOfStream: false);
        return System.Text.Encoding.UTF8.GetString(buffer, 0, length);
    }

    private (int Code, string Message) ParseFailure(string answer)
    {
        string[] parts = answer.TrimEnd('\n').Split(' ', 2);
        return (int.Parse(parts[0], CultureInfo.InvariantCulture), parts[1] + (parts[0] == "128" ? Complaint() : ""));
    }

    // The last thing a tool said: "mount: …: permission denied" tells more than any wording of ours.
    private string Complaint()
    {
        string? line = (PrivateFile.TryRead(Folder.MinderLog) ?? "").Split('\n', StringSplitOptions.RemoveEmptyEntries).LastOrDefault();
        return line is null ? "" : $" ({line.Trim()})";
    }
}
