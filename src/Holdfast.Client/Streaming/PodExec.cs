using System.Net;
using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Holdfast.Client.Http;
using Holdfast.Model.Json;
using Holdfast.Model.Meta;

namespace Holdfast.Client.Streaming;

/// <summary>
/// Runs commands in pods through the API server's <c>pods/exec</c> over a WebSocket, as Kubernetes' protocols <c>v5.channel.k8s.io</c>
/// and, for servers before 1.30, <c>v4.channel.k8s.io</c> have it; <c>v4</c> cannot end a command's input.
/// </summary>
/// <param name="client">Set up for the server: its base address, TLS and credentials, as <see cref="KubeConfig.CreateClient"/> makes it.</param>
/// <param name="time">The clock of time limits.</param>
public sealed class PodExec(HttpClient client, TimeProvider time) : IPodCommands
{
    private const string CanEndInput = "v5.channel.k8s.io";
    private const string Protocols = $"{CanEndInput}, v4.channel.k8s.io";
    private const int MaximumRefusalBytes = 64 * 1024;

    /// <inheritdoc/>
    public async Task<PodCommandResult> RunAsync(PodCommand command, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(command);
        using var limit = new CancellationTokenSource(command.Timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            using var socket = await ConnectAsync(command, either.Token);
            return await new CommandChannels(socket, command, socket.SubProtocol == CanEndInput).RunAsync(either.Token);
        }
        catch (OperationCanceledException error) when (limit.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw NoAnswer(command, "Timeout", $"it did not end within {command.Timeout.TotalSeconds:0.#} s; it may still run", error);
        }
        catch (Exception error) when (error is HttpRequestException or IOException or WebSocketException)
        {
            throw NoAnswer(command, "NoAnswer", $"the connection broke: {error.Message}", error);
        }
        catch (Exception error) when (error is ModelDecodeException or JsonException)
        {
            throw NoAnswer(command, "UnreadableAnswer", $"how it ended cannot be read: {error.Message}", error);
        }
    }

    private async Task<WebSocket> ConnectAsync(PodCommand command, CancellationToken cancellationToken)
    {
        using var request = Upgrade(command);
        var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        if (response.StatusCode != HttpStatusCode.SwitchingProtocols)
        {
            using (response)
                throw new ApiException(await RefusalAsync(response, cancellationToken));
        }
        // The socket owns the stream, and with it the connection.
        var protocol = response.Headers.TryGetValues("Sec-WebSocket-Protocol", out var chosen) ? chosen.First() : null;
        return WebSocket.CreateFromStream(await response.Content.ReadAsStreamAsync(cancellationToken), new WebSocketCreationOptions { SubProtocol = protocol });
    }

    private static HttpRequestMessage Upgrade(PodCommand command)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, PathOf(command)) { Version = HttpVersion.Version11, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
        request.Headers.Connection.Add("Upgrade");
        request.Headers.Upgrade.Add(new("websocket"));
        request.Headers.Add("Sec-WebSocket-Version", "13");
        request.Headers.Add("Sec-WebSocket-Key", Convert.ToBase64String(RandomNumberGenerator.GetBytes(16)));
        request.Headers.Add("Sec-WebSocket-Protocol", Protocols);
        return request;
    }

    private static string PathOf(PodCommand command)
    {
        var path = new StringBuilder($"api/v1/namespaces/{Uri.EscapeDataString(command.Namespace)}/pods/{Uri.EscapeDataString(command.Pod)}/exec?stdout=true&stderr=true");
        if (!command.Input.IsEmpty)
            path.Append("&stdin=true");
        if (command.Container.Length > 0)
            path.Append("&container=").Append(Uri.EscapeDataString(command.Container));
        foreach (var argument in command.Arguments)
            path.Append("&command=").Append(Uri.EscapeDataString(argument));
        return path.ToString();
    }

    private static async Task<Status> RefusalAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        await using var body = await response.Content.ReadAsStreamAsync(cancellationToken);
        var buffer = new byte[MaximumRefusalBytes];
        var length = await body.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken);
        return ApiBody.ToStatus((int)response.StatusCode, response.ReasonPhrase ?? response.StatusCode.ToString(), buffer.AsSpan(0, length), 0);
    }

    private ApiException NoAnswer(PodCommand command, string reason, string message, Exception error) => new(
        Status.Empty with
        {
            StatusValue = "Failure",
            Reason = reason,
            Message = $"{command.Arguments.FirstOrDefault()} in pod {command.Namespace}/{command.Pod} by {client.BaseAddress}: {message}",
        }, error);
}
