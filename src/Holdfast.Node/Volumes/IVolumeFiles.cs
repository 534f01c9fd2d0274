namespace Holdfast.Node.Volumes;

/// <summary>A file of a volume.</summary>
/// <param name="Path">Relative path, without <c>..</c>.</param>
/// <param name="Content">Its bytes.</param>
/// <param name="Mode">Its permission bits.</param>
public sealed record VolumeFile(string Path, ReadOnlyMemory<byte> Content, int Mode);

/// <summary>The file operations that volumes need; every failure is an <see cref="IOException"/> or <see cref="UnauthorizedAccessException"/>.</summary>
public interface IVolumeFiles
{
    /// <summary>Whether a folder or file is there.</summary>
    /// <param name="path">Absolute path.</param>
    bool Exists(string path);

    /// <summary>Makes a folder with everything above it; gives whether it is new.</summary>
    /// <param name="path">Absolute path.</param>
    /// <param name="mode">Permission bits of a new one.</param>
    bool EnsureFolder(string path, UnixFileMode mode);

    /// <summary>Replaces a folder's files all at once: a reader sees either the old ones or the new ones. Nothing is written when nothing differs.</summary>
    /// <param name="folder">Absolute path.</param>
    /// <param name="files">All files.</param>
    /// <param name="group">Group that may read them; null leaves it.</param>
    void Publish(string folder, IReadOnlyList<VolumeFile> files, long? group);

    /// <summary>Gives a tree to a group: it may read and write, and new files belong to it too.</summary>
    /// <param name="path">Absolute path.</param>
    /// <param name="group">The group's number.</param>
    void GiveToGroup(string path, long group);

    /// <summary>Gives a folder to a user.</summary>
    /// <param name="path">Absolute path.</param>
    /// <param name="user">The user's number.</param>
    void GiveToUser(string path, long user);

    /// <summary>Where a path inside a folder really is, or null when it leads out of the folder.</summary>
    /// <param name="folder">Absolute path.</param>
    /// <param name="relative">The path inside.</param>
    string? Inside(string folder, string relative);

    /// <summary>Removes a tree, without following links; nothing happens when it is not there.</summary>
    /// <param name="path">Absolute path.</param>
    void Delete(string path);

    /// <summary>Names of the folders in a folder.</summary>
    /// <param name="path">Absolute path.</param>
    IReadOnlyList<string> FoldersIn(string path);
}

/// <summary>Keeps nothing: for runtimes that run nothing.</summary>
public sealed class NoVolumeFiles : IVolumeFiles
{
    /// <inheritdoc/>
    public bool Exists(string path) => true;

    /// <inheritdoc/>
    public bool EnsureFolder(string path, UnixFileMode mode) => false;

    /// <inheritdoc/>
    public void Publish(string folder, IReadOnlyList<VolumeFile> files, long? group)
    {
    }

    /// <inheritdoc/>
    public void GiveToGroup(string path, long group)
    {
    }

    /// <inheritdoc/>
    public void GiveToUser(string path, long user)
    {
    }

    /// <inheritdoc/>
    public string? Inside(string folder, string relative) => Path.Combine(folder, relative);

    /// <inheritdoc/>
    public void Delete(string path)
    {
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> FoldersIn(string path) => [];
}
