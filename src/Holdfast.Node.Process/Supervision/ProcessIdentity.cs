using System.Globalization;

namespace Holdfast.Node.Process.Supervision;

/// <summary>One process of this boot of the machine: a pid alone may come back as somebody else.</summary>
/// <param name="Pid">Process number.</param>
/// <param name="StartTime">Start in clock ticks since boot, as in <c>/proc/PID/stat</c>.</param>
internal readonly record struct ProcessIdentity(int Pid, long StartTime)
{
    /// <summary>Whether it runs; a zombie does not.</summary>
    public bool IsAlive => ProcessTable.Read(Pid) is { IsZombie: false } entry && entry.StartTime == StartTime;

    /// <summary>Reads identities as the minder writes them, one a line; a torn or missing file has none.</summary>
    public static IReadOnlyList<ProcessIdentity> ReadAll(string file)
    {
        List<ProcessIdentity> identities = [];
        foreach (string line in (PrivateFile.TryRead(file) ?? "").Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            string[] words = line.Split(' ');
            if (words.Length == 2
                && int.TryParse(words[0], NumberStyles.None, CultureInfo.InvariantCulture, out int pid)
                && long.TryParse(words[1], NumberStyles.None, CultureInfo.InvariantCulture, out long start))
            {
                identities.Add(new ProcessIdentity(pid, start));
            }
        }

        return identities;
    }

    /// <summary>Reads the one identity of a file, if it is there.</summary>
    public static ProcessIdentity? Read(string file) => ReadAll(file) is [var identity, ..] ? identity : null;
}
