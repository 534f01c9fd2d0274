namespace Holdfast.Model.Tests.References;

/// <summary>
/// Reference data that lies beside the repository (<c>../shared</c>, or where HOLDFAST_SHARED says) and is no part of it.
/// A test that finds none says so in a warning and checks what it can without.
/// </summary>
internal static class SharedFolder
{
    internal static string RepositoryRoot { get; } = FindRoot();

    /// <summary>The files of a folder of the shared data; none when it is not there.</summary>
    /// <param name="parts">The folder.</param>
    internal static IReadOnlyList<string> Files(params string[] parts)
    {
        var shared = Environment.GetEnvironmentVariable("HOLDFAST_SHARED") ?? Path.Combine(RepositoryRoot, "..", "shared");
        var folder = Path.GetFullPath(Path.Combine([shared, .. parts]));
        if (Directory.Exists(folder))
        {
            return [.. Directory.GetFiles(folder, "*.json").Order(StringComparer.Ordinal)];
        }
        TestContext.Current.AddWarning($"not compared with the reference data, since {string.Join('/', parts)} is not in the shared folder");
        return [];
    }

    private static string FindRoot()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Holdfast.slnx")))
        {
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("the tests must run from inside the repository");
        }
        return folder;
    }
}
