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
                Sizes = streams.Sizes,
            }, cancellationToken);
            return result.ExitCode;
        }
        catch (RuntimeException error)
        {
            throw ApiErrors.BadRequest(error.Message);
        }
    }
}

/// <summary>
/// What a container runs, joined from now on: with a terminal, what that shows; else its output line by line. Its input can be
/// joined when the container was given one.
/// </summary>
internal sealed class AttachedCommand(NodeAgent agent, Pod pod, Container container) : IPodCommand
{
    /// <inheritdoc/>
    public async Task<int> RunAsync(CommandStreams streams, CancellationToken cancellationToken)
    {
        var input = container.Stdin ? streams.Input : null;
        try
        {
            if (container.Tty)
                await JoinAsync(new AttachRequest { Id = default, StandardInput = input, TerminalOutput = streams.Output, Sizes = streams.Sizes }, cancellationToken);
            else
                await LinesAsync(streams, input, cancellationToken);
            return 0;
        }
        catch (RuntimeException error)
        {
            throw ApiErrors.BadRequest(error.Message);
        }
        catch (NodeLogException error)
        {
            throw ApiErrors.BadRequest(error.Message);
        }
    }

    private async Task LinesAsync(CommandStreams streams, Stream? input, CancellationToken cancellationToken)
    {
        // The logs are opened before the input begins, so that no answer to it is missed.
        var copies = new List<Task>();
        await using var output = await OpenAsync("stdout", streams.Output, copies, cancellationToken);
        await using var errors = await OpenAsync("stderr", streams.Errors, copies, cancellationToken);
        if (input is not null)
            copies.Add(JoinAsync(new AttachRequest { Id = default, StandardInput = input }, cancellationToken));
        await Task.WhenAll(copies);
    }

    private async Task<Stream> OpenAsync(string stream, Stream? target, List<Task> copies, CancellationToken cancellationToken)
    {
        if (target is null)
            return Stream.Null;
        var log = await agent.Logs.OpenAsync(
            new NodeLogRequest(pod.Metadata.Uid, container.Name) { Follow = true, FromNow = true, Stream = stream }, cancellationToken);
        copies.Add(log.CopyToAsync(target, cancellationToken));
        return log;
    }

    private Task JoinAsync(AttachRequest request, CancellationToken cancellationToken) => agent.AttachAsync(
        pod.Metadata.Uid, container.Name, id => request with { Id = id, EndsInput = container.StdinOnce }, cancellationToken);
}
