using Holdfast.Platform;

namespace Holdfast.Store.Backups;

/// <summary>
/// Backups as files, and stores that nobody has open. A backup is written aside, read again and checked, synced and only then
/// renamed, so that a file of its name is whole or not there. Files are for their owner alone (0600): they hold every Secret in plain text.
/// </summary>
public static class StoreBackup
{
    /// <summary>Makes a backup file.</summary>
    /// <param name="file">The file.</param>
    /// <param name="mayOverwrite">Whether a file of that name may be replaced.</param>
    /// <param name="fill">Writes the backup, as <see cref="BackupWriter"/> does or as a server sends it.</param>
    /// <param name="progress">Told how many objects have been checked, now and then; null for nobody.</param>
    /// <param name="cancellationToken">Gives up; nothing is left behind.</param>
    /// <exception cref="BackupException">The file is there, or what was written is not a whole backup.</exception>
    public static async Task<BackupReport> SaveAsync(
        string file, bool mayOverwrite, Func<Stream, CancellationToken, Task> fill, IProgress<long>? progress, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(fill);
        if (!mayOverwrite && File.Exists(file))
            throw new BackupException($"{file} is there already and is not overwritten; choose another name, or say --force");
        var aside = $"{file}.{Environment.ProcessId}.partial";
        try
        {
            await using (var output = new FileStream(aside, OwnerOnly()))
            {
                await fill(output, cancellationToken);
                output.Flush(flushToDisk: true);
            }
            var report = await VerifyAsync(aside, progress, cancellationToken);
            // Not before: who waits for the file may take it for good when it is there.
            File.Move(aside, file, mayOverwrite);
            DurableFolder.Sync(Path.GetDirectoryName(Path.GetFullPath(file))!);
            return report;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new BackupException($"{file} cannot be written: {exception.Message}", exception);
        }
        finally
        {
            File.Delete(aside);
        }
    }

    /// <summary>Reads a whole backup and checks all of it.</summary>
    /// <param name="file">The file.</param>
    /// <param name="progress">Told how many objects have been checked, now and then; null for nobody.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="BackupException">It cannot be read, or is not a whole backup.</exception>
    public static async Task<BackupReport> VerifyAsync(string file, IProgress<long>? progress, CancellationToken cancellationToken)
    {
        await using var input = OpenRead(file);
        using var reader = new BackupReader(input, file);
        var header = await reader.ReadHeaderAsync(cancellationToken);
        var tally = new BackupTally(file);
        await foreach (var entry in reader.ReadAsync(cancellationToken))
        {
            tally.Add(entry);
            MaybeReport(progress, tally.Objects);
        }
        return tally.Report(header.Identity, header.Revision, header.CreatedAt);
    }

    /// <summary>Reads a store that nobody has open, and checks all of it.</summary>
    /// <param name="storeFile">The store's file; the caller holds its folder.</param>
    /// <param name="progress">Told how many objects have been checked, now and then; null for nobody.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="StoreCorruptException">It cannot be trusted.</exception>
    /// <exception cref="BackupException">There is none, or an object in it does not decode.</exception>
    public static async Task<BackupReport> VerifyStoreAsync(string storeFile, IProgress<long>? progress, CancellationToken cancellationToken)
    {
        var (identity, snapshot) = await ReadStoreAsync(storeFile, cancellationToken);
        var tally = new BackupTally(storeFile);
        foreach (var entry in snapshot.Resources.SelectMany(resource => snapshot.List(resource, null)))
        {
            cancellationToken.ThrowIfCancellationRequested();
            tally.Add(entry);
            MaybeReport(progress, tally.Objects);
        }
        return tally.Report(identity, snapshot.Revision, null);
    }

    /// <summary>Writes the backup of a store that nobody has open.</summary>
    /// <param name="storeFile">The store's file; the caller holds its folder.</param>
    /// <param name="output">Where to.</param>
    /// <param name="time">The clock, for the header.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="StoreCorruptException">The store cannot be trusted.</exception>
    /// <exception cref="BackupException">There is none.</exception>
    public static async Task WriteStoreAsync(string storeFile, Stream output, TimeProvider time, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(time);
        var (identity, snapshot) = await ReadStoreAsync(storeFile, cancellationToken);
        await BackupWriter.WriteAsync(output, snapshot, identity, time.GetUtcNow(), null, cancellationToken);
    }

    internal static FileStream OpenRead(string file)
    {
        try
        {
            return new FileStream(file, new FileStreamOptions { Options = FileOptions.Asynchronous | FileOptions.SequentialScan });
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new BackupException($"{file} cannot be read: {exception.Message}", exception);
        }
    }

    internal static void MaybeReport(IProgress<long>? progress, long count)
    {
        if (count % 256 == 0)
            progress?.Report(count);
    }

    private static async Task<(string Identity, Snapshot Snapshot)> ReadStoreAsync(string storeFile, CancellationToken cancellationToken)
    {
        if (!File.Exists(storeFile))
            throw new BackupException($"there is no store at {storeFile}; name the data folder of a cluster with --data");
        await using var journal = new SqliteJournal(storeFile, new SystemChance());
        var contents = await journal.OpenAsync(cancellationToken);
        return (contents.Identity, new Snapshot(Replay.Run(contents, new StoreOptions(), new CompactionQueue()).State));
    }

    private static FileStreamOptions OwnerOnly()
    {
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, Options = FileOptions.Asynchronous };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        return options;
    }
}
