using System.Diagnostics;
using Holdfast.Node.Process.Launch;
using Holdfast.Node.Runtime;
using Holdfast.Platform;

namespace Holdfast.Node.Process.Supervision;

/// <summary>Runs one command inside a running container and carries its streams.</summary>
/// <param name="tools">The machine's programs.</param>
/// <param name="time">The clock.</param>
/// <param name="killTimeout">How long its killed processes may take to go.</param>
internal sealed class ExecProcess(HostTools tools, TimeProvider time, TimeSpan killTimeout)
{
    private const int KilledCode = 137;

    // What a command left running in the background may hold its output open for, without saying anything.
    private static readonly TimeSpan OutputPatience = TimeSpan.FromSeconds(1);

    // A client tells its terminal's size right after it has connected; a command that asks at once is to find it.
    private static readonly TimeSpan SizePatience = TimeSpan.FromMilliseconds(300);

    public async Task<ExecResult> RunAsync(ExecPlan plan, ExecRequest request, CancellationToken cancellationToken)
    {
        using CancellationTokenSource limit = request.Timeout is { } timeout ? new(timeout, time) : new();
        using CancellationTokenSource both = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        TerminalSize? size = await FirstSizeAsync(request, both.Token);
        using System.Diagnostics.Process process = Start(plan, size);
        ProcessIdentity? leader = ProcessTable.Read(process.Id) is { } entry ? new ProcessIdentity(entry.Pid, entry.StartTime) : null;
        using CancellationTokenSource streams = new();
        Task exited = process.WaitForExitAsync(streams.Token);
        Task output = CopyAsync(process.StandardOutput.BaseStream, request.StandardOutput, exited, streams.Token);
        Task error = CopyAsync(process.StandardError.BaseStream, request.StandardError, exited, streams.Token);
        Task input = FeedAsync(request.StandardInput, process.StandardInput.BaseStream, streams.Token);
        Task sizes = request.Sizes is { } wanted ? TerminalSizes.FollowAsync(wanted, process.Id, streams.Token) : Task.CompletedTask;
        bool hasTimedOut = false;
        try
        {
            await process.WaitForExitAsync(both.Token);
            await Task.WhenAll(output, error).WaitAsync(both.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
            both.Token.ThrowIfCancellationRequested();
        }
        catch (OperationCanceledException)
        {
            await Reaper.KillAllAsync(
                new ContainerTraits(leader, $"{ContainerScripts.ExecMarker}={plan.ExecId}", null, ""), time, killTimeout, CancellationToken.None);
            await process.WaitForExitAsync(CancellationToken.None);
            cancellationToken.ThrowIfCancellationRequested();
            hasTimedOut = true;
        }
        finally
        {
            await streams.CancelAsync();
            await Task.WhenAll(exited, output, error, input, sizes).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        }

        return hasTimedOut ? new ExecResult(KilledCode, HasTimedOut: true) : new ExecResult(process.ExitCode, HasTimedOut: false);
    }

    private async Task<TerminalSize?> FirstSizeAsync(ExecRequest request, CancellationToken cancellationToken)
    {
        if (request.Sizes is not { } sizes) return null;
        using CancellationTokenSource patience = new(SizePatience, time);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        try
        {
            return await sizes.ReadAsync(either.Token);
        }
        catch (Exception error) when (error is OperationCanceledException or System.Threading.Channels.ChannelClosedException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            return null;
        }
    }

    private System.Diagnostics.Process Start(ExecPlan plan, TerminalSize? size)
    {
        string command = ContainerScripts.Exec(plan);
        ProcessStartInfo start = plan.HasTerminal
            ? new(
                TerminalLauncher.Find($"process {plan.MainPid}"),
                TerminalLauncher.Arguments((size is { } known ? TerminalLauncher.SetSize(known) : "") + command, "/dev/null"))
            : new(tools.Session, [tools.Shell, "-c", command]);
        start.WorkingDirectory = "/";
        (start.RedirectStandardInput, start.RedirectStandardOutput, start.RedirectStandardError) = (true, true, true);
        start.Environment.Clear();
        start.Environment["PATH"] = HostTools.SearchPath;
        start.Environment["SHELL"] = tools.Shell;
        start.Environment[ContainerScripts.ExecMarker] = plan.ExecId;
        return System.Diagnostics.Process.Start(start)!;
    }

    // Whoever takes the output may be slow: nothing that was written is dropped for that. Only silence after the command's end is waited for shortly.
    private async Task CopyAsync(Stream source, Stream? target, Task exited, CancellationToken cancellationToken)
    {
        byte[] buffer = new byte[32 * 1024];
        using CancellationTokenSource silence = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        while (true)
        {
            Task<int> read = source.ReadAsync(buffer, silence.Token).AsTask();
            if (!read.IsCompleted) await Task.WhenAny(read, exited);
            if (!read.IsCompleted) await Task.WhenAny(read, Task.Delay(OutputPatience, time, silence.Token));
            if (!read.IsCompleted) await silence.CancelAsync();
            int count = await read;
            if (count == 0) return;
            if (target is not null) await target.WriteAsync(buffer.AsMemory(0, count), cancellationToken);
        }
    }

    private static async Task FeedAsync(Stream? source, Stream target, CancellationToken cancellationToken)
    {
        await using (target)
        {
            if (source is not null) await source.CopyToAsync(target, cancellationToken);
        }
    }
}
