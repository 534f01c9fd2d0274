using LedgerStore.Ledger;
using LedgerStore.Operations;
using LedgerStore.Tests.Server;

namespace LedgerStore.Tests.Quorum;

public sealed class BackupTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private string Backup => Path.Combine(folder.Path, "ledger.backup");

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task A_restore_makes_a_new_cluster_with_every_entry_up_to_the_backups_index()
    {
        string? cluster;
        await using (var ledger = await StartAsync("first"))
        {
            for (var number = 1; number <= 600; number++)
                (await ledger.AppendAsync($"entry {number}", "c", number)).Dispose();
            cluster = (await ledger.GetAsync("/status")).GetProperty("clusterId").GetString();
            var (code, said) = await ControlAsync(ledger, "backup", Backup, "--at", "550");
            Assert.True(code == 0, said);
            Assert.Contains("550 entries", said, StringComparison.Ordinal);
            Assert.Contains("is whole", (await ControlAsync(ledger, "verify", Backup)).Said, StringComparison.Ordinal);
        }
        Assert.Equal(0, (await ControlAsync(null, "restore", Backup, "--data", Path.Combine(folder.Path, "second"))).Code);
        await using var restored = await StartAsync("second");
        var status = await restored.GetAsync("/status");
        Assert.NotEqual(cluster, status.GetProperty("clusterId").GetString());
        Assert.Equal(550, status.GetProperty("lastIndex").GetInt64());
        Assert.Equal("entry 550", (await restored.GetAsync("/v1/entries/550")).GetProperty("data").GetString());
        using var repeat = await restored.AppendAsync("entry 550", "c", 550);
        Assert.Equal(System.Net.HttpStatusCode.OK, repeat.StatusCode);
    }

    [Fact]
    public async Task A_backup_says_where_it_was_taken_and_from_whom()
    {
        await using var ledger = await StartAsync("first");
        (await ledger.AppendAsync("one")).Dispose();
        (await ledger.AppendAsync("two")).Dispose();
        await using var source = await ledger.Http.GetStreamAsync("/v1/backup", Stop);
        var entries = 0;
        var header = await BackupFile.ReadAsync(source, _ => entries++, Stop);
        Assert.Equal((2, 2), (entries, header.Index));
        // A moment after an entry is acknowledged its member still tells the status of before.
        await ledger.UntilAsync(async () => (await ledger.GetAsync("/status")).GetProperty("appliedLogIndex").GetInt64() >= header.LogIndex, "the status tells of the last entry");
        var status = await ledger.GetAsync("/status");
        Assert.Equal((status.GetProperty("appliedLogIndex").GetInt64(), status.GetProperty("term").GetInt64()), (header.LogIndex, header.Term));
        Assert.Equal((status.GetProperty("clusterId").GetString(), status.GetProperty("checksum").GetString()), (header.ClusterId, header.Checksum));
        Assert.Equal(("2.8.1", 8, "ledger-store-0"), (header.Version, header.DataFormat, header.Member));
        var seat = Assert.Single(header.Members);
        Assert.Equal(("ledger-store-0", status.GetProperty("memberId").GetString(), true), (seat.Name, seat.Id, seat.IsVoter));
    }

    [Fact]
    public async Task A_member_remembers_the_newest_backup_that_was_checked_and_no_other()
    {
        DateTimeOffset taken;
        await using (var ledger = await StartAsync("first"))
        {
            (await ledger.AppendAsync("one")).Dispose();
            Assert.False((await ledger.GetAsync("/status")).TryGetProperty("lastBackupAt", out _));
            Assert.Equal(0, (await ControlAsync(ledger, "backup", Backup + ".stale", "--stale")).Code);
            Assert.False((await ledger.GetAsync("/status")).TryGetProperty("lastBackupAt", out _));
            Assert.Equal(0, (await ControlAsync(ledger, "backup", Backup)).Code);
            await using var source = File.OpenRead(Backup);
            taken = (await BackupFile.ReadAsync(source, static _ => { }, Stop)).TakenAt;
            Assert.Equal(taken, (await ledger.GetAsync("/status")).GetProperty("lastBackupAt").GetDateTimeOffset());
            foreach (var (query, code) in new[] { ("index=1&checksum=00&takenAt=2026-01-01T00:00:00Z", 409), ("index=1&checksum=00&takenAt=2999-01-01T00:00:00Z", 400), ("index=one", 400) })
            {
                using var refused = await ledger.Http.PostAsync(new Uri($"/v1/backup?{query}", UriKind.Relative), null, Stop);
                Assert.Equal(code, (int)refused.StatusCode);
            }
        }
        await using var again = await StartAsync("first");
        var status = await again.GetAsync("/status");
        Assert.Equal(taken, status.GetProperty("lastBackupAt").GetDateTimeOffset());
        Assert.Equal(1, status.GetProperty("lastBackupIndex").GetInt64());
    }

    [Fact]
    public async Task A_restore_never_writes_over_data()
    {
        await using (var ledger = await StartAsync("first"))
        {
            (await ledger.AppendAsync("kept")).Dispose();
            Assert.Equal(0, (await ControlAsync(ledger, "backup", Backup)).Code);
        }
        var (code, said) = await ControlAsync(null, "restore", Backup, "--data", Path.Combine(folder.Path, "first"));
        Assert.Equal(ExitCode.CannotCreate, code);
        Assert.Contains("not empty", said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_backup_that_is_cut_or_changed_anywhere_is_refused_and_leaves_the_folder_empty()
    {
        await using (var ledger = await StartAsync("first"))
        {
            for (var number = 1; number <= 3; number++)
                (await ledger.AppendAsync($"entry {number}", "c", number)).Dispose();
            Assert.Equal(0, (await ControlAsync(ledger, "backup", Backup)).Code);
        }
        var bytes = await File.ReadAllBytesAsync(Backup, Stop);
        var target = Path.Combine(folder.Path, "target");
        for (var at = 0; at < bytes.Length; at++)
        {
            byte[] flipped = [.. bytes];
            flipped[at] ^= 4;
            foreach (var damaged in new[] { flipped, bytes[..at] })
            {
                await using var source = new MemoryStream(damaged);
                await Assert.ThrowsAsync<LedgerStore.Storage.UnusableDataException>(() => BackupFile.ReadAsync(source, static _ => { }, Stop));
                if (at % 50 != 0)
                    continue;
                source.Position = 0;
                await Assert.ThrowsAsync<LedgerStore.Storage.UnusableDataException>(() => Restore.RunAsync(source, target, "m", LedgerRelease.All[^1], TimeProvider.System, Stop));
                Assert.Empty(Directory.EnumerateFileSystemEntries(target));
            }
        }
        await File.WriteAllBytesAsync(Backup, [.. bytes, 0], Stop);
        var (code, said) = await ControlAsync(null, "restore", Backup, "--data", target);
        Assert.Equal(ExitCode.Data, code);
        Assert.Contains("something follows behind the backup's end", said, StringComparison.Ordinal);
        await File.WriteAllBytesAsync(Backup, bytes, Stop);
        Assert.Equal(0, (await ControlAsync(null, "restore", Backup, "--data", target)).Code);
    }

    [Fact]
    public async Task A_restore_takes_no_name_by_chance_and_a_disk_starts_only_as_the_member_that_it_belongs_to()
    {
        await WriteBackupAsync(8);
        var target = Path.Combine(folder.Path, "target");
        var (code, said) = await ControlWithAsync([], "restore", Backup, "--data", target);
        Assert.Equal(ExitCode.Usage, code);
        Assert.Contains("--name MEMBER", said, StringComparison.Ordinal);
        Assert.False(Directory.Exists(target));
        (code, said) = await ControlWithAsync([("HOSTNAME", "vm"), ("POD_NAME", "ledger-store-0")], "restore", Backup, "--data", target, "--name", "ledger-store-4");
        Assert.True(code == 0, said);
        Assert.EndsWith("start it as ledger-store-4\n", said, StringComparison.Ordinal);

        var address = LedgerProcess.NewAddress();
        await using (var other = LedgerProcess.Start(target, ("POD_IP", address), ("LEDGER_PEERS", $"ledger-store-0={address}:8081")))
        {
            Assert.Equal(ExitCode.Data, await other.ExitCodeAsync());
            Assert.Contains($"{target} is the disk of member ledger-store-4", other.Output, StringComparison.Ordinal);
            Assert.Contains("--name ledger-store-0", other.Output, StringComparison.Ordinal);
        }
        await using var own = await LedgerProcess.StartReadyAsync(target, ("POD_IP", address), ("POD_NAME", "ledger-store-4"), ("LEDGER_PEERS", $"ledger-store-4={address}:8081"));
        Assert.Equal(["ledger-store-4"], (await own.GetAsync("/status")).GetProperty("voters").EnumerateArray().Select(static voter => voter.GetString()));
    }

    [Fact]
    public async Task A_backup_of_a_newer_data_format_is_restored_only_as_a_release_that_reads_it()
    {
        await WriteBackupAsync(9);
        var target = Path.Combine(folder.Path, "target");
        foreach (var older in new[] { "", "2.8.1" })
        {
            var (code, said) = await ControlWithAsync([("LEDGER_VERSION", older)], "restore", Backup, "--data", target, "--name", "m");
            Assert.Equal(ExitCode.Data, code);
            Assert.Contains("2.8.1 reads formats up to 8: restore it with a newer version", said, StringComparison.Ordinal);
            Assert.Empty(Directory.EnumerateFileSystemEntries(target));
        }
        Assert.Equal(ExitCode.Usage, (await ControlWithAsync([], "restore", Backup, "--data", target, "--name", "no pod's name")).Code);
        Assert.Equal(ExitCode.Usage, (await ControlWithAsync([("LEDGER_VERSION", "9.9")], "restore", Backup, "--data", target, "--name", "m")).Code);
        Assert.Equal(0, (await ControlWithAsync([("LEDGER_VERSION", "2.9.0")], "restore", Backup, "--data", target, "--name", "m")).Code);
    }

    [Fact]
    public async Task A_restore_onto_a_full_disk_says_so_and_leaves_nothing_behind()
    {
        if (!Environment.IsPrivilegedProcess)
        {
            TestContext.Current.TestOutputHelper?.WriteLine("no small volume can be mounted here without root");
            return;
        }
        await WriteBackupAsync(8, entries: 20, entryBytes: 100_000);
        var target = Path.Combine(folder.Path, "small");
        Directory.CreateDirectory(target);
        Assert.Equal(0, await SmallVolume.MountAsync(target, "1m"));
        try
        {
            var (code, said) = await ControlWithAsync([], "restore", Backup, "--data", target, "--name", "m");
            Assert.Equal(ExitCode.InputOutput, code);
            Assert.StartsWith("no room for ", said, StringComparison.Ordinal);
            Assert.Empty(Directory.EnumerateFileSystemEntries(target));
        }
        finally
        {
            Assert.Equal(0, await SmallVolume.UnmountAsync(target));
        }
    }

    [Fact]
    public async Task A_file_that_is_there_is_replaced_only_by_force()
    {
        await using var ledger = await StartAsync("first");
        (await ledger.AppendAsync("kept")).Dispose();
        await File.WriteAllTextAsync(Backup, "another backup", Stop);
        var (code, said) = await ControlAsync(ledger, "backup", Backup);
        Assert.Equal(ExitCode.CannotCreate, code);
        Assert.Contains("--force", said, StringComparison.Ordinal);
        Assert.Equal("another backup", await File.ReadAllTextAsync(Backup, Stop));
        Assert.Equal(0, (await ControlAsync(ledger, "backup", Backup, "--force")).Code);
        Assert.Contains("is whole: 1 entries", (await ControlAsync(ledger, "verify", Backup)).Said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task People_are_told_what_a_command_would_need()
    {
        await using var ledger = await StartAsync("first");
        Assert.Contains("InvalidChange: ", (await ControlAsync(ledger, "remove", "ledger-store-0")).Said, StringComparison.Ordinal);
        Assert.Contains("\"leader\": \"ledger-store-0\"", (await ControlAsync(ledger, "members")).Said, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Usage, (await ControlAsync(ledger, "dance")).Code);
        Assert.Equal(ExitCode.Usage, (await ControlAsync(null, "status", "--to", "nowhere")).Code);
        Assert.Contains("does not answer", (await ControlAsync(null, "status", "--to", "http://127.0.0.1:1")).Said, StringComparison.Ordinal);
    }

    private Task<LedgerProcess> StartAsync(string name)
    {
        var address = LedgerProcess.NewAddress();
        return LedgerProcess.StartReadyAsync(Path.Combine(folder.Path, name), ("POD_IP", address), ("LEDGER_PEERS", $"ledger-store-0={address}:8081"));
    }

    private static Task<(int Code, string Said)> ControlAsync(LedgerProcess? ledger, params string[] arguments) =>
        ControlWithAsync(ledger is null ? [("POD_NAME", "ledger-store-0")] : [("POD_NAME", "ledger-store-0"), ("POD_IP", ledger.Address)], arguments);

    private static async Task<(int Code, string Said)> ControlWithAsync((string Name, string Value)[] environment, params string[] arguments)
    {
        await using var output = new StringWriter();
        using var control = new LedgerControl(name => environment.FirstOrDefault(variable => variable.Name == name).Value, output);
        return (await control.RunAsync(arguments, Stop), output.ToString());
    }

    private async Task WriteBackupAsync(int format, int entries = 1, int entryBytes = 10)
    {
        var (records, checksum) = (new List<byte[]>(), LedgerChecksum.Empty);
        for (var index = 1; index <= entries; index++)
            records.Add(LedgerEntryFormat.Encode(new LedgerCommand(new byte[entryBytes], null), index, checksum, DateTimeOffset.UnixEpoch, out checksum));
        await using var file = File.Create(Backup);
        var header = new BackupHeader(entries, checksum.ToString(), "00000000000000c1", "m", "2.9.0", format, DateTimeOffset.UnixEpoch, []);
        await BackupFile.WriteAsync(file, header, index => records[(int)index - 1], Stop);
    }
}
