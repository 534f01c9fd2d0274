using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Holdfast.Platform;

namespace Holdfast.ApiServer.Security;

/// <summary>
/// Keeps the certificates of a running server fresh: looks again and again whether two thirds of one's life are over, and makes it
/// anew. New connections get the new one; those that stand go on.
/// </summary>
/// <param name="authority">Makes them.</param>
/// <param name="serve">Makes the server's.</param>
/// <param name="credentials">Makes the administrator's.</param>
/// <param name="options">Says how long they hold, who is told of new ones and of failures, and what time it is.</param>
internal sealed class CertificateRenewal(
    CertificateAuthority authority, Func<X509Certificate2> serve, Func<ClusterCredentials> credentials, ApiServerOptions options)
{
    private static readonly TimeSpan LookAtMost = TimeSpan.FromHours(12);

    private volatile SslServerAuthenticationOptions _handshake = HandshakeOf(serve());

    /// <summary>How a connection is begun now.</summary>
    public SslServerAuthenticationOptions Handshake => _handshake;

    /// <summary>Looks until it is cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        // A tenth of a life between two looks leaves three for what goes wrong.
        var pause = options.CertificateLife / 10 < LookAtMost ? options.CertificateLife / 10 : LookAtMost;
        var told = credentials();
        while (true)
        {
            await options.Time.DelayAsync(pause, cancellationToken);
            try
            {
                told = Look(told);
            }
            catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
            {
                options.OnFault(new IOException($"a certificate could not be renewed, which is tried again in {pause}: {refused.Message}", refused));
            }
        }
    }

    private ClusterCredentials Look(ClusterCredentials told)
    {
        // Handshakes may still use the old one, so it is left to the collector.
        if (authority.RenewSelf() || authority.IsDue(_handshake.ServerCertificateContext!.TargetCertificate))
            _handshake = HandshakeOf(serve());
        var current = credentials();
        if (current != told)
            options.OnRenewed(current);
        return current;
    }

    private static SslServerAuthenticationOptions HandshakeOf(X509Certificate2 certificate) => new()
    {
        // Made once for all connections: it holds the chain, and that is dear.
        ServerCertificateContext = SslStreamCertificateContext.Create(certificate, null, offline: true),
        EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
        ClientCertificateRequired = true,
        // Whose it is, is looked at with each connection's first request; who is not known gets a Status, and who shows none is anonymous.
#pragma warning disable CA5359 // A client's, not a server's: the authenticator builds its chain.
        RemoteCertificateValidationCallback = static (_, _, _, _) => true,
#pragma warning restore CA5359
    };
}
