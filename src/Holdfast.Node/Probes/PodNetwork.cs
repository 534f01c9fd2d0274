using System.Net.Sockets;

namespace Holdfast.Node.Probes;

/// <summary>The machine's own network.</summary>
/// <param name="time">The clock for time limits.</param>
public sealed class PodNetwork(TimeProvider time) : IPodNetwork, IDisposable
{
    private readonly HttpClient _http = new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        UseProxy = false,
        // Each probe is to find out whether a new connection can be made.
        PooledConnectionLifetime = TimeSpan.Zero,
#pragma warning disable CA5359 // Probes ask whether a pod answers, not who it is: Kubernetes does not check certificates there either.
        SslOptions = { RemoteCertificateValidationCallback = (_, _, _, _) => true },
#pragma warning restore CA5359
    })
    { Timeout = Timeout.InfiniteTimeSpan };

    /// <inheritdoc/>
    public async Task<int> GetAsync(Uri address, IReadOnlyList<KeyValuePair<string, string>> headers, TimeSpan timeout, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        request.Headers.TryAddWithoutValidation("User-Agent", "kube-probe/1.36");
        foreach (var (name, value) in headers)
            request.Headers.TryAddWithoutValidation(name, value);
        var failed = $"Get \"{address}\"";
        return await WithinAsync(failed, timeout, async limit =>
        {
            using var answer = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, limit);
            return (int)answer.StatusCode;
        }, cancellationToken);
    }

    /// <inheritdoc/>
    public Task ConnectAsync(string host, int port, TimeSpan timeout, CancellationToken cancellationToken) =>
        WithinAsync($"dial tcp {host}:{port}", timeout, async limit =>
        {
            using var client = new TcpClient();
            await client.ConnectAsync(host, port, limit);
            return true;
        }, cancellationToken);

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private async Task<T> WithinAsync<T>(string what, TimeSpan timeout, Func<CancellationToken, Task<T>> ask, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            return await ask(either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new PodNetworkException($"{what}: no answer within {timeout.TotalSeconds:0.#} s");
        }
        catch (HttpRequestException error)
        {
            throw new PodNetworkException($"{what}: {(error.InnerException ?? error).Message}", error);
        }
        catch (SocketException error)
        {
            throw new PodNetworkException($"{what}: {error.Message}", error);
        }
    }
}
