using System.Globalization;
using Holdfast.Platform;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Holdfast.Store;

/// <summary>
/// The journal as an append-only table of an SQLite file: write-ahead log, a full sync at each commit, one process
/// and one connection (guard the folder with <see cref="DataFolder"/>). The file is for its owner alone (0600).
/// </summary>
/// <param name="path">The file; its folder must exist.</param>
/// <param name="chance">Gives a new store its identity.</param>
/// <param name="maxPages">A quota in pages of 4,096 bytes; null for none.</param>
public sealed class SqliteJournal(string path, IChance chance, long? maxPages = null) : IJournal
{
    private const int RowOverheadBytes = 256;
    private const long CheckpointBytes = 4 << 20;

    private SqliteConnection? _connection;
    private long _bytesSinceCheckpoint;
    private SqliteStatement? _insert;
    private SqliteStatement? _delete;
    private SqliteStatement? _floor;
    private SqliteStatement? _revisionFloor;
    private SqliteStatement? _seal;
    private AcknowledgedMark? _mark;
    private string _identity = "";
    private Dictionary<string, long> _floors = [];

    /// <summary>The identity that a new store gets; null to draw one.</summary>
    internal string? NewIdentity { get; init; }

    /// <inheritdoc/>
    public Task<JournalContents> OpenAsync(CancellationToken cancellationToken) => Guarded(() =>
    {
        if (!File.Exists(path))
            AcknowledgedMark.Check(path, null, 0);
        CreateOwnerOnly();
        var contents = Read(cancellationToken);
        (_identity, _floors) = (contents.Identity, contents.CollectionFloors.ToDictionary(StringComparer.Ordinal));
        Prepare(Opened());
        _mark = AcknowledgedMark.Open(path, contents.Identity);
        _mark.Write(contents.Revision);
        return contents;
    });

    /// <inheritdoc/>
    public Task AppendAsync(IReadOnlyList<JournalRecord> batch, CancellationToken cancellationToken) => Guarded(() =>
    {
        using var transaction = Opened().BeginTransaction();
        foreach (var record in batch)
            Insert(record);
        transaction.Commit();
        if (batch.Count > 0)
            _mark!.Write(batch[^1].Entry.Revision);
        return MaybeCheckpoint(batch.Sum(static record => record.Entry.Json.Length + RowOverheadBytes));
    });

    /// <inheritdoc/>
    public Task CompactAsync(Compaction compaction, CancellationToken cancellationToken) => Guarded(() =>
    {
        using var transaction = Opened().BeginTransaction();
        foreach (var revision in compaction.DeadRevisions)
        {
            _delete!.Bind(1, revision);
            _delete.Run();
        }
        foreach (var (resource, floor) in compaction.CollectionFloors)
        {
            _floor!.Bind(1, resource);
            _floor.Bind(2, floor);
            _floor.Run();
            _floors[resource] = floor;
        }
        _revisionFloor!.Bind(1, compaction.RevisionFloor.ToString(CultureInfo.InvariantCulture));
        _revisionFloor.Run();
        _seal!.Bind(1, SqliteSchema.Seal(_identity, compaction.RevisionFloor, _floors));
        _seal.Run();
        transaction.Commit();
        return MaybeCheckpoint(compaction.DeadRevisions.Count * RowOverheadBytes);
    });

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _insert?.Dispose();
        _delete?.Dispose();
        _floor?.Dispose();
        _revisionFloor?.Dispose();
        _seal?.Dispose();
        _mark?.Dispose();
        _connection?.Dispose();
        return ValueTask.CompletedTask;
    }

    private Task<T> Guarded<T>(Func<T> work)
    {
        try
        {
            return Task.FromResult(work());
        }
        catch (SqliteException exception)
        {
            return Task.FromException<T>(SqliteFailure.From(exception, path));
        }
        catch (IOException exception)
        {
            return Task.FromException<T>(SqliteFailure.From(exception, path));
        }
        catch (Exception exception)
        {
            return Task.FromException<T>(exception);
        }
    }

    private SqliteConnection Opened() => _connection
        ?? throw new InvalidOperationException($"the journal {path} is used before it was opened");

    private void CreateOwnerOnly()
    {
        if (File.Exists(path))
            return;
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        try
        {
            using var created = new FileStream(path, options);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new StoreUnavailableException(
                StoreUnavailableReason.DiskError, $"{path} cannot be created: {exception.Message}", exception);
        }
    }

    private SqliteConnection Connect()
    {
        var settings = new SqliteConnectionStringBuilder
        {
            DataSource = path,
            Mode = SqliteOpenMode.ReadWrite,
            Pooling = false,
            DefaultTimeout = 0,
        };
        _connection = new SqliteConnection(settings.ToString());
        _connection.Open();
        // Exclusive before the first access in WAL mode: the index of the log then needs no shared memory file.
        SqliteSchema.Execute(_connection, "PRAGMA locking_mode = EXCLUSIVE");
        SqliteSchema.Execute(_connection, "PRAGMA journal_mode = WAL");
        SqliteSchema.Execute(_connection, "PRAGMA synchronous = FULL");
        SqliteSchema.Execute(_connection, "PRAGMA wal_autocheckpoint = 0");
        if (maxPages is { } pages)
            SqliteSchema.Execute(_connection, string.Create(CultureInfo.InvariantCulture, $"PRAGMA max_page_count = {pages}"));
        return _connection;
    }

    private JournalContents Read(CancellationToken cancellationToken)
    {
        try
        {
            var connection = Connect();
            CheckFormat(connection);
            var check = SqliteSchema.QuickCheck(connection);
            if (check != "ok")
                throw SqliteFailure.Corrupt(path, check);
            var contents = new JournalContents(
                RequiredMeta(connection, "identity"), RequiredNumber(connection, "revision_floor"),
                SqliteSchema.Floors(connection), ReadRecords(connection, cancellationToken));
            CheckSeal(connection, contents);
            AcknowledgedMark.Check(path, contents.Identity, contents.Revision);
            return contents;
        }
        catch (SqliteException exception) when (exception.SqliteErrorCode == raw.SQLITE_ERROR)
        {
            // A table or column that is not there, or holds another type: not what a store writes.
            throw SqliteFailure.Corrupt(path, $"it is not a store of Holdfast's, or its tables are altered ({exception.Message})", exception);
        }
    }

    private void CheckFormat(SqliteConnection connection)
    {
        if (SqliteSchema.IsEmpty(connection))
        {
            AcknowledgedMark.Check(path, null, 0);
            SqliteSchema.Create(connection, NewIdentity ?? chance.NewUid());
        }
        var found = RequiredNumber(connection, "format");
        if (found is < SqliteSchema.OldestFormatVersion or > SqliteSchema.FormatVersion)
            throw new StoreFormatException(path, found, SqliteSchema.FormatVersion);
    }

    private void CheckSeal(SqliteConnection connection, JournalContents contents)
    {
        var seal = SqliteSchema.Seal(contents.Identity, contents.RevisionFloor, contents.CollectionFloors);
        if (SqliteSchema.Meta(connection, SqliteSchema.SealName) is { } found && found != seal)
            throw SqliteFailure.Corrupt(path, "what it says of the store and of its compactions does not match its checksum");
    }

    private long RequiredNumber(SqliteConnection connection, string name)
    {
        var text = RequiredMeta(connection, name);
        return long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw SqliteFailure.Corrupt(path, $"its table meta has \"{text}\" as \"{name}\", which is not a number");
    }

    private string RequiredMeta(SqliteConnection connection, string name) =>
        SqliteSchema.Meta(connection, name) ?? throw SqliteFailure.Corrupt(path, $"its table meta has no \"{name}\"");

    private List<JournalRecord> ReadRecords(SqliteConnection connection, CancellationToken cancellationToken)
    {
        var records = new List<JournalRecord>();
        using var select = new SqliteStatement(connection,
            "SELECT revision, kind, resource, namespace, name, create_revision, checksum, value FROM log ORDER BY revision");
        while (select.Step())
        {
            cancellationToken.ThrowIfCancellationRequested();
            var key = new ResourceKey(select.Text(2), select.Text(3), select.Text(4));
            var entry = new Entry(key, select.Integer(0), select.Integer(5), select.Blob(7), null);
            var record = new JournalRecord((RecordKind)select.Integer(1), entry);
            if (RecordChecksum.Of(record) != select.Integer(6))
                throw SqliteFailure.Corrupt(path, $"the record of revision {entry.Revision} ({key}) does not match its checksum");
            records.Add(record);
        }
        return records;
    }

    // SQLite's own checkpoints hide their errors, and a sync that failed once may pretend to succeed the next time.
    private bool MaybeCheckpoint(long bytes)
    {
        _bytesSinceCheckpoint += bytes;
        if (_bytesSinceCheckpoint < CheckpointBytes)
            return false;
        var database = Opened().Handle!;
        var code = raw.sqlite3_wal_checkpoint_v2(database, "main", raw.SQLITE_CHECKPOINT_PASSIVE, out _, out _);
        if (code != raw.SQLITE_OK)
            throw new SqliteException(raw.sqlite3_errmsg(database).utf8_to_string(), code, raw.sqlite3_extended_errcode(database));
        _mark!.Sync();
        _bytesSinceCheckpoint = 0;
        return true;
    }

    private void Prepare(SqliteConnection connection)
    {
        _insert = new SqliteStatement(connection,
            "INSERT INTO log (revision, kind, resource, namespace, name, create_revision, checksum, value) "
            + "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)");
        _delete = new SqliteStatement(connection, "DELETE FROM log WHERE revision = ?1");
        _floor = new SqliteStatement(connection, "INSERT OR REPLACE INTO floors (resource, revision) VALUES (?1, ?2)");
        _revisionFloor = new SqliteStatement(connection, "UPDATE meta SET value = ?1 WHERE name = 'revision_floor'");
        _seal = new SqliteStatement(connection, $"INSERT OR REPLACE INTO meta (name, value) VALUES ('{SqliteSchema.SealName}', ?1)");
    }

    private void Insert(JournalRecord record)
    {
        var insert = _insert!;
        insert.Bind(1, record.Entry.Revision);
        insert.Bind(2, (long)record.Kind);
        insert.Bind(3, record.Entry.Key.Resource);
        insert.Bind(4, record.Entry.Key.Namespace);
        insert.Bind(5, record.Entry.Key.Name);
        insert.Bind(6, record.Entry.CreateRevision);
        insert.Bind(7, RecordChecksum.Of(record));
        insert.Bind(8, record.Entry.Json.Span);
        insert.Run();
    }
}
