using Holdfast.ApiServer.Errors;
using Holdfast.ApiServer.Http.Streaming;
using Holdfast.Model.Core;
using Holdfast.Node;
using Holdfast.Node.Logs;
using Holdfast.Node.Runtime;

namespace Holdfast.Host;

/// <summary>A command that a node's agent runs in a container.</summary>
internal sealed class ExecCommand(NodeAgent agent, Pod pod, string container, IReadOnlyList<string> command) : IPodCommand
{
    /// <inheritdoc/>
    public async Task<int> RunAsync(CommandStreams streams, CancellationToken cancellationToken)
    {
        try
        {
            var result = await agent.ExecAsync(pod.Metadata.Uid, container, id => new ExecRequest
            {
                Id = id,
                Command = command,
                StandardInput = streams.Input,
                StandardOutput = streams.Output,
                StandardError = streams.Errors,
            }, cancellationToken);
            return result.ExitCode;
        }
        catch (RuntimeException error)
        {
            throw ApiErrors.BadRequest(error.Message);
        }
    }
}

/// <summary>What a container runs, joined from now on. A process of this machine has no input that could be joined.</summary>
internal sealed class AttachedCommand(NodeAgent agent, Pod pod, string container) : IPodCommand
{
    /// <inheritdoc/>
    public async Task<int> RunAsync(CommandStreams streams, CancellationToken cancellationToken)
    {
        try
        {
            await using var log = await agent.Logs.OpenAsync(new NodeLogRequest(pod.Metadata.Uid, container) { Follow = true, TailLines = 0 }, cancellationToken);
            await log.CopyToAsync(streams.Output ?? streams.Errors ?? Stream.Null, cancellationToken);
            return 0;
        }
        catch (NodeLogException error)
        {
            throw ApiErrors.BadRequest(error.Message);
        }
    }
}
