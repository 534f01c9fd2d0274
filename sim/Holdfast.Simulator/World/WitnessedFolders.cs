using Holdfast.Node.Volumes;

namespace Holdfast.Simulator.World;

/// <summary>The folders of a node's volumes, of which nothing is kept here; tells of each that an agent prepares for a pod.</summary>
/// <param name="onPrepared">Told of the folder.</param>
internal sealed class WitnessedFolders(Action<string> onPrepared) : IVolumeFiles
{
    private readonly NoVolumeFiles _nothing = new();

    public bool Exists(string path) => _nothing.Exists(path);

    public bool EnsureFolder(string path, UnixFileMode mode)
    {
        onPrepared(path);
        return _nothing.EnsureFolder(path, mode);
    }

    public void Publish(string folder, IReadOnlyList<VolumeFile> files, long? group) => _nothing.Publish(folder, files, group);

    public void GiveToGroup(string path, long group) => _nothing.GiveToGroup(path, group);

    public void GiveToUser(string path, long user) => _nothing.GiveToUser(path, user);

    public string? Inside(string folder, string relative) => _nothing.Inside(folder, relative);

    public void Delete(string path) => _nothing.Delete(path);

    public IReadOnlyList<string> FoldersIn(string path) => _nothing.FoldersIn(path);
}
