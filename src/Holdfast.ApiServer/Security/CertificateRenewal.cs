using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Holdfast.Platform;

namespace Holdfast.ApiServer.Security;

/// <summary>
/// Keeps the certificates of a running server fresh: looks again and again whether two thirds of one's life are over, and makes it
/// anew. New connections get the new one; those that stand go on.
/// </summary>
/// <param name="keys">The certificates of the start, and what makes new ones.</param>
/// <param name="credentials">Makes the administrator's.</param>
/// <param name="options">Says what the server's is to hold for, how long they hold, who is told of new ones and of failures, and what time it is.</param>
internal sealed class CertificateRenewal(
    ServerKeys keys, Func<ClusterCredentials> credentials, ApiServerOptions options)
{
    private static readonly TimeSpan LookAtMost = TimeSpan.FromHours(12);

    private volatile SslServerAuthenticationOptions _handshake = keys.Handshake;

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
        if (keys.Authority.RenewSelf() || keys.Authority.IsDue(_handshake.ServerCertificateContext!.TargetCertificate))
            _handshake = HandshakeOf(options.KeySettings.Serving(keys.Authority));
        var current = credentials();
        if (current != told)
            options.OnRenewed(current);
        return current;
    }

    /// <summary>How connections are begun with a certificate.</summary>
    /// <param name="certificate">The server's.</param>
    public static SslServerAuthenticationOptions HandshakeOf(X509Certificate2 certificate) => new()
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
