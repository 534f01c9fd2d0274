using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Holdfast.Platform;

namespace Holdfast.ApiServer.Security;

/// <summary>Says who somebody is, by a client certificate of the cluster's authority or by a bearer token.</summary>
public sealed class Authenticator
{
    private readonly CertificateAuthority _authority;
    private readonly byte[] _adminTokenHash;

    private Authenticator(CertificateAuthority authority, string adminToken)
    {
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
    public static Authenticator Open(CertificateAuthority authority, string folder, IChance chance)
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
        return new Authenticator(authority, token);
    }

    /// <summary>Who a bearer token stands for; null when it is not known.</summary>
    /// <param name="token">The token.</param>
    public UserInfo? ByToken(string token)
    {
        // Hashes are compared, so that the time it takes tells nothing, not even the length.
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(token));
        return CryptographicOperations.FixedTimeEquals(hash, _adminTokenHash) ? UserInfo.Administrator : null;
    }

    /// <summary>Who a client certificate stands for; null when it is not of this cluster.</summary>
    /// <param name="certificate">The certificate.</param>
    public UserInfo? ByCertificate(X509Certificate2 certificate) => _authority.Identify(certificate);
}
