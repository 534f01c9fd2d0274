namespace Holdfast.Node.Volumes;

/// <summary>A volume of a pod cannot be made ready yet.</summary>
/// <param name="volume">Name of the volume in the pod.</param>
/// <param name="problem">What happened and what to do.</param>
/// <param name="innerException">The cause.</param>
public sealed class VolumeException(string volume, string problem, Exception? innerException = null)
    : Exception($"MountVolume.SetUp failed for volume \"{volume}\" : {problem}", innerException)
{
    /// <summary>Name of the volume in the pod.</summary>
    public string Volume { get; } = volume;
}
