namespace Holdfast.Node.Runtime;

/// <summary>The images a node can start.</summary>
public interface IImageStore
{
    /// <summary>Finds the image for a reference as written in a pod.</summary>
    /// <exception cref="ImageNotFoundException">There is none.</exception>
    Task<ImageEntry> ResolveAsync(string reference, CancellationToken cancellationToken);

    /// <summary>Every image, by reference.</summary>
    Task<IReadOnlyList<ImageEntry>> ListAsync(CancellationToken cancellationToken);
}

/// <summary>An image: what to run when a container names it.</summary>
public sealed record ImageEntry
{
    /// <summary>Normal form of its reference, see <see cref="ImageReference"/>.</summary>
    public required string Reference { get; init; }

    /// <summary>
    /// Program and leading arguments; a pod's <c>command</c> replaces them. <c>{files}</c> stands for where
    /// <see cref="FilesFolder"/> is inside the container, <c>{dotnet}</c> for the folder of the .NET runtime.
    /// </summary>
    public IReadOnlyList<string> Entrypoint { get; init; } = [];

    /// <summary>Further arguments; a pod's <c>args</c> replace them. Same placeholders.</summary>
    public IReadOnlyList<string> Arguments { get; init; } = [];

    /// <summary>Where to start; same placeholders. Null for <c>/</c>.</summary>
    public string? WorkingDirectory { get; init; }

    /// <summary>Variables; same placeholders in values.</summary>
    public IReadOnlyList<EnvironmentVariable> Environment { get; init; } = [];

    /// <summary>Host folder with the image's files, shown read-only; null when it has none.</summary>
    public string? FilesFolder { get; init; }

    /// <summary>Whether the program needs the .NET runtime: shows it and sets <c>DOTNET_ROOT</c>.</summary>
    public bool NeedsDotnet { get; init; }

    /// <summary>One line for people.</summary>
    public string? Description { get; init; }

    /// <summary>Whether it comes with Holdfast and cannot be removed.</summary>
    public bool IsBuiltIn { get; init; }
}
