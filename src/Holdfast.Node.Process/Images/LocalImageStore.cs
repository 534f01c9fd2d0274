using System.Text.Json;
using Holdfast.Node.Process.Launch;
using Holdfast.Node.Runtime;

namespace Holdfast.Node.Process.Images;

/// <summary>
/// The images of one cluster: those that come with Holdfast, and those people added, kept in <c>index.json</c> of a
/// folder. The index is read anew for each call, so that <c>holdfast image add</c> counts at once.
/// </summary>
/// <param name="folder">The <c>images</c> folder under the data folder; made when the first image is added.</param>
/// <param name="builtIn">Images that are always there, besides <see cref="HostImage"/>.</param>
public sealed class LocalImageStore(string folder, IReadOnlyList<ImageEntry> builtIn) : IImageStore
{
    /// <summary>An image without files: runs a pod's command on the programs of this machine.</summary>
    public static ImageEntry HostImage { get; } = new()
    {
        Reference = "holdfast/host:1",
        Arguments = ["sleep", "infinity"],
        Description = "The programs of this machine; runs the pod's command",
        IsBuiltIn = true,
    };

    private string IndexFile => Path.Combine(folder, "index.json");

    /// <inheritdoc/>
    public Task<ImageEntry> ResolveAsync(string reference, CancellationToken cancellationToken)
    {
        string wanted = ImageReference.Normalize(reference);
        IReadOnlyList<ImageEntry> all = All();
        ImageEntry image = all.FirstOrDefault(image => image.Reference == wanted)
            ?? throw new ImageNotFoundException(reference, [.. all.Select(known => known.Reference)]);
        if (image.FilesFolder is { } files && !Directory.Exists(files))
        {
            throw new RuntimeException(
                RuntimeErrorKind.NotFound, $"image {reference}", $"its folder {files} is gone",
                $"Bring the folder back, or add the image again with `holdfast image add {reference}`");
        }

        return Task.FromResult(image);
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<ImageEntry>> ListAsync(CancellationToken cancellationToken) => Task.FromResult(All());

    /// <summary>Adds an image, or replaces the one people added under this reference before.</summary>
    /// <returns>The image as it was kept, with the normal form of its reference.</returns>
    /// <exception cref="RuntimeException">It belongs to Holdfast, has nothing to run, or its folder is not there.</exception>
    public ImageEntry Add(ImageEntry image)
    {
        ArgumentNullException.ThrowIfNull(image);
        ImageEntry kept = image with
        {
            Reference = ImageReference.Normalize(image.Reference),
            FilesFolder = image.FilesFolder is null ? null : Path.GetFullPath(image.FilesFolder),
            IsBuiltIn = false,
        };
        Check(kept);
        Save([.. Added().Where(other => other.Reference != kept.Reference), kept]);
        return kept;
    }

    /// <summary>Removes an image that people added.</summary>
    /// <exception cref="RuntimeException">There is none of this reference, or it belongs to Holdfast.</exception>
    public void Remove(string reference)
    {
        string wanted = ImageReference.Normalize(reference);
        RefuseBuiltIn(wanted);
        IReadOnlyList<ImageEntry> added = Added();
        if (added.All(image => image.Reference != wanted))
            throw new ImageNotFoundException(reference, [.. All().Select(known => known.Reference)]);
        Save([.. added.Where(image => image.Reference != wanted)]);
    }

    private void Check(ImageEntry image)
    {
        if (!ImageReference.IsValid(image.Reference))
            throw Invalid(image, "that is not an image's name", "Give a name such as example/app:1.0: lower-case letters, digits, dots, dashes and slashes, then a colon and a tag");
        RefuseBuiltIn(image.Reference);
        if (image.Entrypoint.Count == 0 && image.Arguments.Count == 0)
            throw Invalid(image, "it has no command to run", "Give it an entry point");
        if (image.FilesFolder is { } files && !Directory.Exists(files))
            throw Invalid(image, $"its folder {files} is not there", "Name a folder that exists");
        if (image.FilesFolder is null && image.Entrypoint.Concat(image.Arguments).Any(word => word.Contains("{files}", StringComparison.Ordinal)))
            throw Invalid(image, "its command says {files} and it has no folder", "Give it a folder of files");
        if (image.Entrypoint is [var program, ..] && !IsThere(program.Replace("{files}", image.FilesFolder, StringComparison.Ordinal)))
            throw Invalid(image, $"its program {program} is not there", $"Name a file by its whole path, one of the folder as {{files}}/NAME, or a program in {HostTools.SearchPath}");
    }

    private static bool IsThere(string program) =>
        program.StartsWith("{dotnet}", StringComparison.Ordinal) || (Path.IsPathRooted(program) ? File.Exists(program) : HostTools.Has(program));

    private void RefuseBuiltIn(string reference)
    {
        if (BuiltIn().Any(image => image.Reference == reference))
        {
            throw new RuntimeException(
                RuntimeErrorKind.Conflict, $"image {reference}", "it comes with Holdfast and cannot be changed", "Use another name");
        }
    }

    private static RuntimeException Invalid(ImageEntry image, string problem, string remedy) =>
        new(RuntimeErrorKind.Invalid, $"image {image.Reference}", problem, remedy);

    private IEnumerable<ImageEntry> BuiltIn() => builtIn.Append(HostImage);

    private IReadOnlyList<ImageEntry> All() => [.. BuiltIn().Concat(Added()).OrderBy(image => image.Reference, StringComparer.Ordinal)];

    private IReadOnlyList<ImageEntry> Added()
    {
        if (PrivateFile.TryRead(IndexFile) is not { } text) return [];
        try
        {
            ImageIndex? index = JsonSerializer.Deserialize(text, ProcessJson.Default.ImageIndex);
            if (index is { Version: ImageIndex.CurrentVersion }) return index.Images;
        }
        catch (JsonException exception)
        {
            throw BadIndex("it is not readable", exception);
        }

        throw BadIndex("it was written by another version of Holdfast", null);
    }

    private RuntimeException BadIndex(string problem, Exception? cause) => new(
        RuntimeErrorKind.Unavailable, $"image index {IndexFile}", problem,
        "Use the version that wrote it, or move the file away and add the images again", cause);

    private void Save(IReadOnlyList<ImageEntry> images)
    {
        PrivateFile.CreateFolder(folder);
        PrivateFile.Write(
            IndexFile, JsonSerializer.Serialize(new ImageIndex(ImageIndex.CurrentVersion, images), ProcessJson.Default.ImageIndex));
    }
}
