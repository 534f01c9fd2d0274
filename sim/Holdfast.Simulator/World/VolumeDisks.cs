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
    /// <summary>The folder of the volumes, as controllers and agents know it.</summary>
    public const string Folder = "/cluster/volumes";

    private readonly Dictionary<(string Node, string Path), VolumeContents> _contents = [];
    private readonly Dictionary<string, int> _starts = new(StringComparer.Ordinal);
    private readonly List<(string Path, string ClaimUid)> _removed = [];

    /// <summary>Told of the folder of a volume whose data goes.</summary>
    public Action<string>? OnRemoved { get; set; }

    /// <summary>What was removed, with the uid of the claim that it was made for.</summary>
    public IReadOnlyList<(string Path, string ClaimUid)> Removed => _removed;

    /// <summary>A pod starts on a volume and writes to it.</summary>
    /// <returns>What it found, or null when the volume was empty there; and how often pods have started on it before, anywhere.</returns>
    public (VolumeContents? Found, int Earlier) Mount(string node, string path, string podName)
    {
        var found = _contents.GetValueOrDefault((node, path));
        var earlier = _starts.GetValueOrDefault(path);
        _contents[(node, path)] = new VolumeContents(found?.FirstPod ?? podName, (found?.Starts ?? 0) + 1);
        _starts[path] = earlier + 1;
        return (found, earlier);
    }

    /// <inheritdoc/>
    public Task RemoveAsync(PersistentVolume volume, CancellationToken cancellationToken)
    {
        var path = volume.Spec.Local?.Path ?? "";
        foreach (var key in _contents.Keys.Where(key => key.Path == path).ToList())
            _contents.Remove(key);
        OnRemoved?.Invoke(path);
        _removed.Add((path, volume.Spec.ClaimRef?.Uid ?? ""));
        story.Tell("disk", $"the data of {volume.Metadata.Name} is removed");
        return Task.CompletedTask;
    }
}
