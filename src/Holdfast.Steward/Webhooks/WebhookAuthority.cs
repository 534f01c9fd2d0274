using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Holdfast.Steward.Webhooks;

/// <summary>
/// The Steward's own authority: it signs the certificate of the webhook server and nothing else, and the API server trusts it for nothing
/// but that.
/// </summary>
public sealed class WebhookAuthority : IDisposable
{
    private static readonly TimeSpan ClockSkew = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan Life = TimeSpan.FromDays(3650);
    private static readonly TimeSpan ServingLife = TimeSpan.FromDays(90);

    private readonly X509Certificate2 _certificate;

    private WebhookAuthority(X509Certificate2 certificate) => _certificate = certificate;

    /// <summary>The authority's certificate, for the configuration of webhooks.</summary>
    public string CertificatePem => _certificate.ExportCertificatePem() + "\n";

    /// <summary>The authority's key.</summary>
    public string KeyPem
    {
        get
        {
            using var key = _certificate.GetECDsaPrivateKey()!;
            return key.ExportPkcs8PrivateKeyPem() + "\n";
        }
    }

    /// <summary>Makes a new authority.</summary>
    /// <param name="time">The clock.</param>
    public static WebhookAuthority Make(TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(time);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=holdfast-steward-webhooks", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, true, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        var now = time.GetUtcNow();
        return new WebhookAuthority(request.CreateSelfSigned(now - ClockSkew, now + Life));
    }

    /// <summary>Takes an authority that was kept; null when it cannot be read or two thirds of its life are over.</summary>
    /// <param name="certificatePem">Its certificate.</param>
    /// <param name="keyPem">Its key.</param>
    /// <param name="time">The clock.</param>
    public static WebhookAuthority? Load(string certificatePem, string keyPem, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(time);
        try
        {
            var certificate = X509Certificate2.CreateFromPem(certificatePem, keyPem);
            return IsDue(certificate, time) ? null : new WebhookAuthority(certificate);
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    /// <summary>Whether a certificate is to be made anew: two thirds of its life are over.</summary>
    /// <param name="certificate">The certificate.</param>
    /// <param name="time">The clock.</param>
    public static bool IsDue(X509Certificate2 certificate, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        ArgumentNullException.ThrowIfNull(time);
        var (begins, ends) = (certificate.NotBefore.ToUniversalTime(), certificate.NotAfter.ToUniversalTime());
        return time.GetUtcNow().UtcDateTime - begins >= (ends - begins) * 2 / 3;
    }

    /// <summary>Signs a certificate for the webhook server.</summary>
    /// <param name="hosts">The names and addresses that it is reached by.</param>
    /// <param name="time">The clock.</param>
    public X509Certificate2 Sign(IEnumerable<string> hosts, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(hosts);
        ArgumentNullException.ThrowIfNull(time);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=holdfast-steward", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        foreach (var host in hosts)
        {
            if (IPAddress.TryParse(host, out var address))
                names.AddIpAddress(address);
            else
                names.AddDnsName(host);
        }
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1")], false));
        request.CertificateExtensions.Add(names.Build());
        var now = time.GetUtcNow();
        using var signed = request.Create(_certificate, now - ClockSkew, now + ServingLife, RandomNumberGenerator.GetBytes(16));
        return signed.CopyWithPrivateKey(key);
    }

    /// <inheritdoc/>
    public void Dispose() => _certificate.Dispose();
}
