using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace LedgerStore.Quorum;

/// <summary>The certificates of mutual TLS between members, read again when their files change: a rotation needs no restart, neither of the certificate nor
/// of its authority.</summary>
/// <remarks>The files are small and compared whole, for each new connection. Their times would not do: where Kubernetes mounts a Secret, each name is a link
/// through another link, and only that one is ever replaced.</remarks>
/// <param name="folder">Holds tls.crt, tls.key and ca.crt.</param>
/// <param name="journal">Where a change is noted.</param>
public sealed class PeerCertificates(string folder, LedgerJournal journal) : IDisposable
{
    private readonly Lock gate = new();
    private (Texts Read, X509Certificate2 Own, X509Certificate2Collection Authorities)? held;
    private Texts? refused;

    /// <summary>The certificates that members speak with; null when there are none, and none were asked for.</summary>
    /// <exception cref="LedgerOptionsException">Some of the files are there and others are not, or none is although the folder was named, or they cannot be read.</exception>
    public static PeerCertificates? Find(string? folder, bool isRequired, LedgerJournal journal)
    {
        var names = new[] { "tls.crt", "tls.key", "ca.crt" };
        var there = folder is null ? 0 : names.Count(name => File.Exists(Path.Combine(folder, name)));
        if (there == 0 && !isRequired)
            return null;
        if (there < names.Length)
        {
            var missing = string.Join(", ", names.Where(name => !File.Exists(Path.Combine(folder!, name))));
            throw new LedgerOptionsException(
                (isRequired ? "--tls (LEDGER_TLS) must name a folder that holds" : $"{folder} must hold") + " tls.crt, tls.key and ca.crt, but " +
                (Directory.Exists(folder) ? $"{folder} lacks {missing}" : $"there is no folder {folder}") +
                (isRequired ? "; without the setting members speak without encryption" : ""));
        }
        var found = new PeerCertificates(folder!, journal);
        _ = found.Own;
        return found;
    }

    /// <summary>This member's certificate.</summary>
    public X509Certificate2 Own => Current().Own;

    /// <summary>True when a certificate was made by one of the authorities. Which member speaks is told by cluster and member id on each call.</summary>
    public bool IsTrusted(X509Certificate? certificate)
    {
        if (certificate is null)
            return false;
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(Current().Authorities);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        using var copy = X509CertificateLoader.LoadCertificate(certificate.GetRawCertData());
        return chain.Build(copy);
    }

    /// <summary>For a connection that this member opens.</summary>
    public SslClientAuthenticationOptions ForClient() => new()
    {
        LocalCertificateSelectionCallback = (_, _, _, _, _) => Own,
        RemoteCertificateValidationCallback = (_, certificate, _, _) => IsTrusted(certificate),
    };

    /// <summary>For connections that come in.</summary>
    public SslServerAuthenticationOptions ForServer() => new()
    {
        ServerCertificateSelectionCallback = (_, _) => Own,
        ClientCertificateRequired = true,
        RemoteCertificateValidationCallback = (_, certificate, _, _) => IsTrusted(certificate),
        ApplicationProtocols = [SslApplicationProtocol.Http2],
    };

    /// <inheritdoc />
    public void Dispose() => held?.Own.Dispose();

    private (X509Certificate2 Own, X509Certificate2Collection Authorities) Current()
    {
        lock (gate)
        {
            Texts? read = null;
            try
            {
                read = new Texts(Text("tls.crt"), Text("tls.key"), Text("ca.crt"));
                if (read != held?.Read)
                    Take(read);
            }
            catch (Exception failure) when (failure is CryptographicException or IOException or UnauthorizedAccessException)
            {
                if (held is null)
                    throw new LedgerOptionsException($"the certificates in {folder} cannot be read: {failure.Message}");
                Refuse(read, failure.Message);
            }
            return (held!.Value.Own, held.Value.Authorities);
        }
    }

    private string Text(string name) => File.ReadAllText(Path.Combine(folder, name));

    private void Take(Texts read)
    {
        using var pem = X509Certificate2.CreateFromPem(read.Certificate, read.Key);
        var authorities = new X509Certificate2Collection();
        authorities.ImportFromPem(read.Authorities);
        if (authorities.Count == 0)
            throw new CryptographicException("ca.crt holds no certificate");
        // A key from PEM is not usable by every platform's TLS until it has been through a store.
        held = (read, X509CertificateLoader.LoadPkcs12(pem.Export(X509ContentType.Pkcs12), null), authorities);
        refused = null;
        journal.Write($"peers: certificate {held.Value.Own.Subject}, valid to {held.Value.Own.NotAfter:u}");
    }

    // A rotation may be seen half done; what is held goes on until what is there fits together.
    private void Refuse(Texts? read, string why)
    {
        if (read is null || read == refused)
            return;
        refused = read;
        journal.Write($"peers: tls.crt, tls.key and ca.crt in {folder} were changed and cannot be used together ({why}); those from before stay in use");
    }

    private sealed record Texts(string Certificate, string Key, string Authorities);
}
