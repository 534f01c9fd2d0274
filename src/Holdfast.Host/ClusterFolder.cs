using Holdfast.Store;

namespace Holdfast.Host;

/// <summary>The folder that holds a cluster, held by this process alone; one of its own is removed at the end.</summary>
internal sealed class ClusterFolder : IDisposable
{
    private const UnixFileMode Passable = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
    private const UnixFileMode Readable = Passable | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    /// <summary>The store's file, by which a folder is known to hold a cluster.</summary>
    internal const string StoreFile = "store.db";

    private static readonly string[] Own = ["address-slot", "images", "kubeconfig", "nodes", "pki", "programs", "stop-leaves-pods", "volumes"];

    private readonly DataFolder _hold;
    private readonly bool _isTemporary;
    private HashSet<string> _before = [];
    private bool _isAbandoned;

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
            folder.KeepToOwner();
            if (options.IsFresh)
            {
                await folder.EmptyOrLetGoAsync(cancellationToken);
            }
            folder._before = [.. folder.Entries().Select(entry => entry.Name)];
            Directory.CreateDirectory(folder.Volumes, Passable);
            return folder;
        }
        catch (Exception error) when (StartFailure.Explain(error, options) is { } explained)
        {
            throw explained;
        }
    }

    /// <summary>Takes a folder that holds nothing but a cluster away from other users: something else may have made it, for everybody.</summary>
    private void KeepToOwner()
    {
        const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
        if ((File.GetUnixFileMode(Path) & ~Owner) != 0 && new DirectoryInfo(Path).EnumerateFileSystemInfos().All(entry => entry.Name is "lock" or "holder" || IsOurs(entry)))
        {
            File.SetUnixFileMode(Path, Owner);
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

    /// <summary>Says that the cluster never came to be: of one that was new nothing is left, so that the next start finds the folder as this one did.</summary>
    internal void Abandon() => _isAbandoned = !_before.Contains(StoreFile);

    public void Dispose()
    {
        if (_isAbandoned)
        {
            Remove(Entries().Where(entry => IsOurs(entry) && !_before.Contains(entry.Name)));
        }
        _hold.Dispose();
        if (_isTemporary)
        {
            Directory.Delete(Path, recursive: true);
        }
    }

    private async Task EmptyOrLetGoAsync(CancellationToken cancellationToken)
    {
        try
        {
            await EmptyAsync(cancellationToken);
        }
        catch (Exception)
        {
            _hold.Dispose();
            throw;
        }
    }

    /// <summary>Ends the pods that an earlier cluster left running, then removes what it left, and nothing that is not a cluster's.</summary>
    /// <exception cref="ClusterException">The folder holds things but no cluster.</exception>
    private async Task EmptyAsync(CancellationToken cancellationToken)
    {
        var entries = Entries().ToList();
        if (entries.Count > 0 && !entries.Exists(entry => entry.Name == StoreFile))
        {
            throw new ClusterException($"{Path} holds {entries[0].Name} but no cluster, so nothing in it is removed: name an empty folder, or one that holds a cluster.");
        }
        await LeftoverPods.EndAsync(Path, TimeSpan.Zero, cancellationToken);
        Remove(entries.Where(IsOurs));
    }

    private IEnumerable<FileSystemInfo> Entries() =>
        new DirectoryInfo(Path).EnumerateFileSystemInfos().Where(entry => entry.Name is not ("lock" or "holder"));

    private static void Remove(IEnumerable<FileSystemInfo> entries)
    {
        // The store goes last: while it is there, the folder is known as a cluster's and an interrupted removal can be done again.
        foreach (var entry in entries.OrderBy(entry => entry.Name == StoreFile).ToList())
        {
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

    private static bool IsOurs(FileSystemInfo entry) =>
        entry.Name.StartsWith(StoreFile, StringComparison.Ordinal) || entry.Name.StartsWith("holdfast.log", StringComparison.Ordinal)
        || entry.Name.StartsWith("audit.log", StringComparison.Ordinal) || Own.Contains(entry.Name);

    private static IEnumerable<string> Ancestors(string path)
    {
        for (var folder = new DirectoryInfo(path); folder is not null; folder = folder.Parent)
        {
            yield return folder.FullName;
        }
    }
}
