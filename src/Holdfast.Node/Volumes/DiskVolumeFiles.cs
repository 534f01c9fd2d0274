using System.Runtime.InteropServices;

namespace Holdfast.Node.Volumes;

/// <summary>The machine's own disk. Owners change only where this process may change them; elsewhere pods run as its own user.</summary>
public sealed class DiskVolumeFiles : IVolumeFiles
{
    private const UnixFileMode GroupFolder = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute | UnixFileMode.SetGroup;
    private const UnixFileMode GroupFile = UnixFileMode.GroupRead | UnixFileMode.GroupWrite;
    private const uint Unchanged = uint.MaxValue;

    /// <inheritdoc/>
    public bool Exists(string path) => Path.Exists(path);

    /// <inheritdoc/>
    public bool EnsureFolder(string path, UnixFileMode mode)
    {
        if (Directory.Exists(path))
            return false;
        Directory.CreateDirectory(path);
        File.SetUnixFileMode(path, mode);
        return true;
    }

    /// <inheritdoc/>
    public void Publish(string folder, IReadOnlyList<VolumeFile> files, long? group) => PublishedFolder.Publish(folder, files, staged =>
    {
        if (group is { } number)
            ChangeTree(staged, path => ChangeOwner(path, Unchanged, (uint)number));
    });

    /// <inheritdoc/>
    public void GiveToGroup(string path, long group) => ChangeTree(path, entry =>
    {
        ChangeOwner(entry, Unchanged, (uint)group);
        if (File.GetAttributes(entry).HasFlag(FileAttributes.ReparsePoint))
            return;
        var mode = File.GetUnixFileMode(entry);
        var wanted = mode | (Directory.Exists(entry) ? GroupFolder : GroupFile);
        if (mode != wanted)
            File.SetUnixFileMode(entry, wanted);
    });

    /// <inheritdoc/>
    public void GiveToUser(string path, long user) => ChangeOwner(path, (uint)user, Unchanged);

    /// <inheritdoc/>
    public string? Inside(string folder, string relative)
    {
        var root = Real(folder);
        var at = root;
        foreach (var part in relative.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            if (part == "..")
                return null;
            at = Real(Path.Combine(at, part));
            if (at != root && !at.StartsWith(root + "/", StringComparison.Ordinal))
                return null;
        }
        return at;
    }

    /// <inheritdoc/>
    public void Delete(string path)
    {
        if (Directory.Exists(path))
            Directory.Delete(path, recursive: true);
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> FoldersIn(string path) =>
        Directory.Exists(path) ? [.. Directory.EnumerateDirectories(path).Select(each => Path.GetFileName(each)).Order(StringComparer.Ordinal)] : [];

    // One link is followed at each step, so a link inside the volume cannot hide one that leads out of it.
    private static string Real(string path)
    {
        var entry = new FileInfo(path);
        return entry.LinkTarget is null ? Path.GetFullPath(path) : entry.ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? Path.GetFullPath(path);
    }

    private static void ChangeTree(string path, Action<string> change)
    {
        change(path);
        if (!Directory.Exists(path))
            return;
        var all = new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0, ReturnSpecialDirectories = false };
        foreach (var entry in Directory.EnumerateFileSystemEntries(path, "*", all))
            change(entry);
    }

    private static void ChangeOwner(string path, uint user, uint group)
    {
        if (!Environment.IsPrivilegedProcess)
            return;
        if (LinuxFiles.LinkOwner(path, user, group) != 0)
            throw new IOException($"{path}: its owner could not be changed to {(user == Unchanged ? $"group {group}" : $"user {user}")}: {Marshal.GetLastPInvokeErrorMessage()}");
    }
}
