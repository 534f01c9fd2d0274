using System.Net.Http.Headers;
using System.Text;
using Holdfast.Client;
using Holdfast.Client.Streaming;

namespace Holdfast.Steward.Actions;

/// <summary>How members are reached.</summary>
public enum MemberRoute
{
    /// <summary>At the address of the pod: from within the cluster, or on its machine.</summary>
    Direct,

    /// <summary>Through the API server's proxy of the pod: from anywhere that reaches the API. Certificates for members are not used on this way.</summary>
    ApiProxy,
}

/// <summary>
/// Reaches members over HTTP and runs commands in their pods. No answer takes longer or is larger than its request allows; nothing is
/// ever asked twice.
/// </summary>
/// <param name="route">How members are reached.</param>
/// <param name="api">The API server, for its proxy; not disposed of.</param>
/// <param name="commands">Runs commands.</param>
/// <param name="time">The clock of time limits.</param>
public sealed class MemberDoor(MemberRoute route, HttpClient api, IPodCommands commands, TimeProvider time) : IMemberDoor, IDisposable
{
    private readonly MemberClients _clients = new();

    /// <inheritdoc/>
    public async Task<ActionOutcome> SendAsync(MemberPlace place, ActionRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(place);
        return request switch
        {
            HttpActionRequest http => await SendAsync(place, http, cancellationToken),
            ExecActionRequest exec => await RunAsync(place, exec, cancellationToken),
            _ => throw new ArgumentException($"{request?.GetType().Name} is no request that is known here", nameof(request)),
        };
    }

    /// <inheritdoc/>
    public void Dispose() => _clients.Dispose();

    private async Task<ActionOutcome> SendAsync(MemberPlace place, HttpActionRequest request, CancellationToken cancellationToken)
    {
        if (PortOf(place, request) is not { } port)
            return ActionOutcome.Failed(ActionFailureKind.NotAskable, $"pod {place.Pod} has no port named \"{request.Port}\"");
        if (route == MemberRoute.Direct && place.Address.Length == 0)
            return ActionOutcome.Failed(ActionFailureKind.NotAskable, $"pod {place.Pod} has no address yet");
        var what = $"{request.Method} {request.Scheme}://{place.Pod}:{port}{request.PathAndQuery}";
        using var limit = new CancellationTokenSource(request.Timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            var client = route == MemberRoute.Direct ? _clients.For(place.Certificates) : api;
            using var message = Message(place, request, port);
            using var answer = await client.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, either.Token);
            return await BoundedText.ReadAsync(answer.Content, request.MaximumBytes, either.Token) is { } text
                ? ActionOutcome.Of(new ActionResponse((int)answer.StatusCode, text))
                : ActionOutcome.Failed(ActionFailureKind.Unreadable, $"{what}: the answer is larger than {request.MaximumBytes} bytes");
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            return ActionOutcome.Failed(ActionFailureKind.Timeout, $"{what}: no answer within {request.Timeout.TotalSeconds:0.###} s");
        }
        catch (Exception error) when (error is HttpRequestException or IOException)
        {
            return ActionOutcome.Failed(ActionFailureKind.Unreachable, $"{what}: {Innermost(error).Message}");
        }
        catch (Exception error) when (error is FormatException or System.Security.Cryptography.CryptographicException)
        {
            return ActionOutcome.Failed(ActionFailureKind.NotAskable, $"{what}: {error.Message}");
        }
    }

    private HttpRequestMessage Message(MemberPlace place, HttpActionRequest request, int port)
    {
        var host = place.Address.Contains(':', StringComparison.Ordinal) ? $"[{place.Address}]" : place.Address;
        var address = route == MemberRoute.Direct
            ? $"{request.Scheme}://{host}:{port}{request.PathAndQuery}"
            : $"{api.BaseAddress!.GetLeftPart(UriPartial.Authority)}/api/v1/namespaces/{place.Namespace}/pods/{request.Scheme}:{place.Pod}:{port}/proxy{request.PathAndQuery}";
        // Escaped by the template already; what a user escaped must arrive as it is.
        var message = new HttpRequestMessage(new HttpMethod(request.Method), new Uri(address, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true }))
        {
            Content = request.Body is { } body ? new ByteArrayContent(Encoding.UTF8.GetBytes(body)) { Headers = { ContentType = MediaTypeHeaderValue.Parse(request.ContentType) } } : null,
        };
        // The name that the certificate is checked against is that of the Host header.
        if (route == MemberRoute.Direct && request.Scheme == "https" && place.ServerName.Length > 0)
            message.Headers.Host = $"{place.ServerName}:{port}";
        foreach (var (name, value) in request.Headers)
            message.Headers.TryAddWithoutValidation(name, value);
        return message;
    }

    private async Task<ActionOutcome> RunAsync(MemberPlace place, ExecActionRequest request, CancellationToken cancellationToken)
    {
        try
        {
            var result = await commands.RunAsync(new PodCommand(place.Namespace, place.Pod, request.Command)
            {
                Container = request.Container,
                Input = Encoding.UTF8.GetBytes(request.Input),
                Timeout = request.Timeout,
                MaximumOutputBytes = request.MaximumBytes,
            }, cancellationToken);
            // As a shell does with what it takes from a command: the end of its last line is no part of a value.
            return ActionOutcome.Of(new ActionResponse(result.ExitCode, result.OutputText.TrimEnd('\r', '\n')) { Errors = result.ErrorText });
        }
        catch (ApiException error)
        {
            return ActionOutcome.Failed(error.Reason switch
            {
                "Timeout" => ActionFailureKind.Timeout,
                "TooLarge" or "UnreadableAnswer" => ActionFailureKind.Unreadable,
                _ when error.Code is >= 400 and < 500 => ActionFailureKind.NotAskable,
                _ => ActionFailureKind.Unreachable,
            }, error.Message);
        }
    }

    private static int? PortOf(MemberPlace place, HttpActionRequest request) =>
        request.Port.Length == 0 ? request.Scheme == "https" ? 443 : 80
        : int.TryParse(request.Port, out var number) && number is > 0 and <= 65535 ? number
        : place.Ports.TryGetValue(request.Port, out var named) ? named
        : null;

    private static Exception Innermost(Exception error) => error.InnerException is { } inner ? Innermost(inner) : error;
}
