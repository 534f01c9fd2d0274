using System.Globalization;

namespace Holdfast.Node.Process.Supervision;

/// <summary>What <c>/proc/PID/stat</c> says of a process.</summary>
/// <param name="Pid">Process number.</param>
/// <param name="Parent">Parent's process number.</param>
/// <param name="Session">Session number.</param>
/// <param name="StartTime">Start in clock ticks since boot.</param>
/// <param name="IsZombie">Whether it has ended and only waits for its parent to notice.</param>
/// <param name="TerminalDevice">Number of its terminal's device; 0 for none.</param>
internal sealed record ProcessEntry(int Pid, int Parent, int Session, long StartTime, bool IsZombie, int TerminalDevice)
{
    private const int FirstPseudoTerminal = 136;
    private const int PseudoTerminals = 8;

    /// <summary>Path of its pseudo terminal on the host; null when it has none.</summary>
    public string? Terminal
    {
        get
        {
            int major = (TerminalDevice >> 8) & 0xFFF;
            int minor = (TerminalDevice & 0xFF) | ((TerminalDevice >> 12) & 0xFFF00);
            return major is >= FirstPseudoTerminal and < FirstPseudoTerminal + PseudoTerminals
                ? string.Create(CultureInfo.InvariantCulture, $"/dev/pts/{((major - FirstPseudoTerminal) << 8) + minor}")
                : null;
        }
    }
}

/// <summary>Reads the machine's processes from <c>/proc</c>. Any of them may end while it is looked at.</summary>
internal static class ProcessTable
{
    public static ProcessEntry? Read(int pid)
    {
        if (TryReadText(pid, "stat") is not { } stat) return null;
        // The name in parentheses may hold anything, parentheses too; the numbers follow the last one.
        int nameEnd = stat.LastIndexOf(')');
        if (nameEnd < 0) return null;
        string[] fields = stat[(nameEnd + 2)..].Split(' ');
        return fields.Length < 20
            ? null
            : new ProcessEntry(pid, Number(fields[1]), Number(fields[3]), long.Parse(fields[19], CultureInfo.InvariantCulture), fields[0] is "Z" or "X", Number(fields[4]));
    }

    public static IReadOnlyList<ProcessEntry> ReadAll()
    {
        List<ProcessEntry> entries = [];
        foreach (string folder in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out int pid) && Read(pid) is { } entry)
                entries.Add(entry);
        }

        return entries;
    }

    /// <summary>Name of a process's mount namespace, such as <c>mnt:[4026532178]</c>; null when it is gone or foreign.</summary>
    public static string? MountNamespace(int pid)
    {
        try
        {
            return new FileInfo(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/ns/mnt")).LinkTarget;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Whether a process was started with this entry (<c>NAME=value</c>) in its environment.</summary>
    public static bool HasInEnvironment(int pid, string entry) =>
        TryReadText(pid, "environ") is { } environment
        && ('\0' + environment).Contains('\0' + entry + '\0', StringComparison.Ordinal);

    /// <summary>Whether a process's mount table has this text.</summary>
    public static bool HasMount(int pid, string text) =>
        TryReadText(pid, "mountinfo") is { } table && table.Contains(text, StringComparison.Ordinal);

    private static int Number(string field) => int.Parse(field, CultureInfo.InvariantCulture);

    private static string? TryReadText(int pid, string file)
    {
        try
        {
            return File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/{file}"));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
