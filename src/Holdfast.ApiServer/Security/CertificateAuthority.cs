using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Holdfast.Platform;

namespace Holdfast.ApiServer.Security;

/// <summary>
/// The cluster's own certificate authority: ECDSA on P-256, kept in the data folder, readable by its owner alone. It
/// signs the server's certificate and those of clients; each is made anew when two thirds of its life are over.
/// </summary>
/// <remarks>
/// The authority's own certificate is renewed by the same rule, over the same key and name: whoever trusts the old one goes on
/// trusting what is signed, for the last third of its life, and takes up the new one with the next kubeconfig.
/// </remarks>
public sealed class CertificateAuthority
{
    private const string ForServers = "1.3.6.1.5.5.7.3.1";
    private const string ForClients = "1.3.6.1.5.5.7.3.2";
    private static readonly TimeSpan AuthorityLife = TimeSpan.FromDays(3650);
    private static readonly TimeSpan ClockSkew = TimeSpan.FromMinutes(5);

    private readonly Lock _turn = new();
    private volatile X509Certificate2 _certificate;
    private readonly TimeSpan _life;
    private readonly string _folder;
    private readonly TimeProvider _time;
    private readonly IChance _chance;

    private CertificateAuthority(X509Certificate2 certificate, string folder, TimeProvider time, IChance chance, TimeSpan life)
    {
        _life = life;
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
    /// <param name="life">How long what it signs holds; null for a year.</param>
    public static CertificateAuthority Open(string folder, TimeProvider time, IChance chance, TimeSpan? life = null)
    {
        ArgumentNullException.ThrowIfNull(time);
        PrivateFiles.MakeFolder(folder);
        var kept = CertificateFiles.Load(folder, "ca");
        if (kept is null && File.Exists(Path.Combine(folder, "ca.crt")))
        {
            // A new authority in its place would turn away everybody who trusts this one, without a word.
            throw new IOException(
                $"the cluster's certificate authority in {folder} cannot be read: ca.crt and ca.key must both be there and belong together. Put back the missing or damaged one; "
                + "or remove both, and the cluster gets a new authority, which only new kubeconfigs trust.");
        }
        var authority = new CertificateAuthority(kept ?? Renewed(folder, null, time), folder, time, chance, life ?? TimeSpan.FromDays(365));
        authority.RenewSelf();
        return authority;
    }

    /// <summary>The server's certificate, with its key; made anew when it is missing, near its end, for other addresses or not of this authority.</summary>
    /// <param name="addresses">The addresses it is to hold for, besides the loopback ones and the cluster's own names.</param>
    public X509Certificate2 Serving(params ReadOnlySpan<IPAddress> addresses)
    {
        var names = new SubjectAlternativeNameBuilder();
        foreach (var name in new[] { "localhost", "kubernetes", "kubernetes.default", "kubernetes.default.svc", "kubernetes.default.svc.cluster.local" })
            names.AddDnsName(name);
        foreach (var address in new HashSet<IPAddress>([IPAddress.Loopback, IPAddress.IPv6Loopback, .. addresses]))
            names.AddIpAddress(address);
        return Leaf("apiserver", new X500DistinguishedName("CN=kube-apiserver"), ForServers, names.Build());
    }

    /// <summary>Renews the authority's own certificate when two thirds of its life are over.</summary>
    /// <returns>Whether it was renewed.</returns>
    public bool RenewSelf()
    {
        lock (_turn)
        {
            if (!IsDue(_certificate))
                return false;
            using var key = _certificate.GetECDsaPrivateKey()!;
            _certificate = Renewed(_folder, key, _time);
            return true;
        }
    }

    /// <summary>Whether a certificate is to be made anew: two thirds of its life are over.</summary>
    /// <param name="certificate">The certificate.</param>
    public bool IsDue(X509Certificate2 certificate)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        var (begins, ends) = (certificate.NotBefore.ToUniversalTime(), certificate.NotAfter.ToUniversalTime());
        return _time.GetUtcNow().UtcDateTime - begins >= (ends - begins) * 2 / 3;
    }

    /// <summary>Whether a certificate holds at this moment, whoever signed it.</summary>
    /// <param name="certificate">The certificate.</param>
    public bool IsCurrent(X509Certificate2 certificate)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        var now = _time.GetUtcNow().UtcDateTime;
        return certificate.NotBefore.ToUniversalTime() <= now && now <= certificate.NotAfter.ToUniversalTime();
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
        using var certificate = Leaf(fileName, subject.Build(), ForClients, null);
        using var key = certificate.GetECDsaPrivateKey()!;
        return new ClientCertificate(certificate.ExportCertificatePem() + "\n", key.ExportPkcs8PrivateKeyPem() + "\n");
    }

    /// <summary>Whom a client's certificate stands for; null when this authority did not sign it, or it is not for now or not for clients.</summary>
    /// <param name="certificate">The certificate.</param>
    public UserInfo? Identify(X509Certificate2 certificate)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        if (!IsSigned(certificate, ForClients))
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

    private static X509Certificate2 Renewed(string folder, ECDsa? kept, TimeProvider time)
    {
        using var made = kept is null ? ECDsa.Create(ECCurve.NamedCurves.nistP256) : null;
        var request = new CertificateRequest("CN=holdfast-ca", kept ?? made!, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, true, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(
            X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign | X509KeyUsageFlags.DigitalSignature, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        var now = time.GetUtcNow();
        var certificate = request.CreateSelfSigned(now - ClockSkew, now + AuthorityLife);
        CertificateFiles.Save(folder, "ca", certificate);
        return certificate;
    }

    private X509Certificate2 Leaf(string fileName, X500DistinguishedName subject, string purpose, X509Extension? names)
    {
        // One at a time: two who ask for the same one get the same one.
        lock (_turn)
            return KeptOrMade(fileName, subject, purpose, names);
    }

    private X509Certificate2 KeptOrMade(string fileName, X500DistinguishedName subject, string purpose, X509Extension? names)
    {
        var kept = CertificateFiles.Load(_folder, fileName);
        if (kept is not null && !IsDue(kept) && kept.SubjectName.RawData.AsSpan().SequenceEqual(subject.RawData) && Names(kept).SequenceEqual(names?.RawData)
            && IsSigned(kept, purpose))
            return kept;
        kept?.Dispose();
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(subject, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(purpose)], false));
        if (names is not null)
            request.CertificateExtensions.Add(names);
        var now = _time.GetUtcNow();
        var ends = now + _life < _certificate.NotAfter ? now + _life : _certificate.NotAfter;
        Span<byte> serial = stackalloc byte[8];
        BitConverter.TryWriteBytes(serial, _chance.NextUInt64() >> 1);
        using var signed = request.Create(_certificate, now - ClockSkew, ends, serial);
        var made = signed.CopyWithPrivateKey(key);
        CertificateFiles.Save(_folder, fileName, made);
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

    private static ReadOnlySpan<byte> Names(X509Certificate2 certificate) =>
        certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>().FirstOrDefault()?.RawData;
}

/// <summary>A client's certificate and key, both as PEM.</summary>
/// <param name="CertificatePem">The certificate.</param>
/// <param name="KeyPem">The private key.</param>
public sealed record ClientCertificate(string CertificatePem, string KeyPem);
