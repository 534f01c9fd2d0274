using System.Net.Sockets;
using Holdfast.Client;
using Holdfast.Model.Core;

namespace Holdfast.ApiServer.Http.Streaming;

/// <summary>Carries bytes between a client's streams and a port of a pod.</summary>
internal sealed class PortCopies(INodeProxy nodes, Pod pod)
{
    /// <summary>Connects and copies both ways until the pod has said all, or the client is gone.</summary>
    /// <param name="port">The pod's port.</param>
    /// <param name="input">What the client sends; its end is passed on.</param>
    /// <param name="output">Takes what the pod sends.</param>
    /// <param name="broken">Ends when the client's streams are gone.</param>
    /// <param name="finish">Called when the pod has said all.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>What went wrong; null when nothing did.</returns>
    public async Task<CopyProblem?> RunAsync(int port, Stream input, Stream output, Task broken, Func<ValueTask> finish, CancellationToken cancellationToken)
    {
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        try
        {
            await using var target = await nodes.ConnectAsync(pod, port, ends.Token);
            var there = ToPodAsync(input, target, ends.Token);
            var back = FromPodAsync(target, output, ends.Token);
            await Task.WhenAny(back, broken);
            if (back.IsCompletedSuccessfully)
                await finish();
            // The pod has said all, or the client is gone: what is still on its way has nobody to read it.
            await ends.CancelAsync();
            await there;
            await back;
            return null;
        }
        catch (ApiException refusal)
        {
            return new($"error forwarding port {port} to pod {pod.Metadata.Name}: {refusal.Message}", IsCut: false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return null;
        }
        catch (IOException) when (!cancellationToken.IsCancellationRequested && !broken.IsCompleted)
        {
            return new($"error forwarding port {port} to pod {pod.Metadata.Name}: the pod has cut the connection", IsCut: true);
        }
    }

    private static async Task FromPodAsync(Stream target, Stream output, CancellationToken cancellationToken)
    {
        var buffer = new byte[16 * 1024];
        while (await target.ReadAsync(buffer, cancellationToken) is > 0 and var count)
            await output.WriteAsync(buffer.AsMemory(0, count), cancellationToken);
    }

    private static async Task ToPodAsync(Stream input, Stream target, CancellationToken cancellationToken)
    {
        try
        {
            await input.CopyToAsync(target, cancellationToken);
            if (target is NetworkStream network)
                network.Socket.Shutdown(SocketShutdown.Send);
        }
        catch (Exception error) when (error is IOException or SocketException or ObjectDisposedException or OperationCanceledException)
        {
            // One side has left; the other direction tells.
        }
    }
}

/// <summary>Why a connection to a pod's port has come to nothing.</summary>
/// <param name="Message">The reason, in words fit for a user.</param>
/// <param name="IsCut">Whether the pod was reached and has cut the connection; else it could not be reached at all.</param>
internal sealed record CopyProblem(string Message, bool IsCut);
