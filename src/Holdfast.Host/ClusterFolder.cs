using Holdfast.Store;

namespace Holdfast.Host;

/// <summary>The folder that holds a cluster, held by this process alone; one of its own is removed at the end.</summary>
internal sealed class ClusterFolder : IDisposable
{
    private const UnixFileMode Passable = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
    private const UnixFileMode Readable = Passable | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    private readonly DataFolder _hold;
    private readonly bool _isTemporary;

    private ClusterFolder(DataFolder hold, bool isTemporary) => (_hold, _isTemporary) = (hold, isTemporary);

    internal string Path => _hold.Path;

    internal string Volumes => System.IO.Path.Combine(Path, "volumes");

    internal static async Task<ClusterFolder> OpenAsync(EmbeddedClusterOptions options, CancellationToken cancellationToken)
    {
        var isTemporary = options.DataFolder is null;
        var path = options.DataFolder ?? Directory.CreateTempSubdirectory("holdfast-").FullName;
        try
        {
            var hold = DataFolder.Acquire(path, options.CommandLine);
            var folder = new ClusterFolder(hold, isTemporary);
            if (options.IsFresh)
            {
                await folder.EmptyAsync(cancellationToken);
            }
            Directory.CreateDirectory(folder.Volumes, Passable);
            return folder;
        }
        catch (Exception error) when (StartFailure.Explain(error, options) is { } explained)
        {
            throw explained;
        }
    }

    /// <summary>Lets other users walk through the folder to what is theirs; they still cannot list it.</summary>
    internal void LetOthersThrough() => File.SetUnixFileMode(Path, Passable);

    /// <summary>A program's folder that other users can reach: itself, or a copy in this folder when a folder above it is closed to them.</summary>
    internal string? Reachable(string? folder)
    {
        if (folder is null || Ancestors(folder).All(ancestor => File.GetUnixFileMode(ancestor).HasFlag(UnixFileMode.OtherExecute)))
        {
            return folder;
        }
        var copy = Directory.CreateDirectory(System.IO.Path.Combine(Path, "programs", System.IO.Path.GetFileName(folder.TrimEnd('/'))), Readable);
        File.SetUnixFileMode(copy.Parent!.FullName, Readable);
        foreach (var file in Directory.EnumerateFiles(folder))
        {
            File.Copy(file, System.IO.Path.Combine(copy.FullName, System.IO.Path.GetFileName(file)), overwrite: true);
        }
        return copy.FullName;
    }

    public void Dispose()
    {
        _hold.Dispose();
        if (_isTemporary)
        {
            Directory.Delete(Path, recursive: true);
        }
    }

    /// <summary>Ends the pods that an earlier cluster left running, then removes all that it left.</summary>
    private async Task EmptyAsync(CancellationToken cancellationToken)
    {
        await LeftoverPods.EndAsync(Path, cancellationToken);
        foreach (var entry in new DirectoryInfo(Path).EnumerateFileSystemInfos())
        {
            if (entry.Name is "lock" or "holder")
            {
                continue;
            }
            if (entry is DirectoryInfo folder)
            {
                folder.Delete(recursive: true);
            }
            else
            {
                entry.Delete();
            }
        }
    }

    private static IEnumerable<string> Ancestors(string path)
    {
        for (var folder = new DirectoryInfo(path); folder is not null; folder = folder.Parent)
        {
            yield return folder.FullName;
        }
    }
}
