using System.Runtime.InteropServices;
using System.Security.Cryptography.X509Certificates;

namespace LedgerStore.Tests.Quorum;

/// <summary>A folder as a kubelet mounts a Secret: each name is a link through `..data`, itself a link to the folder of one version, and a new version takes
/// the place of the old one by one rename of that link. Neither the names nor their own times ever change.</summary>
public sealed partial class MountedCertificates : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private int version;

    public string Path => folder.Path;

    public void Publish(X509Certificate2 leaf, params X509Certificate2[] authorities) => PublishTexts(
        leaf.ExportCertificatePem(), leaf.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem(),
        string.Join('\n', authorities.Select(static authority => authority.ExportCertificatePem())));

    public void PublishTexts(string certificate, string key, string authorities)
    {
        var next = $"..v{++version}";
        Directory.CreateDirectory(In(next));
        foreach (var (name, text) in new[] { ("tls.crt", certificate), ("tls.key", key), ("ca.crt", authorities) })
        {
            File.WriteAllText(System.IO.Path.Combine(In(next), name), text);
            // Written in the same second, with the same times: a version is told from another by what is in it.
            File.SetLastWriteTimeUtc(System.IO.Path.Combine(In(next), name), DateTime.UnixEpoch.AddYears(50));
            if (version == 1)
                File.CreateSymbolicLink(In(name), $"..data/{name}");
        }
        File.CreateSymbolicLink(In("..data_tmp"), next);
        Assert.Equal(0, Rename(In("..data_tmp"), In("..data")));
        if (version > 1)
            Directory.Delete(In($"..v{version - 1}"), recursive: true);
    }

    public void Dispose() => folder.Dispose();

    private string In(string name) => System.IO.Path.Combine(folder.Path, name);

    [LibraryImport("libc", EntryPoint = "rename", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Rename(string from, string to);
}
