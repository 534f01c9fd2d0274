using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Holdfast.ApiServer.Registry;
using Holdfast.ApiServer.Security.Tokens;
using Holdfast.Platform;

namespace Holdfast.ApiServer.Security;

/// <summary>Says who somebody is, by a client certificate of the cluster's authority, by the administrator's token or by a service account's.</summary>
public sealed class Authenticator
{
    private readonly CertificateAuthority _authority;
    private readonly byte[] _adminTokenHash;
    private readonly ServiceAccountTokens? _tokens;
    private readonly Func<ClusterView> _view;

    private Authenticator(CertificateAuthority authority, string adminToken, ServiceAccountTokens? tokens, Func<ClusterView> view)
    {
        (_tokens, _view) = (tokens, view);
        _authority = authority;
        AdminToken = adminToken;
        _adminTokenHash = SHA256.HashData(Encoding.UTF8.GetBytes(adminToken));
    }

    /// <summary>The administrator's token, kept in the data folder.</summary>
    public string AdminToken { get; }

    /// <summary>Reads the administrator's token from a folder, or makes one there.</summary>
    /// <param name="authority">The authority of the same folder.</param>
    /// <param name="folder">The folder.</param>
    /// <param name="chance">Draws the token.</param>
    /// <param name="tokens">Knows the tokens of service accounts; null when there are none.</param>
    /// <param name="view">The cluster as it is now: tokens hold as long as what they are bound to is there.</param>
    public static Authenticator Open(
        CertificateAuthority authority, string folder, IChance chance, ServiceAccountTokens? tokens, Func<ClusterView> view)
    {
        ArgumentNullException.ThrowIfNull(chance);
        var path = Path.Combine(folder, "admin.token");
        var token = File.Exists(path) ? File.ReadAllText(path).Trim() : "";
        if (token.Length == 0)
        {
            Span<byte> secret = stackalloc byte[32];
            for (var i = 0; i < secret.Length; i += 8)
                BitConverter.TryWriteBytes(secret[i..], chance.NextUInt64());
            token = Convert.ToHexStringLower(secret);
            PrivateFiles.Write(path, token + "\n");
        }
        return new Authenticator(authority, token, tokens, view);
    }

    /// <summary>Who a bearer token stands for; null when it is not known.</summary>
    /// <param name="token">The token.</param>
    public UserInfo? ByToken(string token) => ByToken(token, [])?.User;

    /// <summary>Who a bearer token stands for before certain audiences; null when it is not known or not for them.</summary>
    /// <param name="token">The token.</param>
    /// <param name="audiences">The audiences; empty for the API server.</param>
    public TokenIdentity? ByToken(string token, ImmutableArray<string> audiences)
    {
        // Hashes are compared, so that the time it takes tells nothing, not even the length.
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(token));
        if (!CryptographicOperations.FixedTimeEquals(hash, _adminTokenHash))
            return _tokens?.Identify(token, audiences, _view());
        var isForServer = audiences.IsDefaultOrEmpty || audiences.Contains(ServiceAccountTokens.Issuer);
        return isForServer ? new TokenIdentity(UserInfo.Administrator, [ServiceAccountTokens.Issuer]) : null;
    }

    /// <summary>Whether a client certificate holds at this moment.</summary>
    /// <param name="certificate">The certificate.</param>
    public bool IsCurrent(X509Certificate2 certificate) => _authority.IsCurrent(certificate);

    /// <summary>Who a client certificate stands for; null when it is not of this cluster.</summary>
    /// <param name="certificate">The certificate.</param>
    public UserInfo? ByCertificate(X509Certificate2 certificate) => _authority.Identify(certificate);
}
