using System.Text.Json;
using LedgerStore.Storage;

namespace LedgerStore.Operations;

/// <summary>A backup of this ledger that was checked from its first to its last byte where it is kept; the member remembers the newest, over restarts too.</summary>
/// <param name="At">When it was taken.</param>
/// <param name="Index">The newest entry that is in it.</param>
public sealed record ProvenBackup(DateTimeOffset At, long Index)
{
    private const string FileName = "last-backup.json";

    /// <summary>The one that a folder remembers; null when it remembers none, or none that can be read.</summary>
    public static ProvenBackup? Read(string folder)
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(Path.Combine(folder, FileName)), BackupJson.Default.ProvenBackup);
        }
        catch (Exception failure) when (failure is JsonException or IOException or UnauthorizedAccessException)
        {
            // Nothing depends on it but the wish for a young backup: without it there is none.
            return null;
        }
    }

    /// <summary>Writes it, durably.</summary>
    /// <exception cref="DiskFullException">There is no room.</exception>
    public void Write(string folder) => DurableFile.Replace(Path.Combine(folder, FileName), JsonSerializer.SerializeToUtf8Bytes(this, BackupJson.Default.ProvenBackup));
}
