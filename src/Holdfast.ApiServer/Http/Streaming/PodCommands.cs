using Holdfast.ApiServer.Errors;
using Holdfast.Client;
using Holdfast.Model.Core;
using Microsoft.AspNetCore.Http;

namespace Holdfast.ApiServer.Http.Streaming;

/// <summary>Answers <c>pods/exec</c> and <c>pods/attach</c>: a command's streams over a WebSocket, and at its end how it ended.</summary>
internal sealed class PodCommands(INodeProxy? nodes, TimeProvider time)
{
    private const int MaximumArguments = 4096;

    public async Task ServeAsync(ApiRequest request, Pod pod, string subresource, CancellationToken stopping)
    {
        var wanted = Wanted(request, pod);
        if (nodes is null)
            throw ApiErrors.ServiceUnavailable($"no node can be reached from this server, so nothing can be run in pod {pod.Metadata.Name}");
        var command = subresource == "exec"
            ? nodes.PrepareExec(pod, wanted.Container, Arguments(request.Http.Request.Query))
            : nodes.PrepareAttach(pod, wanted.Container);
        var requested = request.Http.WebSockets.WebSocketRequestedProtocols;
        if (!request.Http.WebSockets.IsWebSocketRequest)
            throw ApiErrors.BadRequest("Upgrade request required: this server streams over WebSockets, which kubectl speaks from 1.30 on");
        var protocol = ChannelSocket.Protocols.FirstOrDefault(requested.Contains)
            ?? throw ApiErrors.BadRequest($"none of the protocols {string.Join(", ", requested)} is spoken here: use {string.Join(" or ", ChannelSocket.Protocols)}");
        using var web = await request.Http.WebSockets.AcceptWebSocketAsync(protocol);
        using var socket = new ChannelSocket(web, time);
        await RunAsync(socket, command, wanted, request.Aborted, stopping);
    }

    private static async Task RunAsync(ChannelSocket socket, IPodCommand command, Wish wanted, CancellationToken aborted, CancellationToken stopping)
    {
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(aborted, stopping);
        var received = socket.ReceiveAsync(ends.Token);
        // A client that leaves takes its command with it.
        var left = EndWhenOverAsync(received, ends);
        try
        {
            // Kubernetes' way to say that the connection stands, before there is any output.
            await socket.SendAsync(wanted.HasOutput ? ChannelSocket.Output : wanted.HasErrors ? ChannelSocket.Errors : ChannelSocket.Outcome, default, ends.Token);
            var outcome = await OutcomeAsync(socket, command, wanted, ends.Token);
            await socket.SendAsync(ChannelSocket.Outcome, outcome, ends.Token);
        }
        catch (Exception error) when (error is OperationCanceledException or IOException)
        {
            // The client has left, or the server stops: there is nobody to tell.
        }
        await socket.CloseAsync(received);
        await ends.CancelAsync();
        await left;
    }

    private static async Task EndWhenOverAsync(Task received, CancellationTokenSource ends)
    {
        await received;
        await ends.CancelAsync();
    }

    private static async Task<byte[]> OutcomeAsync(ChannelSocket socket, IPodCommand command, Wish wanted, CancellationToken cancellationToken)
    {
        try
        {
            var code = await command.RunAsync(new CommandStreams(
                wanted.HasInput ? socket.InputStream : null,
                wanted.HasOutput ? socket.OutputStream(ChannelSocket.Output) : null,
                wanted.HasErrors ? socket.OutputStream(wanted.IsTerminal ? ChannelSocket.Output : ChannelSocket.Errors) : null), cancellationToken);
            return ObjectJson.Of(CommandOutcome.Of(code));
        }
        catch (ApiException refusal)
        {
            return ObjectJson.Of(CommandOutcome.Failed(refusal.Message));
        }
    }

    private static Wish Wanted(ApiRequest request, Pod pod)
    {
        var query = request.Query;
        var isTerminal = query.Flag("tty") ?? false;
        var hasOutput = query.Flag("stdout") ?? false;
        // With a terminal there is one output for both.
        var hasErrors = (query.Flag("stderr") ?? false) || (isTerminal && hasOutput);
        var wish = new Wish(PodContainers.Choose(query.Text("container"), pod), query.Flag("stdin") ?? false, hasOutput, hasErrors, isTerminal);
        if (pod.Spec.NodeName.Length == 0)
            throw ApiErrors.BadRequest($"pod {pod.Metadata.Name} does not have a host assigned");
        if (pod.Status.Phase is "Succeeded" or "Failed")
            throw ApiErrors.Failure(500, "InternalError", $"cannot exec into a container in a completed pod; current phase is {pod.Status.Phase}", null);
        return wish.HasInput || wish.HasOutput || wish.HasErrors
            ? wish
            : throw ApiErrors.BadRequest("you must specify at least 1 of stdin, stdout, stderr");
    }

    private static List<string> Arguments(IQueryCollection query)
    {
        var words = query["command"].OfType<string>().ToList();
        return words.Count switch
        {
            0 => throw ApiErrors.BadRequest("you must specify at least 1 command for the container"),
            > MaximumArguments => throw ApiErrors.BadRequest($"a command has at most {MaximumArguments} words"),
            _ => words,
        };
    }

    private sealed record Wish(string Container, bool HasInput, bool HasOutput, bool HasErrors, bool IsTerminal);
}
