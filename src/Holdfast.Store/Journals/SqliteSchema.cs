using System.Collections.Immutable;
using System.Globalization;
using Microsoft.Data.Sqlite;

namespace Holdfast.Store;

/// <summary>The tables of the journal, and what is kept in them beside the records.</summary>
internal static class SqliteSchema
{
    public const long FormatVersion = 1;
    public const long OldestFormatVersion = 1;
    public const string SealName = "seal";

    private const string Tables = """
        CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
        CREATE TABLE floors (resource TEXT PRIMARY KEY, revision INTEGER NOT NULL) WITHOUT ROWID;
        CREATE TABLE log (
            revision INTEGER PRIMARY KEY,
            kind INTEGER NOT NULL,
            resource TEXT NOT NULL,
            namespace TEXT NOT NULL,
            name TEXT NOT NULL,
            create_revision INTEGER NOT NULL,
            checksum INTEGER NOT NULL,
            value BLOB NOT NULL);
        """;

    /// <summary>Creates the tables, whole or not at all.</summary>
    public static void Create(SqliteConnection connection, string identity)
    {
        using var transaction = connection.BeginTransaction();
        Execute(connection, Tables);
        using var insert = new SqliteStatement(connection, "INSERT INTO meta (name, value) VALUES (?1, ?2)");
        foreach (var (name, value) in new[]
        {
            ("format", FormatVersion.ToString(CultureInfo.InvariantCulture)), ("identity", identity), ("revision_floor", "0"),
            (SealName, Seal(identity, 0, ImmutableDictionary<string, long>.Empty)),
        })
        {
            insert.Bind(1, name);
            insert.Bind(2, value);
            insert.Run();
        }
        transaction.Commit();
    }

    /// <summary>The checksum over what is not a record; a store without one is from before there were seals.</summary>
    public static string Seal(string identity, long revisionFloor, IReadOnlyDictionary<string, long> floors)
    {
        var lines = floors.OrderBy(floor => floor.Key, StringComparer.Ordinal).Select(floor => string.Create(CultureInfo.InvariantCulture, $"{floor.Key} {floor.Value}"));
        var text = string.Create(CultureInfo.InvariantCulture, $"{identity}\n{revisionFloor}\n{string.Join('\n', lines)}");
        return TextChecksum.Of(text).ToString("x8", CultureInfo.InvariantCulture);
    }

    public static bool IsEmpty(SqliteConnection connection)
    {
        using var count = new SqliteStatement(connection, "SELECT count(*) FROM sqlite_schema");
        return count.Step() && count.Integer(0) == 0;
    }

    public static string? Meta(SqliteConnection connection, string name)
    {
        using var select = new SqliteStatement(connection, "SELECT value FROM meta WHERE name = ?1");
        select.Bind(1, name);
        return select.Step() ? select.Text(0) : null;
    }

    public static ImmutableDictionary<string, long> Floors(SqliteConnection connection)
    {
        var floors = ImmutableDictionary.CreateBuilder<string, long>(StringComparer.Ordinal);
        using var select = new SqliteStatement(connection, "SELECT resource, revision FROM floors");
        while (select.Step())
            floors[select.Text(0)] = select.Integer(1);
        return floors.ToImmutable();
    }

    public static string QuickCheck(SqliteConnection connection)
    {
        using var check = new SqliteStatement(connection, "PRAGMA quick_check(1)");
        return check.Step() ? check.Text(0) : "no answer";
    }

    public static void Execute(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // Only constants of this assembly come here.
        command.CommandText = sql;
#pragma warning restore CA2100
        command.ExecuteNonQuery();
    }
}
