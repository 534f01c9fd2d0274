namespace Holdfast.Node.Process.Isolation;

/// <summary>What is at a path of the machine.</summary>
internal enum PathKind
{
    /// <summary>Nothing.</summary>
    Missing,

    /// <summary>A folder.</summary>
    Folder,

    /// <summary>A file of any other kind.</summary>
    File,

    /// <summary>A symbolic link.</summary>
    Link,
}

/// <summary>The machine's files, as far as planning mounts needs them.</summary>
internal interface IHostView
{
    /// <summary>What is at a path; a link is a link, wherever it leads.</summary>
    PathKind KindOf(string path);

    /// <summary>Where a link leads, as it is written.</summary>
    string LinkTarget(string path);

    /// <summary>Permission bits of a folder, in octal.</summary>
    string ModeOf(string path);

    /// <summary>Full paths of a folder's entries.</summary>
    IReadOnlyList<string> Entries(string path);

    /// <summary>Every mount point.</summary>
    IReadOnlyList<string> MountPoints();
}

/// <inheritdoc cref="IHostView"/>
internal sealed class HostView : IHostView
{
    public PathKind KindOf(string path)
    {
        FileInfo info = new(path);
        if (info.LinkTarget is not null) return PathKind.Link;
        if (Directory.Exists(path)) return PathKind.Folder;
        return info.Exists ? PathKind.File : PathKind.Missing;
    }

    public string LinkTarget(string path) => new FileInfo(path).LinkTarget ?? throw new IOException($"{path} is no link any more");

    public string ModeOf(string path) => Convert.ToString((int)File.GetUnixFileMode(path), 8);

    public IReadOnlyList<string> Entries(string path) => Directory.GetFileSystemEntries(path);

    public IReadOnlyList<string> MountPoints() =>
        [.. File.ReadLines("/proc/self/mountinfo").Select(line => Unescape(line.Split(' ')[4])).Distinct()];

    // The kernel writes spaces, tabs, line ends and backslashes as \ooo.
    private static string Unescape(string field)
    {
        for (int at = field.IndexOf('\\', StringComparison.Ordinal); at >= 0; at = field.IndexOf('\\', at + 1))
        {
            char decoded = (char)Convert.ToInt32(field.Substring(at + 1, 3), 8);
            field = field[..at] + decoded + field[(at + 4)..];
        }

        return field;
    }
}
