using Holdfast.Controllers.Volumes;
using Holdfast.Model.Core;
using Holdfast.Simulator.Story;

namespace Holdfast.Simulator.World;

/// <summary>What a volume holds on one node.</summary>
/// <param name="FirstPod">The name of the pod that wrote to it first.</param>
/// <param name="Starts">How often a pod has started on it.</param>
public sealed record VolumeContents(string FirstPod, int Starts);

/// <summary>The disks of all nodes; the ground truth of what is stored where.</summary>
/// <param name="story">Told when data goes.</param>
public sealed class VolumeDisks(StoryTeller story) : IVolumeBackend
{
    private readonly Dictionary<(string Node, string Path), VolumeContents> _contents = [];
    private readonly Dictionary<string, int> _starts = new(StringComparer.Ordinal);

    /// <summary>What was removed, by path.</summary>
    public ICollection<string> Removed { get; } = [];

    /// <summary>A pod starts on a volume and writes to it.</summary>
    /// <returns>What it found, or null when the volume was empty there.</returns>
    public VolumeContents? Mount(string node, string path, string podName)
    {
        var found = _contents.GetValueOrDefault((node, path));
        _contents[(node, path)] = new VolumeContents(found?.FirstPod ?? podName, (found?.Starts ?? 0) + 1);
        _starts[podName] = _starts.GetValueOrDefault(podName) + 1;
        return found;
    }

    /// <summary>How often a pod of a name has started on any volume.</summary>
    /// <param name="podName">The name.</param>
    public int StartsOf(string podName) => _starts.GetValueOrDefault(podName);

    /// <inheritdoc/>
    public Task RemoveAsync(PersistentVolume volume, CancellationToken cancellationToken)
    {
        var path = volume.Spec.Local?.Path ?? "";
        foreach (var key in _contents.Keys.Where(key => key.Path == path).ToList())
            _contents.Remove(key);
        Removed.Add(path);
        story.Tell("disk", $"the data of {volume.Metadata.Name} is removed");
        return Task.CompletedTask;
    }
}
