using System.Globalization;
using System.Runtime.InteropServices;

namespace Holdfast.Node.Volumes;

/// <summary>
/// A folder whose files are replaced all at once, as the kubelet does it: the files are in a hidden folder of their own, <c>..data</c>
/// is a link to that folder which is swapped in one step, and each visible name is a link through <c>..data</c>.
/// </summary>
internal static class PublishedFolder
{
    private const string DataLink = "..data";
    private const UnixFileMode FolderMode = (UnixFileMode)0b111_101_101;

    public static void Publish(string folder, IReadOnlyList<VolumeFile> files, Action<string> onStaged)
    {
        Directory.CreateDirectory(folder);
        var data = Path.Combine(folder, DataLink);
        var before = new FileInfo(data).LinkTarget;
        if (before is not null && IsSame(Path.Combine(folder, before), files))
            return;
        var staged = Stage(folder, before, files);
        onStaged(Path.Combine(folder, staged));
        Swap(data, staged);
        Link(folder, files);
        if (before is not null)
            Directory.Delete(Path.Combine(folder, before), recursive: true);
    }

    private static bool IsSame(string folder, IReadOnlyList<VolumeFile> files)
    {
        if (!Directory.Exists(folder) || Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Count() != files.Count)
            return false;
        foreach (var file in files)
        {
            var path = Path.Combine(folder, file.Path);
            if (!File.Exists(path) || !File.ReadAllBytes(path).AsSpan().SequenceEqual(file.Content.Span))
                return false;
        }
        return true;
    }

    private static string Stage(string folder, string? before, IReadOnlyList<VolumeFile> files)
    {
        var number = 1 + (before is not null && int.TryParse(before.AsSpan(before.LastIndexOf('_') + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var last) ? last : 0);
        var name = string.Create(CultureInfo.InvariantCulture, $"..files_{number}");
        var path = Path.Combine(folder, name);
        // An earlier life may have ended between staging and swapping.
        if (Directory.Exists(path))
            Directory.Delete(path, recursive: true);
        Directory.CreateDirectory(path, FolderMode);
        foreach (var file in files)
        {
            var target = Path.Combine(path, file.Path);
            Directory.CreateDirectory(Path.GetDirectoryName(target)!, FolderMode);
            File.WriteAllBytes(target, file.Content.ToArray());
            File.SetUnixFileMode(target, (UnixFileMode)(file.Mode & 0b111_111_111));
        }
        return name;
    }

    private static void Swap(string data, string target)
    {
        var fresh = data + "_new";
        File.Delete(fresh);
        File.CreateSymbolicLink(fresh, target);
        if (LinuxFiles.Rename(fresh, data) != 0)
            throw new IOException($"{data}: it could not be replaced: {Marshal.GetLastPInvokeErrorMessage()}");
    }

    private static void Link(string folder, IReadOnlyList<VolumeFile> files)
    {
        var names = files.Select(file => file.Path.Split('/')[0]).ToHashSet(StringComparer.Ordinal);
        foreach (var name in names)
        {
            var link = Path.Combine(folder, name);
            if (new FileInfo(link).LinkTarget is null)
                File.CreateSymbolicLink(link, Path.Combine(DataLink, name));
        }
        foreach (var entry in Directory.EnumerateFileSystemEntries(folder))
        {
            if (!Path.GetFileName(entry).StartsWith("..", StringComparison.Ordinal) && !names.Contains(Path.GetFileName(entry)))
                File.Delete(entry);
        }
    }
}
