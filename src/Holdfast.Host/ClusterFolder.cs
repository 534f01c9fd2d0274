using Holdfast.Node.Process;
using Holdfast.Platform;
using Holdfast.Store;

namespace Holdfast.Host;

/// <summary>The folder that holds a cluster, held by this process alone; one of its own is removed at the end.</summary>
internal sealed class ClusterFolder : IDisposable
{
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
            Directory.CreateDirectory(folder.Volumes, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
            return folder;
        }
        catch (Exception error) when (StartFailure.Explain(error, options) is { } explained)
        {
            throw explained;
        }
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
}
