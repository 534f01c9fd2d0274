using System.Diagnostics;
using LedgerStore.Storage;
using Microsoft.Data.Sqlite;

namespace LedgerStore.Bench;

/// <summary>Durable batches a second of 150-byte records: the segmented log beside SQLite with a write-ahead log and full sync, in turns on the same disk.</summary>
internal static class DiskMeasurement
{
    private static readonly TimeSpan Time = TimeSpan.FromSeconds(3);

    internal static void Run()
    {
        SQLitePCL.Batteries_V2.Init();
        var folder = Directory.CreateTempSubdirectory("ledger-disk-");
        Console.WriteLine("| records in a batch | segmented log, batches/s | SQLite, batches/s |\n|---|---|---|");
        try
        {
            foreach (var size in new[] { 1, 32, 256 })
                Console.WriteLine($"| {size} | {Log(Path.Combine(folder.FullName, $"log-{size}"), size):0} | {Sqlite(Path.Combine(folder.FullName, $"{size}.db"), size):0} |");
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static double Log(string folder, int size)
    {
        using var log = SegmentedLog.Open(new SegmentedLogOptions(folder), static _ => { });
        var batch = Enumerable.Range(0, size).Select(static _ => (ReadOnlyMemory<byte>)new byte[150]).ToArray();
        return Rate(() => log.Append(batch));
    }

    private static double Sqlite(string path, int size)
    {
        using var connection = new SqliteConnection($"Data Source={path};Pooling=False");
        connection.Open();
        Execute(connection, "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; CREATE TABLE log (id INTEGER PRIMARY KEY, data BLOB NOT NULL)");
        using var insert = connection.CreateCommand();
        insert.CommandText = "INSERT INTO log (data) VALUES ($data)";
        insert.Parameters.AddWithValue("$data", new byte[150]);
        return Rate(() =>
        {
            using var transaction = connection.BeginTransaction();
            insert.Transaction = transaction;
            for (var number = 0; number < size; number++)
                insert.ExecuteNonQuery();
            transaction.Commit();
        });
    }

    private static void Execute(SqliteConnection connection, string text)
    {
        using var command = connection.CreateCommand();
        command.CommandText = text;
        command.ExecuteNonQuery();
    }

    private static double Rate(Action batch)
    {
        var began = Stopwatch.StartNew();
        var count = 0;
        for (; began.Elapsed < Time; count++)
            batch();
        return count / began.Elapsed.TotalSeconds;
    }
}
