using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Holdfast.Store;

/// <summary>Turns SQLite's error codes into the store's own errors, once.</summary>
internal static class SqliteFailure
{
    private const int NoSpaceLeft = 28;
    private const int LinuxQuotaExceeded = 122;

    public static Exception From(SqliteException exception, string path)
    {
        var folder = Path.GetDirectoryName(path);
        return exception.SqliteErrorCode switch
        {
            raw.SQLITE_FULL => Full(folder, exception),
            raw.SQLITE_CORRUPT or raw.SQLITE_NOTADB => Corrupt(path, exception.Message, exception),
            raw.SQLITE_CANTOPEN or raw.SQLITE_READONLY or raw.SQLITE_PERM => new StoreUnavailableException(
                StoreUnavailableReason.DiskError,
                $"{path} cannot be opened for writing ({exception.Message}); check that this user may write it and its folder",
                exception),
            raw.SQLITE_BUSY or raw.SQLITE_LOCKED => new StoreUnavailableException(
                StoreUnavailableReason.DiskError,
                $"another process has {path} open; stop it and start again",
                exception),
            raw.SQLITE_IOERR when exception.SqliteExtendedErrorCode is raw.SQLITE_IOERR_FSYNC => Broken(
                folder, "it did not confirm that what was written is durable (fsync failed)", exception),
            _ => Broken(folder, exception.Message, exception),
        };
    }

    public static StoreUnavailableException From(IOException exception, string path) => exception.HResult is NoSpaceLeft or LinuxQuotaExceeded
        ? Full(Path.GetDirectoryName(path), exception)
        : Broken(Path.GetDirectoryName(path), exception.Message, exception);

    public static StoreCorruptException Corrupt(string path, string found, Exception? cause = null) =>
        new($"{path} is damaged and is not served: {found}; restore a backup (holdfast store restore), or move the folder away to begin anew", cause);

    private static StoreUnavailableException Full(string? folder, Exception cause) => new(
        StoreUnavailableReason.DiskFull,
        $"the disk that holds {folder} is full, or a quota on it is used up; nothing more was acknowledged; free space and start again",
        cause);

    private static StoreUnavailableException Broken(string? folder, string what, Exception cause) => new(
        StoreUnavailableReason.DiskError,
        $"the disk that holds {folder} failed ({what}); nothing more was acknowledged; check the disk and start again",
        cause);
}
