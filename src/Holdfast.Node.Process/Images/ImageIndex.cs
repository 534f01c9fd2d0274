using Holdfast.Node.Runtime;

namespace Holdfast.Node.Process.Images;

/// <summary>The image store's file: the images people added.</summary>
/// <param name="Version">Version of the format; a newer one is refused.</param>
/// <param name="Images">The images.</param>
internal sealed record ImageIndex(int Version, IReadOnlyList<ImageEntry> Images)
{
    public const int CurrentVersion = 1;
}
