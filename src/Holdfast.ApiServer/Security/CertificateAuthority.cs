using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Holdfast.Platform;

namespace Holdfast.ApiServer.Security;

/// <summary>
/// The cluster's own certificate authority: ECDSA on P-256, kept in the data folder, readable by its owner alone. It
/// signs the server's certificate and those of clients; all are made anew well before they end.
/// </summary>
/// <remarks>When the authority itself is renewed, what it had signed is no longer accepted: kubeconfigs are written at each start.</remarks>
public sealed class CertificateAuthority
{
    private static readonly TimeSpan AuthorityLife = TimeSpan.FromDays(3650);
    private static readonly TimeSpan LeafLife = TimeSpan.FromDays(365);
    private static readonly TimeSpan RenewBefore = TimeSpan.FromDays(60);
    private static readonly TimeSpan ClockSkew = TimeSpan.FromMinutes(5);

    private readonly X509Certificate2 _certificate;
    private readonly string _folder;
    private readonly TimeProvider _time;
    private readonly IChance _chance;

    private CertificateAuthority(X509Certificate2 certificate, string folder, TimeProvider time, IChance chance)
    {
        _certificate = certificate;
        _folder = folder;
        _time = time;
        _chance = chance;
    }

    /// <summary>The authority's certificate as PEM, for clients to trust.</summary>
    public string CertificatePem => _certificate.ExportCertificatePem() + "\n";

    /// <summary>Reads the authority of a folder, or makes one there.</summary>
    /// <param name="folder">The folder; made when it is missing.</param>
    /// <param name="time">The clock.</param>
    /// <param name="chance">Draws serial numbers.</param>
    public static CertificateAuthority Open(string folder, TimeProvider time, IChance chance)
    {
        PrivateFiles.MakeFolder(folder);
        var kept = Load(folder, "ca", time);
        if (kept is null)
        {
            using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            var request = new CertificateRequest("CN=holdfast-ca", key, HashAlgorithmName.SHA256);
            request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, true, 0, true));
            request.CertificateExtensions.Add(new X509KeyUsageExtension(
                X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign | X509KeyUsageFlags.DigitalSignature, true));
            request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
            var now = time.GetUtcNow();
            kept = request.CreateSelfSigned(now - ClockSkew, now + AuthorityLife);
            Save(folder, "ca", kept);
        }
        return new CertificateAuthority(kept, folder, time, chance);
    }

    /// <summary>The server's certificate, with its key; made anew when it is missing, ends soon or is not of this authority.</summary>
    public X509Certificate2 Serving()
    {
        var names = new SubjectAlternativeNameBuilder();
        foreach (var name in new[] { "localhost", "kubernetes", "kubernetes.default", "kubernetes.default.svc", "kubernetes.default.svc.cluster.local" })
            names.AddDnsName(name);
        names.AddIpAddress(IPAddress.Loopback);
        names.AddIpAddress(IPAddress.IPv6Loopback);
        names.AddIpAddress(IPAddress.Parse("127.96.0.1"));
        return Leaf("apiserver", "CN=kube-apiserver", "1.3.6.1.5.5.7.3.1", names.Build());
    }

    /// <summary>A client's certificate, with its key, kept under a name; made anew when it is missing or ends soon.</summary>
    /// <param name="fileName">The name under which it is kept.</param>
    /// <param name="user">Whom it stands for; the groups but <c>system:authenticated</c> become its organisations.</param>
    public ClientCertificate Client(string fileName, UserInfo user)
    {
        ArgumentNullException.ThrowIfNull(user);
        var subject = new X500DistinguishedNameBuilder();
        foreach (var group in user.Groups.Where(group => group != UserInfo.Authenticated))
            subject.AddOrganizationName(group);
        subject.AddCommonName(user.Name);
        using var certificate = Leaf(fileName, subject.Build(), "1.3.6.1.5.5.7.3.2", null);
        using var key = certificate.GetECDsaPrivateKey()!;
        return new ClientCertificate(certificate.ExportCertificatePem() + "\n", key.ExportPkcs8PrivateKeyPem() + "\n");
    }

    /// <summary>Whom a client's certificate stands for; null when this authority did not sign it, or it is not for now or not for clients.</summary>
    /// <param name="certificate">The certificate.</param>
    public UserInfo? Identify(X509Certificate2 certificate)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        if (!IsSigned(certificate, "1.3.6.1.5.5.7.3.2"))
            return null;
        var (name, groups) = ("", new List<string>());
        foreach (var part in certificate.SubjectName.EnumerateRelativeDistinguishedNames())
        {
            if (part.HasMultipleElements)
                return null;
            if (part.GetSingleElementType().Value == "2.5.4.3")
                name = part.GetSingleElementValue() ?? "";
            else if (part.GetSingleElementType().Value == "2.5.4.10" && part.GetSingleElementValue() is { } group)
                groups.Add(group);
        }
        return name.Length == 0 ? null : new UserInfo(name, [.. groups, UserInfo.Authenticated]);
    }

    private X509Certificate2 Leaf(string fileName, string subject, string purpose, X509Extension? names) =>
        Leaf(fileName, new X500DistinguishedName(subject), purpose, names);

    private X509Certificate2 Leaf(string fileName, X500DistinguishedName subject, string purpose, X509Extension? names)
    {
        var kept = Load(_folder, fileName, _time);
        if (kept is not null && kept.SubjectName.RawData.AsSpan().SequenceEqual(subject.RawData) && IsSigned(kept, purpose))
            return kept;
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(subject, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(purpose)], false));
        if (names is not null)
            request.CertificateExtensions.Add(names);
        var now = _time.GetUtcNow();
        var ends = now + LeafLife < _certificate.NotAfter ? now + LeafLife : _certificate.NotAfter;
        Span<byte> serial = stackalloc byte[8];
        BitConverter.TryWriteBytes(serial, _chance.NextUInt64() >> 1);
        using var signed = request.Create(_certificate, now - ClockSkew, ends, serial);
        var made = signed.CopyWithPrivateKey(key);
        Save(_folder, fileName, made);
        return made;
    }

    private bool IsSigned(X509Certificate2 certificate, string purpose)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.Add(_certificate);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.DisableCertificateDownloads = true;
        chain.ChainPolicy.VerificationTime = _time.GetUtcNow().LocalDateTime;
        chain.ChainPolicy.ApplicationPolicy.Add(new Oid(purpose));
        return chain.Build(certificate);
    }

    private static X509Certificate2? Load(string folder, string name, TimeProvider time)
    {
        var (certificatePath, keyPath) = (Path.Combine(folder, name + ".crt"), Path.Combine(folder, name + ".key"));
        if (!File.Exists(certificatePath) || !File.Exists(keyPath))
            return null;
        try
        {
            // By way of PKCS #12: a key that lives in memory alone cannot serve TLS on every platform.
            using var read = X509Certificate2.CreateFromPemFile(certificatePath, keyPath);
            var certificate = X509CertificateLoader.LoadPkcs12(read.Export(X509ContentType.Pkcs12), null, X509KeyStorageFlags.Exportable);
            if (certificate.NotAfter.ToUniversalTime() - time.GetUtcNow().UtcDateTime > RenewBefore)
                return certificate;
            certificate.Dispose();
            return null;
        }
        catch (CryptographicException)
        {
            // What cannot be read is made anew; the files are this program's own.
            return null;
        }
    }

    private static void Save(string folder, string name, X509Certificate2 certificate)
    {
        using var key = certificate.GetECDsaPrivateKey()!;
        PrivateFiles.Write(Path.Combine(folder, name + ".key"), key.ExportPkcs8PrivateKeyPem() + "\n");
        PrivateFiles.Write(Path.Combine(folder, name + ".crt"), certificate.ExportCertificatePem() + "\n");
    }
}

/// <summary>A client's certificate and key, both as PEM.</summary>
/// <param name="CertificatePem">The certificate.</param>
/// <param name="KeyPem">The private key.</param>
public sealed record ClientCertificate(string CertificatePem, string KeyPem);
