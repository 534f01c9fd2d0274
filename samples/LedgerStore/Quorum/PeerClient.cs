using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace LedgerStore.Quorum;

/// <summary>Speaks to other members over HTTP/2, with mutual TLS when there are certificates.</summary>
public sealed class PeerClient : IDisposable
{
    private static readonly TimeSpan ConnectPatience = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan AskPatience = TimeSpan.FromSeconds(3);
    private readonly HttpClient http;
    private readonly PeerDirectory directory;
    private readonly string scheme;

    /// <summary>A client.</summary>
    public PeerClient(PeerDirectory directory, PeerCertificates? certificates)
    {
        this.directory = directory;
        scheme = certificates is null ? "http" : "https";
        var handler = new SocketsHttpHandler
        {
            ConnectTimeout = ConnectPatience,
            KeepAlivePingDelay = TimeSpan.FromSeconds(1),
            KeepAlivePingTimeout = TimeSpan.FromSeconds(2),
            KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests,
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        };
        if (certificates is not null)
            handler.SslOptions = certificates.ForClient();
        http = new HttpClient(handler) { DefaultRequestVersion = HttpVersion.Version20, DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact, Timeout = Timeout.InfiniteTimeSpan };
    }

    /// <summary>Who a member is. Null when it has no address; a refusal to answer is an exception.</summary>
    /// <exception cref="HttpRequestException">It has an address and cannot be reached.</exception>
    public async Task<PeerAnswer?> AskIdentityAsync(string name, CancellationToken cancellation)
    {
        if (await UriAsync(name, "/peer/v1/identity", cancellation) is not { } uri)
            return null;
        return await WithPatienceAsync(uri, (target, token) => http.GetFromJsonAsync(target, QuorumJson.Default.PeerAnswer, token), cancellation);
    }

    /// <summary>Asks to be let in.</summary>
    /// <exception cref="HttpRequestException">It cannot be reached or refuses.</exception>
    public async Task<JoinAnswer?> JoinAsync(string name, JoinRequest request, CancellationToken cancellation)
    {
        if (await UriAsync(name, "/peer/v1/join", cancellation) is not { } uri)
            return null;
        return await WithPatienceAsync(uri, async (target, token) =>
        {
            using var answer = await http.PostAsJsonAsync(target, request, QuorumJson.Default.JoinRequest, token);
            return await answer.Content.ReadFromJsonAsync(QuorumJson.Default.JoinAnswer, token);
        }, cancellation);
    }

    /// <summary>Sends what <paramref name="content"/> writes until that ends or the connection breaks.</summary>
    public async Task<HttpStatusCode?> StreamAsync(string name, HttpContent content, Action<HttpRequestMessage> dress, CancellationToken cancellation)
    {
        if (await UriAsync(name, "/peer/v1/stream", cancellation) is not { } uri)
            return null;
        using var request = new HttpRequestMessage(HttpMethod.Post, uri)
        {
            Content = content,
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        dress(request);
        using var answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
        return answer.StatusCode;
    }

    /// <inheritdoc />
    public void Dispose() => http.Dispose();

    private async Task<Uri?> UriAsync(string name, string path, CancellationToken cancellation) =>
        await directory.FindAsync(name, cancellation) is { } address ? new Uri($"{scheme}://{address}{path}") : null;

    private static async Task<T> WithPatienceAsync<T>(Uri uri, Func<Uri, CancellationToken, Task<T>> ask, CancellationToken cancellation)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(AskPatience);
        try
        {
            return await ask(uri, patience.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new HttpRequestException($"{uri} did not answer within {AskPatience.TotalSeconds} s");
        }
        catch (JsonException failure)
        {
            throw new HttpRequestException($"{uri} did not answer as a member does: {failure.Message}");
        }
    }
}
