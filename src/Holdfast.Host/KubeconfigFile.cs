using System.Text;

namespace Holdfast.Host;

/// <summary>Writes the file by which kubectl and other clients find and trust the cluster; nobody else may read it.</summary>
internal static class KubeconfigFile
{
    /// <summary>Writes the file aside and renames it, so that a reader never sees half of one.</summary>
    internal static void Write(string path, Uri server, string authorityPem, string certificatePem, string keyPem)
    {
        var text = $"""
            apiVersion: v1
            kind: Config
            current-context: holdfast
            clusters:
            - name: holdfast
              cluster:
                server: {server.GetLeftPart(UriPartial.Authority)}
                certificate-authority-data: {Base64(authorityPem)}
            users:
            - name: holdfast-admin
              user:
                client-certificate-data: {Base64(certificatePem)}
                client-key-data: {Base64(keyPem)}
            contexts:
            - name: holdfast
              context:
                cluster: holdfast
                user: holdfast-admin
                namespace: default

            """;
        var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        Directory.CreateDirectory(folder);
        var aside = path + ".new";
        File.Delete(aside);
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        };
        using (var stream = new FileStream(aside, options))
        {
            stream.Write(Encoding.UTF8.GetBytes(text));
        }
        File.Move(aside, path, overwrite: true);
    }

    private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));
}
