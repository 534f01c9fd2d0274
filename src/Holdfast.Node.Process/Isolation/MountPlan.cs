namespace Holdfast.Node.Process.Isolation;

/// <summary>Something of the machine that is to appear inside a container.</summary>
/// <param name="Source">Absolute host path.</param>
/// <param name="Target">Absolute path inside the container.</param>
/// <param name="IsReadOnly">Whether writes are refused.</param>
internal sealed record MountRequest(string Source, string Target, bool IsReadOnly);

/// <summary>One step of putting a container's root together; paths are as inside the container.</summary>
internal abstract record MountStep
{
    private MountStep()
    {
    }

    /// <summary>The whole machine is the root.</summary>
    internal sealed record HostRoot : MountStep;

    /// <summary>An empty root with the machine's top-level folders and links in it, so that new ones can be made.</summary>
    internal sealed record EmptyRoot(IReadOnlyList<string> Folders, IReadOnlyList<(string Path, string Target)> Links) : MountStep;

    /// <summary>A folder whose changes stay in the container's memory; mounts below it are shown again.</summary>
    internal sealed record Overlay(string Path, string Mode, IReadOnlyList<string> MountsBelow) : MountStep;

    /// <summary>A device folder of its own with the standard devices.</summary>
    internal sealed record Devices(IReadOnlyList<string> Nodes, IReadOnlyList<string> Folders) : MountStep;

    /// <summary>Makes the place for a mount where nothing is; only ever in an overlay, an empty root or another volume.</summary>
    internal sealed record MakePlace(string Path, bool IsFolder) : MountStep;

    /// <summary>Shows a host path.</summary>
    internal sealed record Bind(string Source, string Path, bool IsReadOnly) : MountStep;
}

/// <summary>The steps, in order.</summary>
internal sealed record MountPlan(IReadOnlyList<MountStep> Steps);
