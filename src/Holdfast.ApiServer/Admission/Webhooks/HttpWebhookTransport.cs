using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Holdfast.ApiServer.Admission.Webhooks;

/// <summary>
/// Calls webhooks over HTTPS. Connections are kept for a while, apart for each place and each bundle of certificates; nothing is
/// followed elsewhere, no proxy is asked, and an answer that is too large is not read to its end.
/// </summary>
internal sealed class HttpWebhookTransport : IWebhookTransport, IDisposable
{
    private const int MaximumClients = 64;
    private const int MaximumAnswerBytes = 4 * 1024 * 1024;
    private static readonly TimeSpan IdleTime = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LifeTime = TimeSpan.FromMinutes(2);

    private readonly ConcurrentDictionary<(string Host, string Bundle, string Target), HttpClient> _clients = new();

    /// <inheritdoc/>
    public async Task<(int Code, byte[] Body)> PostAsync(WebhookCall call, CancellationToken cancellationToken)
    {
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, call.Address) { Content = new ReadOnlyMemoryContent(call.Body) };
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
            request.Headers.Accept.ParseAdd("application/json, */*");
            using var response = await ClientFor(call).SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            return ((int)response.StatusCode, await ReadAsync(response, cancellationToken));
        }
        catch (HttpRequestException failure)
        {
            throw new IOException(Reason(failure, call), failure);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var client in _clients.Values)
            client.Dispose();
    }

    private static async Task<byte[]> ReadAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
        var buffer = new MemoryStream();
        var part = new byte[16 * 1024];
        while (await stream.ReadAsync(part, cancellationToken) is > 0 and var count)
        {
            if (buffer.Length + count > MaximumAnswerBytes)
                throw new IOException($"the answer is larger than {MaximumAnswerBytes} bytes");
            buffer.Write(part, 0, count);
        }
        return buffer.ToArray();
    }

    private HttpClient ClientFor(WebhookCall call)
    {
        var key = (call.Address.Authority, Convert.ToHexString(SHA256.HashData(call.CaBundle.Span)), call.Target?.ToString() ?? "");
        if (_clients.TryGetValue(key, out var known))
            return known;
        // One that is dropped ends by itself: its calls run out, and its connections are idle soon.
        if (_clients.Count >= MaximumClients && _clients.Keys.FirstOrDefault() is { Host: not null } oldest)
            _clients.TryRemove(oldest, out _);
        var policy = PolicyOf(call.CaBundle);
        return _clients.GetOrAdd(key, _ => Connect(policy, call.Target));
    }

    private static HttpClient Connect(X509ChainPolicy policy, IPEndPoint? target)
    {
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false,
            PooledConnectionIdleTimeout = IdleTime,
            PooledConnectionLifetime = LifeTime,
            MaxResponseHeadersLength = 64,
        };
        handler.SslOptions.EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13;
        handler.SslOptions.CertificateChainPolicy = policy;
        handler.SslOptions.RemoteCertificateValidationCallback = (_, presented, chain, errors) =>
            errors == SslPolicyErrors.None ? true : throw new AuthenticationException(Problem(presented as X509Certificate2, chain, errors));
        if (target is not null)
        {
            handler.ConnectCallback = async (_, cancellationToken) =>
            {
                var socket = new Socket(target.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
                try
                {
                    await socket.ConnectAsync(target, cancellationToken);
                    return new NetworkStream(socket, ownsSocket: true);
                }
                catch
                {
                    socket.Dispose();
                    throw;
                }
            };
        }
        return new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
    }

    private static X509ChainPolicy PolicyOf(ReadOnlyMemory<byte> bundle)
    {
        var policy = new X509ChainPolicy { RevocationMode = X509RevocationMode.NoCheck };
        if (bundle.IsEmpty)
            return policy;
        policy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        try
        {
            policy.CustomTrustStore.ImportFromPem(Encoding.UTF8.GetString(bundle.Span));
        }
        catch (CryptographicException)
        {
            policy.CustomTrustStore.Clear();
        }
        return policy.CustomTrustStore.Count > 0
            ? policy
            : throw new IOException("unable to load root certificates: unable to parse bytes as PEM block");
    }

    // In the words of Go's standard library, which users of Kubernetes know.
    private static string Problem(X509Certificate2? presented, X509Chain? chain, SslPolicyErrors errors)
    {
        const string Failed = "tls: failed to verify certificate: x509: ";
        if (errors.HasFlag(SslPolicyErrors.RemoteCertificateNotAvailable) || presented is null)
            return Failed + "no certificate was presented";
        if (chain?.ChainStatus.Any(status => status.Status == X509ChainStatusFlags.NotTimeValid) == true)
            return Failed + $"certificate has expired or is not yet valid: it is valid from {presented.NotBefore:u} to {presented.NotAfter:u}";
        if (errors.HasFlag(SslPolicyErrors.RemoteCertificateChainErrors))
            return Failed + "certificate signed by unknown authority";
        var names = presented.Extensions.OfType<X509SubjectAlternativeNameExtension>()
            .SelectMany(extension => extension.EnumerateDnsNames().Concat(extension.EnumerateIPAddresses().Select(address => address.ToString()))).ToList();
        return Failed + (names.Count == 0 ? "certificate is not valid for any names" : $"certificate is valid for {string.Join(", ", names)}, and not for the name that was asked");
    }

    private static string Reason(HttpRequestException failure, WebhookCall call)
    {
        for (Exception? inner = failure; inner is not null; inner = inner.InnerException)
        {
            switch (inner)
            {
                case AuthenticationException refused:
                    return refused.Message;
                case SocketException { SocketErrorCode: SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain }:
                    return $"dial tcp: lookup {call.Address.Host}: no such host";
                case SocketException socket:
                    var place = call.Target?.ToString() ?? call.Address.Authority;
                    return $"dial tcp {place}: connect: {(socket.SocketErrorCode == SocketError.ConnectionRefused ? "connection refused" : socket.Message)}";
            }
        }
        return failure.InnerException is IOException ? "EOF" : failure.Message;
    }
}
