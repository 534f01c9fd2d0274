using System.Net;
using Holdfast.Node.Runtime;

namespace Holdfast.Host;

/// <summary>The images that come with Holdfast: LedgerStore in two versions, which are one program told which it is.</summary>
internal static class BuiltInImages
{
    private const string Program = "ledger-store.dll";

    /// <summary>The built-in images; without LedgerStore when its program is nowhere to be found.</summary>
    /// <param name="folder">Where LedgerStore is; null to look for it.</param>
    /// <param name="dns">The cluster's DNS server: where volumes and resolv.conf cannot be mounted, members find each other by asking it themselves.</param>
    internal static IReadOnlyList<ImageEntry> Find(string? folder, IPEndPoint? dns = null)
    {
        var found = FolderOf(folder);
        return found is null ? [] : [LedgerStore(found, "2.8.1", dns), LedgerStore(found, "2.9.0", dns)];
    }

    /// <summary>Where LedgerStore's program is, or null.</summary>
    internal static string? FolderOf(string? folder) => Candidates(folder).FirstOrDefault(candidate => File.Exists(Path.Combine(candidate, Program)));

    private static IEnumerable<string> Candidates(string? folder)
    {
        if (folder is not null)
        {
            yield return folder;
            yield break;
        }
        var beside = AppContext.BaseDirectory;
        yield return Path.Combine(beside, "images", "ledger-store");
        // In a build's output, each project has a folder beside this one's: …/bin/PROJECT/CONFIGURATION/.
        var configuration = Path.GetFileName(beside.TrimEnd('/'));
        var bin = Path.GetFullPath(Path.Combine(beside, "..", ".."));
        yield return Path.Combine(bin, "LedgerStore", configuration);
        yield return Path.Combine(bin, "LedgerStore", "release");
        yield return Path.Combine(bin, "LedgerStore", "debug");
    }

    private static ImageEntry LedgerStore(string folder, string version, IPEndPoint? dns) => new()
    {
        Reference = $"example/ledger-store:{version}",
        Entrypoint = ["{dotnet}/dotnet", "{files}/" + Program, "--version-as", version],
        FilesFolder = folder,
        NeedsDotnet = true,
        Description = $"LedgerStore {version}, the reference ledger",
        Environment = dns is null ? [] : [new EnvironmentVariable("HOLDFAST_DNS", dns.ToString())],
        IsBuiltIn = true,
    };
}
