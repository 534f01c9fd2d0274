using System.Diagnostics;

namespace Holdfast.RepoRules;

/// <summary>One file of the repository.</summary>
/// <param name="Path">Its path from the repository's root, with forward slashes.</param>
/// <param name="Text">Its text.</param>
internal sealed record RepositoryFile(string Path, string Text)
{
    public string[] Lines { get; } = Text.Split('\n');

    public string Name => System.IO.Path.GetFileName(Path);

    public bool IsGenerated => Path.Contains("/Generated/", StringComparison.Ordinal);

    public bool IsSource => Path.StartsWith("src/", StringComparison.Ordinal) || Path.StartsWith("samples/", StringComparison.Ordinal);

    public bool IsTest => Path.StartsWith("tests/", StringComparison.Ordinal);

    public bool IsIn(string folder) => Path.StartsWith(folder + "/", StringComparison.Ordinal);
}

/// <summary>The repository as a clone would have it: what Git tracks, and new files that it does not ignore.</summary>
internal static class Repository
{
    private static readonly string[] TextEndings =
        [".cs", ".csproj", ".props", ".targets", ".slnx", ".json", ".md", ".txt", ".yaml", ".yml", ".xml", ".html", ".css", ".js", ".sh", ".py"];

    private static readonly Lazy<RepositoryFile[]> AllFiles = new(ReadFiles);

    public static string Root { get; } = FindRoot();

    /// <summary>Every text file.</summary>
    public static IReadOnlyList<RepositoryFile> Files => AllFiles.Value;

    /// <summary>The C# files written by people.</summary>
    public static IEnumerable<RepositoryFile> Code =>
        Files.Where(file => file.Path.EndsWith(".cs", StringComparison.Ordinal) && !file.IsGenerated);

    public static IEnumerable<RepositoryFile> Projects => Files.Where(file => file.Path.EndsWith(".csproj", StringComparison.Ordinal));

    public static RepositoryFile? Find(string path) => Files.FirstOrDefault(file => file.Path == path);

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Holdfast.slnx")))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException($"No folder above {AppContext.BaseDirectory} holds Holdfast.slnx.");
    }

    private static RepositoryFile[] ReadFiles()
    {
        var files = ListPaths().Where(IsText).Select(path => new RepositoryFile(path, File.ReadAllText(Path.Combine(Root, path)))).ToArray();
        return files.Length > 50 ? files : throw new InvalidOperationException($"Only {files.Length} files were found below {Root}.");
    }

    private static bool IsText(string path) =>
        TextEndings.Contains(Path.GetExtension(path)) || Path.GetFileName(path) is "holdfast" or "test" or "run" or ".editorconfig" or ".gitignore";

    // Without Git (an unpacked archive) every file outside the build's folders counts.
    private static string[] ListPaths()
    {
        if (!Path.Exists(Path.Combine(Root, ".git")))
        {
            return [.. Directory.EnumerateFiles(Root, "*", SearchOption.AllDirectories)
                .Select(path => Path.GetRelativePath(Root, path).Replace('\\', '/'))
                .Where(path => !path.Split('/').Any(part => part is "artifacts" or "bin" or "obj"))];
        }

        var start = new ProcessStartInfo("git", ["-c", "core.quotePath=false", "ls-files", "--cached", "--others", "--exclude-standard"])
        {
            WorkingDirectory = Root,
            RedirectStandardOutput = true,
        };
        using var git = Process.Start(start) ?? throw new InvalidOperationException("git could not be started.");
        var output = git.StandardOutput.ReadToEnd();
        git.WaitForExit();
        return git.ExitCode == 0
            ? [.. output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(path => File.Exists(Path.Combine(Root, path)))]
            : throw new InvalidOperationException($"git ls-files ended with exit code {git.ExitCode}.");
    }
}
