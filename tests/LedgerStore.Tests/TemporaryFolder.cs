namespace LedgerStore.Tests;

/// <summary>A folder of its own for one test, gone afterwards.</summary>
public sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("ledger-").FullName;

    public string LogFolder => System.IO.Path.Combine(Path, "log");

    public string NewestSegment => Directory.GetFiles(LogFolder, "*.segment").Order(StringComparer.Ordinal).Last();

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
