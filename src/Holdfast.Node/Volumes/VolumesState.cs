using System.Collections.Immutable;
using Holdfast.Node.Planning;

namespace Holdfast.Node.Volumes;

/// <summary>Where a pod's volumes are on the host.</summary>
/// <param name="HostPath">Absolute path of the folder or file.</param>
/// <param name="IsReadOnly">Whether writes are refused whatever the mount says.</param>
public sealed record MountedVolume(string HostPath, bool IsReadOnly);

/// <summary>How far a pod's volumes are.</summary>
public sealed record VolumesState
{
    /// <summary>Nothing was done.</summary>
    public static VolumesState NotMounted { get; } = new() { IsReleased = true };

    /// <summary>An earlier life of the agent may have made some.</summary>
    public static VolumesState Unknown { get; } = new();

    /// <summary>Whether all are ready.</summary>
    public bool IsMounted { get; init; }

    /// <summary>Whether nothing of them is left.</summary>
    public bool IsReleased { get; init; }

    /// <summary>The volumes that are ready, by name.</summary>
    public ImmutableSortedDictionary<string, MountedVolume> Mounted { get; init; } =
        ImmutableSortedDictionary.Create<string, MountedVolume>(StringComparer.Ordinal);

    /// <summary>Why they are not ready, if something failed.</summary>
    public RetriedFailure? Failure { get; init; }

    /// <summary>When what is in them is to be looked at again; null for never.</summary>
    public DateTimeOffset? RefreshAt { get; init; }
}
