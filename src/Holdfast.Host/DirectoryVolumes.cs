using Holdfast.Controllers.Volumes;
using Holdfast.Model.Core;

namespace Holdfast.Host;

/// <summary>Removes the folders of directory volumes, and nothing outside the folder that they are made in.</summary>
/// <param name="folder">The folder of all volumes.</param>
internal sealed class DirectoryVolumes(string folder) : IVolumeBackend
{
    /// <inheritdoc/>
    public Task RemoveAsync(PersistentVolume volume, CancellationToken cancellationToken)
    {
        var path = Path.GetFullPath(volume.Spec.Local?.Path ?? "");
        if (Path.GetDirectoryName(path) != Path.GetFullPath(folder))
        {
            throw new IOException($"volume {volume.Metadata.Name} is at {path}, which is not a folder in {folder}; it is left alone: remove it by hand if nobody needs it");
        }
        if (!Directory.Exists(path))
        {
            return Task.CompletedTask;
        }
        try
        {
            // Renamed first: a removal that is interrupted never leaves half a volume under its name.
            var doomed = path.EndsWith(".removed", StringComparison.Ordinal) ? path : path + ".removed";
            if (doomed != path)
            {
                Directory.Move(path, doomed);
            }
            Directory.Delete(doomed, recursive: true);
            return Task.CompletedTask;
        }
        catch (UnauthorizedAccessException error)
        {
            throw new IOException($"the folder {path} of volume {volume.Metadata.Name} could not be removed: {error.Message}", error);
        }
    }
}
