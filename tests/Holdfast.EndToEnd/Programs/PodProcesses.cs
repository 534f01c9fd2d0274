using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Holdfast.EndToEnd.Programs;

/// <summary>The processes of this machine that are pods' containers, found by the environment that pods have.</summary>
internal static class PodProcesses
{
    /// <summary>The processes of the pod with an address, which no two pods of this machine share, that run a program.</summary>
    public static IReadOnlyList<int> At(string podAddress, string program) =>
        [.. All().Where(id => Contains(id, "environ", $"POD_IP={podAddress}\0") && Contains(id, "cmdline", program))];

    /// <summary>The processes that were started from a data folder: those that mind containers, and the cluster itself.</summary>
    public static IReadOnlyList<int> Of(string dataFolder) => [.. All().Where(id => Contains(id, "cmdline", dataFolder + "/"))];

    public static bool IsRunning(int processId) => Directory.Exists($"/proc/{processId.ToString(CultureInfo.InvariantCulture)}") && !IsZombie(processId);

    /// <summary>The user that a process runs as.</summary>
    public static int UserOf(int processId) => int.Parse(
        File.ReadLines($"/proc/{processId.ToString(CultureInfo.InvariantCulture)}/status").First(line => line.StartsWith("Uid:", StringComparison.Ordinal)).Split('\t')[1],
        CultureInfo.InvariantCulture);

    /// <summary>Ends what a failed test has left.</summary>
    public static void End(string dataFolder)
    {
        foreach (var id in Of(dataFolder))
        {
            using var left = Find(id);
            left?.Kill(entireProcessTree: true);
        }
    }

    private static Process? Find(int id)
    {
        try
        {
            return Process.GetProcessById(id);
        }
        catch (ArgumentException)
        {
            // It ended meanwhile.
            return null;
        }
    }

    private static IEnumerable<int> All() => Directory.EnumerateDirectories("/proc")
        .Select(path => int.TryParse(Path.GetFileName(path), CultureInfo.InvariantCulture, out var id) ? id : 0).Where(id => id > 0);

    private static bool Contains(int id, string file, string text) => ReadOrNothing(id, file).Contains(text, StringComparison.Ordinal);

    private static bool IsZombie(int id) => ReadOrNothing(id, "stat").Contains(") Z ", StringComparison.Ordinal);

    private static string ReadOrNothing(int id, string file)
    {
        try
        {
            return Encoding.UTF8.GetString(File.ReadAllBytes($"/proc/{id.ToString(CultureInfo.InvariantCulture)}/{file}"));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // It ended meanwhile, or is somebody else's.
            return "";
        }
    }
}
