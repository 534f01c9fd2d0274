using Holdfast.ApiServer.Errors;
using Holdfast.Client;
using Holdfast.Model.Core;
using Holdfast.Model.Meta;
using Microsoft.AspNetCore.Http;

namespace Holdfast.ApiServer.Http.Streaming;

/// <summary>Answers <c>pods/exec</c> and <c>pods/attach</c>: a command's streams over a WebSocket or SPDY, and at its end how it ended.</summary>
internal sealed class PodCommands(INodeProxy? nodes, TimeProvider time)
{
    private const int MaximumArguments = 4096;

    public async Task ServeAsync(ApiRequest request, Pod pod, string subresource, CancellationToken stopping)
    {
        var wish = Wanted(request, pod, subresource);
        if (nodes is null)
            throw ApiErrors.ServiceUnavailable($"no node can be reached from this server, so nothing can be run in pod {pod.Metadata.Name}");
        var command = subresource == "exec"
            ? nodes.PrepareExec(pod, wish.Container, Arguments(request.Http.Request.Query))
            : nodes.PrepareAttach(pod, wish.Container);
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(request.Aborted, stopping);
        if (await OpenAsync(request.Http, wish, ends.Token) is { } session)
            await RunAsync(session, command, ends.Token);
    }

    private async Task<CommandSession?> OpenAsync(HttpContext http, CommandWish wish, CancellationToken aborted)
    {
        if (!http.WebSockets.IsWebSocketRequest)
        {
            var (transport, spoken) = await StreamUpgrade.ToSpdyAsync(http, SpdySession.Protocols);
            return await SpdySession.OpenAsync(transport, wish, spoken, time, aborted);
        }
        var protocol = StreamUpgrade.Choose(http.WebSockets.WebSocketRequestedProtocols, ChannelSocket.Protocols);
        var web = await http.WebSockets.AcceptWebSocketAsync(protocol);
        var session = new WebSocketSession(new ChannelSocket(web, protocol, time), wish, aborted);
        try
        {
            await session.GreetAsync();
            return session;
        }
        catch (Exception error) when (error is OperationCanceledException or IOException)
        {
            // The client has left already.
            await session.DisposeAsync();
            return null;
        }
    }

    private static async Task RunAsync(CommandSession session, IPodCommand command, CancellationToken aborted)
    {
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(aborted);
        // A client that leaves takes its command with it.
        var left = EndWhenOverAsync(session.Left, ends);
        try
        {
            await session.SendOutcomeAsync(await OutcomeAsync(session.Streams, command, ends.Token), ends.Token);
        }
        catch (Exception error) when (error is OperationCanceledException or IOException)
        {
            // The client has left, or the server stops: there is nobody to tell.
        }
        await session.DisposeAsync();
        await left;
    }

    private static async Task EndWhenOverAsync(Task left, CancellationTokenSource ends)
    {
        await left;
        await ends.CancelAsync();
    }

    private static async Task<Status> OutcomeAsync(CommandStreams streams, IPodCommand command, CancellationToken cancellationToken)
    {
        try
        {
            return CommandOutcome.Of(await command.RunAsync(streams, cancellationToken));
        }
        catch (ApiException refusal)
        {
            return CommandOutcome.Failed(refusal.Message);
        }
    }

    private static CommandWish Wanted(ApiRequest request, Pod pod, string subresource)
    {
        var query = request.Query;
        var isTerminal = query.Flag("tty") ?? false;
        // With a terminal there is one output for both.
        var hasErrors = !isTerminal && (query.Flag("stderr") ?? false);
        var wish = new CommandWish(
            PodContainers.Choose(query.Text("container"), pod), query.Flag("stdin") ?? false, query.Flag("stdout") ?? false, hasErrors, isTerminal);
        if (pod.Spec.NodeName.Length == 0)
            throw ApiErrors.BadRequest($"pod {pod.Metadata.Name} does not have a host assigned");
        if (pod.Status.Phase is "Succeeded" or "Failed")
        {
            var deed = subresource == "exec" ? "exec into" : "attach";
            throw ApiErrors.BadRequest($"cannot {deed} a container in a completed pod; current phase is {pod.Status.Phase}");
        }
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
}
