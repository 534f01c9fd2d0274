using System.Diagnostics;
using Holdfast.Node.Process.Launch;
using Holdfast.Node.Runtime;

namespace Holdfast.Node.Process.Supervision;

/// <summary>Runs one command inside a running container and carries its streams.</summary>
/// <param name="tools">The machine's programs.</param>
/// <param name="time">The clock.</param>
/// <param name="killTimeout">How long its killed processes may take to go.</param>
internal sealed class ExecProcess(HostTools tools, TimeProvider time, TimeSpan killTimeout)
{
    private const int KilledCode = 137;

    // What a command left running in the background may hold its output open for.
    private static readonly TimeSpan OutputPatience = TimeSpan.FromSeconds(1);

    public async Task<ExecResult> RunAsync(ExecPlan plan, ExecRequest request, CancellationToken cancellationToken)
    {
        using CancellationTokenSource limit = request.Timeout is { } timeout ? new(timeout, time) : new();
        using CancellationTokenSource both = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        using System.Diagnostics.Process process = Start(plan);
        ProcessIdentity? leader = ProcessTable.Read(process.Id) is { } entry ? new ProcessIdentity(entry.Pid, entry.StartTime) : null;
        using CancellationTokenSource streams = new();
        Task output = CopyAsync(process.StandardOutput.BaseStream, request.StandardOutput, streams.Token);
        Task error = CopyAsync(process.StandardError.BaseStream, request.StandardError, streams.Token);
        Task input = FeedAsync(request.StandardInput, process.StandardInput.BaseStream, streams.Token);
        bool hasTimedOut = false;
        try
        {
            await process.WaitForExitAsync(both.Token);
            await Task.WhenAny(Task.WhenAll(output, error), Task.Delay(OutputPatience, time, both.Token));
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
            await Task.WhenAll(output, error, input).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        }

        return hasTimedOut ? new ExecResult(KilledCode, HasTimedOut: true) : new ExecResult(process.ExitCode, HasTimedOut: false);
    }

    private System.Diagnostics.Process Start(ExecPlan plan)
    {
        ProcessStartInfo start = new(tools.Session)
        {
            ArgumentList = { tools.Shell, "-c", ContainerScripts.Exec(plan) },
            WorkingDirectory = "/",
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment.Clear();
        start.Environment["PATH"] = HostTools.SearchPath;
        start.Environment[ContainerScripts.ExecMarker] = plan.ExecId;
        return System.Diagnostics.Process.Start(start)!;
    }

    private static async Task CopyAsync(Stream source, Stream? target, CancellationToken cancellationToken) =>
        await source.CopyToAsync(target ?? Stream.Null, cancellationToken);

    private static async Task FeedAsync(Stream? source, Stream target, CancellationToken cancellationToken)
    {
        await using (target)
        {
            if (source is not null) await source.CopyToAsync(target, cancellationToken);
        }
    }
}
