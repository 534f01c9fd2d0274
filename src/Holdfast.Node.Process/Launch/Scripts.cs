using System.Security.Cryptography;
using System.Text;

namespace Holdfast.Node.Process.Launch;

/// <summary>
/// The runtime's own scripts, laid out on disk. Each is named by its content: a shell reads its script as it goes, so
/// one that a minder of an earlier life still runs is never overwritten.
/// </summary>
/// <param name="Minder">Path of the minder.</param>
/// <param name="Stamper">Path of the log stamper.</param>
/// <param name="Rotation">Path of the log rotation.</param>
internal sealed record Scripts(string Minder, string Stamper, string Rotation)
{
    public static Scripts LayOut(string folder)
    {
        PrivateFile.CreateFolder(folder);
        return new Scripts(LayOut(folder, "minder.sh"), LayOut(folder, "stamp.awk"), LayOut(folder, "rotate.sh"));
    }

    private static string LayOut(string folder, string name)
    {
        using Stream resource = typeof(Scripts).Assembly.GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"the script {name} is not part of this build");
        using StreamReader reader = new(resource, Encoding.UTF8);
        string text = reader.ReadToEnd();
        string hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..12];
        string path = Path.Combine(folder, $"{hash}-{name}");
        if (!File.Exists(path)) PrivateFile.Write(path, text);
        return path;
    }
}
