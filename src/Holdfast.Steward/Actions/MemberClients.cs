using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace Holdfast.Steward.Actions;

/// <summary>The HTTP clients for members: one for each set of certificates, the least used given up beyond a bound.</summary>
internal sealed class MemberClients : IDisposable
{
    private const int Bound = 64;

    private readonly Lock _gate = new();
    private readonly LinkedList<(MemberCertificates? Certificates, HttpClient Client)> _clients = [];

    /// <summary>The client that shows and trusts these certificates.</summary>
    /// <exception cref="System.Security.Cryptography.CryptographicException">A certificate or key cannot be read.</exception>
    internal HttpClient For(MemberCertificates? certificates)
    {
        lock (_gate)
        {
            for (var node = _clients.First; node is not null; node = node.Next)
            {
                if (node.Value.Certificates != certificates)
                    continue;
                _clients.Remove(node);
                _clients.AddFirst(node);
                return node.Value.Client;
            }
            var made = Make(certificates);
            _clients.AddFirst((certificates, made));
            // Not disposed of: a request may be under way; its connections end when they are idle.
            if (_clients.Count > Bound)
                _clients.RemoveLast();
            return made;
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            foreach (var (_, client) in _clients)
                client.Dispose();
            _clients.Clear();
        }
    }

    private static HttpClient Make(MemberCertificates? certificates) => new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        ConnectTimeout = TimeSpan.FromSeconds(2),
        MaxConnectionsPerServer = 8,
        PooledConnectionIdleTimeout = TimeSpan.FromSeconds(30),
        SslOptions = Tls(certificates),
        UseCookies = false,
        UseProxy = false,
    })
    { Timeout = Timeout.InfiniteTimeSpan };

    private static SslClientAuthenticationOptions Tls(MemberCertificates? certificates)
    {
        var tls = new SslClientAuthenticationOptions();
        if (certificates is { AuthorityPem.Length: > 0 })
        {
            tls.CertificateChainPolicy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
            tls.CertificateChainPolicy.CustomTrustStore.ImportFromPem(certificates.AuthorityPem);
        }
        if (certificates is { CertificatePem.Length: > 0 })
            tls.ClientCertificates = [X509Certificate2.CreateFromPem(certificates.CertificatePem, certificates.KeyPem)];
        return tls;
    }
}
