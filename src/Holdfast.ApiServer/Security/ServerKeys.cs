using System.Net;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Holdfast.Platform;

namespace Holdfast.ApiServer.Security;

/// <summary>
/// What a server proves itself and others with: its authority and the certificate that it serves with. They can be
/// opened before the server is started, beside other work: the first look at certificates reads all that the machine trusts.
/// </summary>
public sealed class ServerKeys
{
    private ServerKeys(CertificateAuthority authority, SslServerAuthenticationOptions handshake) => (Authority, Handshake) = (authority, handshake);

    internal CertificateAuthority Authority { get; }

    /// <summary>How a connection is begun with the certificate of the start.</summary>
    internal SslServerAuthenticationOptions Handshake { get; }

    /// <summary>Reads the keys of a data folder, and makes what is missing.</summary>
    /// <param name="dataFolder">The data folder; they are in <c>pki</c>.</param>
    /// <param name="settings">What the certificates are to hold for.</param>
    /// <param name="time">The clock.</param>
    /// <param name="chance">Draws serial numbers.</param>
    /// <exception cref="IOException">They are there and cannot be read; the message says what to do.</exception>
    public static ServerKeys Open(string dataFolder, ServerKeySettings settings, TimeProvider time, IChance chance)
    {
        ArgumentNullException.ThrowIfNull(settings);
        var authority = CertificateAuthority.Open(FolderOf(dataFolder), time, chance, settings.CertificateLife);
        return new ServerKeys(authority, CertificateRenewal.HandshakeOf(settings.Serving(authority)));
    }

    /// <summary>Where the keys of a data folder are.</summary>
    /// <param name="dataFolder">The data folder.</param>
    internal static string FolderOf(string dataFolder) => Path.Combine(dataFolder, "pki");
}

/// <summary>What a server's certificates are to hold for.</summary>
/// <param name="Address">The address it listens on.</param>
/// <param name="ServiceBlock">The second number of Services' addresses.</param>
public sealed record ServerKeySettings(IPAddress Address, byte ServiceBlock)
{
    /// <summary>How long certificates hold unless somebody says otherwise.</summary>
    public static TimeSpan UsualLife { get; } = TimeSpan.FromDays(365);

    /// <summary>How long they hold.</summary>
    public TimeSpan CertificateLife { get; init; } = UsualLife;

    internal X509Certificate2 Serving(CertificateAuthority authority) =>
        authority.Serving(Address, IPAddress.Parse($"127.{ServiceBlock}.0.1"));
}
