using System.Text;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Holdfast.Store;

/// <summary>
/// A prepared statement, bound by position. Below the ADO.NET layer because that copies every value; here the bytes
/// of an object go straight to SQLite.
/// </summary>
internal sealed class SqliteStatement : IDisposable
{
    private readonly sqlite3 _database;
    private readonly sqlite3_stmt _statement;

    public SqliteStatement(SqliteConnection connection, string sql)
    {
        _database = connection.Handle!;
        Check(raw.sqlite3_prepare_v3(_database, sql, raw.SQLITE_PREPARE_PERSISTENT, out _statement));
    }

    public void Bind(int position, long value) => Check(raw.sqlite3_bind_int64(_statement, position, value));

    public void Bind(int position, string value) => Check(raw.sqlite3_bind_text(_statement, position, value));

    public void Bind(int position, ReadOnlySpan<byte> value) => Check(raw.sqlite3_bind_blob(_statement, position, value));

    /// <summary>Runs to the end, and is ready to be bound again.</summary>
    public void Run()
    {
        while (Step())
        {
        }
    }

    /// <summary>Moves to the next row; false after the last one.</summary>
    public bool Step()
    {
        var code = raw.sqlite3_step(_statement);
        if (code == raw.SQLITE_ROW)
            return true;
        var failure = code == raw.SQLITE_DONE ? null : Failure(code);
        raw.sqlite3_reset(_statement);
        return failure is null ? false : throw failure;
    }

    public long Integer(int column) => raw.sqlite3_column_int64(_statement, column);

    public string Text(int column) => Encoding.UTF8.GetString(raw.sqlite3_column_blob(_statement, column));

    public byte[] Blob(int column) => raw.sqlite3_column_blob(_statement, column).ToArray();

    public void Dispose() => _statement.Dispose();

    private void Check(int code)
    {
        if (code != raw.SQLITE_OK)
            throw Failure(code);
    }

    private SqliteException Failure(int code) =>
        new(raw.sqlite3_errmsg(_database).utf8_to_string(), code, raw.sqlite3_extended_errcode(_database));
}
