namespace Holdfast.Testing;

/// <summary>A folder of its own for one test, removed with all its content at the end.</summary>
public sealed class TemporaryFolder : IDisposable
{
    /// <summary>Creates the folder under the machine's folder for temporary files.</summary>
    public TemporaryFolder() => Path = Directory.CreateTempSubdirectory("holdfast-test-").FullName;

    /// <summary>The folder's full path.</summary>
    public string Path { get; }

    /// <summary>The full path of something inside the folder.</summary>
    /// <param name="name">A relative path.</param>
    public string this[string name] => System.IO.Path.Combine(Path, name);

    /// <inheritdoc/>
    public void Dispose()
    {
        if (Directory.Exists(Path))
            Directory.Delete(Path, recursive: true);
    }
}
