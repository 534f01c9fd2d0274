using System.Globalization;

namespace Holdfast.Node.Pods;

/// <summary>The names of log files in a pod's log folder.</summary>
internal static class LogFiles
{
    public static string Relative(string container, int attempt) => string.Create(CultureInfo.InvariantCulture, $"{container}/{attempt}.log");

    /// <summary>The numbers of the attempts that have a log, in order.</summary>
    public static IReadOnlyList<int> Attempts(string logFolder, string container)
    {
        var folder = Path.Combine(logFolder, container);
        if (!Directory.Exists(folder))
            return [];
        return [.. Directory.EnumerateFiles(folder, "*.log").Select(path => Path.GetFileNameWithoutExtension(path))
            .Where(name => int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out _))
            .Select(name => int.Parse(name, CultureInfo.InvariantCulture)).Order()];
    }
}
