using LedgerStore.Ledger;
using LedgerStore.Quorum;
using LedgerStore.Raft;
using LedgerStore.Storage;

namespace LedgerStore.Operations;

/// <summary>Makes a new cluster of one member out of a backup. It gets a new cluster id, so that it is never taken for the one that the backup was
/// taken from (T9); the other members join it as new ones.</summary>
public static class Restore
{
    private static readonly string[] Made = ["log", "raft", "identity.json.new"];

    /// <summary>Restores into an empty folder. Until the last step, the identity, the folder is refused by a member as one without a cluster.</summary>
    /// <exception cref="DataFolderException">The folder is not empty.</exception>
    /// <exception cref="UnusableDataException">The backup is damaged, or of a data format that the release does not read; what was written is taken away again.</exception>
    /// <exception cref="DiskFullException">There is no room; what was written is taken away again.</exception>
    public static async Task<(MemberIdentity Identity, BackupHeader Header)> RunAsync(Stream backup, string folder, string member, LedgerRelease release, TimeProvider time, CancellationToken cancellation)
    {
        if (Directory.Exists(folder) && Directory.EnumerateFileSystemEntries(folder).Any(static path => Path.GetFileName(path) != "lost+found"))
            throw new DataFolderException($"the data folder {folder} is not empty: a restore never writes over data; give it an empty volume");
        Directory.CreateDirectory(folder);
        try
        {
            return await FillAsync(backup, folder, member, release, time, cancellation);
        }
        catch
        {
            // The folder was empty, so whatever is in these is ours, and no use to anyone.
            foreach (var made in Made.Select(name => Path.Combine(folder, name)))
            {
                if (Directory.Exists(made))
                    Directory.Delete(made, recursive: true);
                else
                    File.Delete(made);
            }
            throw;
        }
    }

    private static async Task<(MemberIdentity Identity, BackupHeader Header)> FillAsync(
        Stream backup, string folder, string member, LedgerRelease release, TimeProvider time, CancellationToken cancellation)
    {
        var identity = new MemberIdentity(MemberIdentity.NewId(), MemberIdentity.NewId(), member, true, IsInUse: true);
        var batch = new List<ReadOnlyMemory<byte>>();
        BackupHeader header;
        using (var log = SegmentedLog.Open(new SegmentedLogOptions(Path.Combine(folder, "log")) { SegmentBytes = 8 * 1024 * 1024 }, static _ => { }))
        {
            header = await BackupFile.ReadAsync(backup, record => Add(log, batch, record), cancellation);
            if (header.DataFormat > release.ReadsFormatsTo)
                throw new UnusableDataException(
                    $"the backup is of data format {header.DataFormat}, and {release.Version} reads formats up to {release.ReadsFormatsTo}: " +
                    "restore it with a newer version (LEDGER_VERSION), the one that will be started on it");
            if (batch.Count > 0)
                log.Append(batch, isSynced: false);
            log.Sync();
        }
        Found(folder, identity, header, time.GetUtcNow());
        identity.Write(folder);
        return (identity, header);
    }

    private static void Add(SegmentedLog log, List<ReadOnlyMemory<byte>> batch, LogRecord record)
    {
        batch.Add(record.Payload);
        if (batch.Count < 256)
            return;
        log.Append(batch, isSynced: false);
        batch.Clear();
    }

    private static void Found(string folder, MemberIdentity identity, BackupHeader header, DateTimeOffset foundedAt)
    {
        using var files = new RaftFiles(Path.Combine(folder, "raft"), static _ => { });
        var membership = new Membership(Membership.Empty.Seats.Add(identity.Id, new MemberSeat(identity.Name, true)));
        var mark = new LedgerMark(new LedgerHead(header.Index, LedgerChecksum.Read(Convert.FromHexString(header.Checksum))), header.DataFormat,
            new Founding(identity.ClusterId, identity.Name, foundedAt));
        files.Save(new HardState(1, MemberId.None));
        files.Replace(new SnapshotMark(1, 1, membership, mark.Encode()));
    }
}
