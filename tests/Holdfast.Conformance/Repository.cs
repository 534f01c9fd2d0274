namespace Holdfast.Conformance;

/// <summary>Where this project's files are.</summary>
internal static class Repository
{
    /// <summary>The folder with the solution.</summary>
    internal static string Root { get; } = Find();

    /// <summary>A file or folder of this test project.</summary>
    internal static string Own(string name) => Path.Combine(Root, "test", "Holdfast.Conformance", name);

    private static string Find()
    {
        var at = new DirectoryInfo(AppContext.BaseDirectory);
        while (at is not null && !File.Exists(Path.Combine(at.FullName, "Holdfast.slnx")))
            at = at.Parent;
        return at?.FullName ?? throw new InvalidOperationException($"{AppContext.BaseDirectory} is not below the repository.");
    }
}
