using System.Diagnostics;
using Holdfast.Node.Process.Launch;
using Holdfast.Node.Runtime;

namespace Holdfast.Node.Process.Supervision;

/// <summary>Joins a running container: feeds its input, shows what its terminal shows.</summary>
/// <param name="tools">The machine's programs.</param>
/// <param name="time">The clock.</param>
/// <param name="folder">The container's files.</param>
/// <param name="main">Its main process.</param>
/// <param name="ended">Ends with the container.</param>
internal sealed class Attachment(HostTools tools, TimeProvider time, ContainerFolder folder, ProcessIdentity main, Task ended)
{
    private static readonly TimeSpan LookPause = TimeSpan.FromMilliseconds(15);

    public async Task RunAsync(AttachRequest request, CancellationToken cancellationToken)
    {
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        // Looked at before the input begins, so that no answer to it is missed.
        long position = request.TerminalOutput is null ? 0 : new FileInfo(folder.Terminal).Length;
        Task input = request.StandardInput is { } source ? FeedAsync(source, request.EndsInput, stop.Token) : Task.CompletedTask;
        Task sizes = request.Sizes is { } wanted ? TerminalSizes.FollowAsync(wanted, main.Pid, stop.Token) : Task.CompletedTask;
        try
        {
            if (request.TerminalOutput is { } output) await ShowAsync(output, position, cancellationToken);
            else await ended.WaitAsync(cancellationToken);
        }
        finally
        {
            await stop.CancelAsync();
            await Task.WhenAll(input, sizes).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        }
    }

    // A shell's cat writes: opening the pipe waits while nobody reads it, and a process can be ended in that.
    private async Task FeedAsync(Stream source, bool endsInput, CancellationToken cancellationToken)
    {
        ProcessStartInfo start = new(tools.Shell, ["-c", "exec cat >in.fifo"])
        {
            WorkingDirectory = folder.Path,
            RedirectStandardInput = true,
            RedirectStandardError = true,
        };
        using System.Diagnostics.Process feeder = System.Diagnostics.Process.Start(start)!;
        try
        {
            await using (Stream target = feeder.StandardInput.BaseStream) await source.CopyToAsync(target, cancellationToken);
            await feeder.WaitForExitAsync(cancellationToken);
        }
        finally
        {
            if (!feeder.HasExited) feeder.Kill();
            if (endsInput) await EndInputAsync();
        }
    }

    private async Task EndInputAsync()
    {
        // Opened both ways it waits for nobody; to be read to its end it has to be let go of.
        if (!ended.IsCompleted && File.Exists(folder.CloseInput))
            await using (new FileStream(folder.CloseInput, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite)) await Task.Yield();
    }

    private async Task ShowAsync(Stream output, long position, CancellationToken cancellationToken)
    {
        byte[] buffer = new byte[16 * 1024];
        await using FileStream record = new(folder.Terminal, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 1);
        record.Position = position;
        while (true)
        {
            bool isOver = ended.IsCompleted;
            // It is emptied when it has grown large.
            if (record.Length < record.Position) record.Position = 0;
            while (await record.ReadAsync(buffer, cancellationToken) is > 0 and int count)
                await output.WriteAsync(buffer.AsMemory(0, count), cancellationToken);
            if (isOver) return;
            await Task.WhenAny(ended, Task.Delay(LookPause, time, cancellationToken));
            cancellationToken.ThrowIfCancellationRequested();
        }
    }
}
