using System.Globalization;
using Holdfast.Platform;

namespace Holdfast.Store.Backups;

/// <summary>
/// Makes a store from a backup. What was written after the backup is lost, and clients may have seen it: so that none of them takes
/// the restored history for the one it knows, the revision leaps forward, and every watch or page from before is answered 410 (A2, A5).
/// </summary>
public static class StoreRestore
{
    /// <summary>How far the revision leaps: more than any store can have been written to since its backup.</summary>
    public const long RevisionLeap = 1_000_000_000;

    private const int BatchObjects = 512;
    private const int BatchBytes = 4 << 20;

    /// <summary>Restores a backup; the store's file is there whole at the end, or not at all.</summary>
    /// <param name="backup">The backup's file.</param>
    /// <param name="storeFile">The store's file, which must not be there; the caller holds its folder.</param>
    /// <param name="progress">Told how many objects have been restored, now and then; null for nobody.</param>
    /// <param name="cancellationToken">Gives up; nothing is left behind.</param>
    /// <returns>What was restored, at the revision at which the store goes on.</returns>
    /// <exception cref="BackupException">The backup is damaged, or the file is there.</exception>
    /// <exception cref="StoreUnavailableException">The disk does not allow it.</exception>
    public static async Task<BackupReport> RunAsync(string backup, string storeFile, IProgress<long>? progress, CancellationToken cancellationToken)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(storeFile))!;
        if (Directory.EnumerateFiles(folder, Path.GetFileName(storeFile) + "*").FirstOrDefault(found => !found.EndsWith(".restoring", StringComparison.Ordinal)) is { } there)
            throw new BackupException($"{there} is there already; a backup is restored where no store is: move the store's files away first, or name another folder");
        var aside = storeFile + ".restoring";
        Remove(aside);
        try
        {
            var report = await FillAsync(backup, aside, progress, cancellationToken);
            File.Move(aside, storeFile);
            DurableFolder.Sync(folder);
            return report;
        }
        finally
        {
            Remove(aside);
        }
    }

    private static async Task<BackupReport> FillAsync(string backup, string aside, IProgress<long>? progress, CancellationToken cancellationToken)
    {
        await using var input = StoreBackup.OpenRead(backup);
        using var reader = new BackupReader(input, backup);
        var header = await reader.ReadHeaderAsync(cancellationToken);
        var revision = checked(header.Revision + RevisionLeap);
        await using var journal = new SqliteJournal(aside, new SystemChance()) { NewIdentity = header.Identity };
        await journal.OpenAsync(cancellationToken);
        var tally = new BackupTally(backup);
        var batch = new List<JournalRecord>();
        var bytes = 0;
        await foreach (var entry in reader.ReadAsync(cancellationToken))
        {
            tally.Add(entry);
            batch.Add(new JournalRecord(RecordKind.Put, entry));
            bytes += entry.Json.Length;
            StoreBackup.MaybeReport(progress, tally.Objects);
            if (batch.Count < BatchObjects && bytes < BatchBytes)
                continue;
            await journal.AppendAsync(batch, cancellationToken);
            batch.Clear();
            bytes = 0;
        }
        await journal.AppendAsync(batch, cancellationToken);
        await journal.CompactAsync(
            new Compaction([], new Dictionary<string, long> { [JournalContents.EveryCollection] = revision }, revision), cancellationToken);
        return tally.Report(header.Identity, revision, header.CreatedAt);
    }

    private static void Remove(string aside)
    {
        foreach (var suffix in new[] { "", "-wal", "-shm", "-journal", "-mark" })
            File.Delete(string.Create(CultureInfo.InvariantCulture, $"{aside}{suffix}"));
    }
}
