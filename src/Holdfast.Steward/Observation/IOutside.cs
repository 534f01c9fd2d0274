using Holdfast.Steward.Actions;

namespace Holdfast.Steward.Observation;

/// <summary>What the Steward asks besides the API server's objects and members. The simulator has one of its own.</summary>
public interface IOutside
{
    /// <summary>Gets an address; what goes wrong is an outcome, not an exception.</summary>
    /// <param name="address">The address.</param>
    /// <param name="timeout">How long it may take.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    Task<ActionOutcome> GetAsync(string address, TimeSpan timeout, CancellationToken cancellationToken);

    /// <summary>The last lines that a pod's container wrote; what goes wrong is an outcome, not an exception.</summary>
    /// <param name="namespaceName">The pod's namespace.</param>
    /// <param name="pod">The pod.</param>
    /// <param name="isPrevious">Whether those of the container before the present one.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    Task<ActionOutcome> LastLinesAsync(string namespaceName, string pod, bool isPrevious, CancellationToken cancellationToken);
}

/// <summary>The real one.</summary>
/// <param name="api">The API server; not disposed of.</param>
/// <param name="time">The clock of time limits.</param>
public sealed class Outside(HttpClient api, TimeProvider time) : IOutside, IDisposable
{
    private const int MaximumBytes = 256 * 1024;

    private static readonly TimeSpan LogTimeout = TimeSpan.FromSeconds(3);

    private readonly MemberClients _clients = new();

    /// <inheritdoc/>
    public async Task<ActionOutcome> GetAsync(string address, TimeSpan timeout, CancellationToken cancellationToken) =>
        Uri.TryCreate(address, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https"
            ? await AskAsync(_clients.For(null), uri, timeout, cancellationToken)
            : ActionOutcome.Failed(ActionFailureKind.NotAskable, $"\"{address}\" is no address such as http://prometheus.monitoring:9090");

    /// <inheritdoc/>
    public Task<ActionOutcome> LastLinesAsync(string namespaceName, string pod, bool isPrevious, CancellationToken cancellationToken) => AskAsync(
        api, new Uri(api.BaseAddress!, $"api/v1/namespaces/{namespaceName}/pods/{pod}/log?tailLines=10&limitBytes=8192{(isPrevious ? "&previous=true" : "")}"), LogTimeout, cancellationToken);

    /// <inheritdoc/>
    public void Dispose() => _clients.Dispose();

    private async Task<ActionOutcome> AskAsync(HttpClient client, Uri uri, TimeSpan timeout, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            using var answer = await client.GetAsync(uri, HttpCompletionOption.ResponseHeadersRead, either.Token);
            return await BoundedText.ReadAsync(answer.Content, MaximumBytes, either.Token) is { } text
                ? ActionOutcome.Of(new ActionResponse((int)answer.StatusCode, text))
                : ActionOutcome.Failed(ActionFailureKind.Unreadable, $"{uri}: the answer is larger than {MaximumBytes} bytes");
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            return ActionOutcome.Failed(ActionFailureKind.Timeout, $"{uri}: no answer within {timeout.TotalSeconds:0.###} s");
        }
        catch (Exception error) when (error is HttpRequestException or IOException)
        {
            return ActionOutcome.Failed(ActionFailureKind.Unreachable, $"{uri}: {error.Message}");
        }
    }
}
