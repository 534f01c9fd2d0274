using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Holdfast.ApiServer.Security;

/// <summary>Certificates with their keys as two files each, <c>NAME.crt</c> and <c>NAME.key</c>, readable by their owner alone.</summary>
internal static class CertificateFiles
{
    /// <summary>Reads a certificate; null when it is not there or cannot be read.</summary>
    public static X509Certificate2? Load(string folder, string name)
    {
        var (certificatePath, keyPath) = (Path.Combine(folder, name + ".crt"), Path.Combine(folder, name + ".key"));
        if (!File.Exists(certificatePath) || !File.Exists(keyPath))
            return null;
        try
        {
            var read = X509Certificate2.CreateFromPemFile(certificatePath, keyPath);
            if (!OperatingSystem.IsWindows())
                return read;
            // By way of PKCS #12: a key that lives in memory alone cannot serve TLS there.
            using var inMemory = read;
            return X509CertificateLoader.LoadPkcs12(read.Export(X509ContentType.Pkcs12), null, X509KeyStorageFlags.Exportable);
        }
        catch (CryptographicException)
        {
            // What cannot be read is made anew; the files are this program's own.
            return null;
        }
    }

    /// <summary>Writes a certificate and its key.</summary>
    public static void Save(string folder, string name, X509Certificate2 certificate)
    {
        using var key = certificate.GetECDsaPrivateKey()!;
        PrivateFiles.Write(Path.Combine(folder, name + ".key"), key.ExportPkcs8PrivateKeyPem() + "\n");
        PrivateFiles.Write(Path.Combine(folder, name + ".crt"), certificate.ExportCertificatePem() + "\n");
    }
}
