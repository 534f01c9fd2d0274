using System.IO.Pipelines;
using Holdfast.Node.Pods;
using Holdfast.Node.Volumes;
using Holdfast.Platform;

namespace Holdfast.Node.Logs;

/// <summary>Reads logs from the pods' folders; asks the workers only whether a container still runs.</summary>
internal sealed class NodeLogs(NodePaths paths, Func<string, PodWorker?> find, ITaskRunner runner, TimeProvider time, CancellationToken stop) : INodeLogs
{
    public Task<Stream> OpenAsync(NodeLogRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        var folder = paths.Logs(request.PodUid);
        var attempts = LogFiles.Attempts(folder, request.Container);
        var newest = find(request.PodUid)?.State[request.Container].Current?.Id.Attempt ?? (attempts.Count > 0 ? attempts[^1] : -1);
        var wanted = request.Previous ? newest - 1 : newest;
        if (wanted < 0 || (!attempts.Contains(wanted) && request.Previous))
        {
            throw new NodeLogException(request.Previous
                ? $"previous terminated container \"{request.Container}\" in pod {request.PodUid} not found"
                : $"container \"{request.Container}\" in pod {request.PodUid} has not been started yet, so it has no log");
        }
        var reader = new LogReader(Path.Combine(folder, LogFiles.Relative(request.Container, wanted)), request, () => IsRunning(request, wanted), time);
        var pipe = new Pipe(new PipeOptions(useSynchronizationContext: true));
        _ = runner.Start($"log of {request.PodUid}/{request.Container}", _ => CopyAsync(reader, pipe.Writer, cancellationToken), CancellationToken.None);
        return Task.FromResult(pipe.Reader.AsStream());
    }

    private bool IsRunning(NodeLogRequest request, int attempt) =>
        !stop.IsCancellationRequested && find(request.PodUid)?.State[request.Container] is { IsRunning: true, Current: { } current } && current.Id.Attempt == attempt;

    private static async Task CopyAsync(LogReader reader, PipeWriter output, CancellationToken cancellationToken)
    {
        Exception? failure = null;
        try
        {
            await reader.CopyAsync(output, cancellationToken);
        }
        catch (Exception error) when (error is IOException or OperationCanceledException)
        {
            // The reader of the pipe gets it.
            failure = error;
        }
        await output.CompleteAsync(failure);
    }
}
