using LedgerStore.Ledger;
using LedgerStore.Raft;
using LedgerStore.Storage;

namespace LedgerStore.Tests.Quorum;

/// <summary>A process that ends at any step of taking a snapshot in finds, when it starts again, either what it had before or the whole snapshot.</summary>
public sealed class SnapshotCrashTests : IDisposable
{
    private const int Had = 20;
    private const int Whole = 60;
    private readonly TemporaryFolder folder = new();

    private string Target => Path.Combine(folder.Path, "target");

    private string Incoming => Path.Combine(Target, "raft", "incoming.whole");

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Before_the_last_piece_nothing_has_changed_and_the_snapshot_is_taken_from_its_beginning()
    {
        using var source = Source();
        var chunks = Chunks(source);
        using (var target = Behind(source))
        {
            var record = 4 + BitConverter.ToInt32(chunks[0].Data.Span);
            Assert.Equal((Had, false), target.Disk.Receiver.Store(chunks[0] with { Data = chunks[0].Data[..^5] }, target.Disk.Ledger.Head));
            Assert.Equal((Had + 2, false), target.Disk.Receiver.Store(chunks[0] with { IsLast = false, Data = chunks[0].Data[..(2 * record)] }, target.Disk.Ledger.Head));
        }
        File.WriteAllBytes(Path.Combine(Target, "raft", "incoming", "garbage"), [1, 2, 3]);
        using (var again = new MemberOnDisk(Target, isFounder: false))
        {
            // Without a mark the ledger is made again from the replicated log, which is what it was.
            Assert.Equal((0, 0, Had + 1), (again.Disk.Ledger.Head.Index, again.Disk.Files.Mark.Index, again.LastIndex));
            Take(again, Chunks(source, 0));
        }
        AssertWhole(source);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(17)]
    [InlineData(Whole - Had)]
    public void Once_it_is_whole_it_takes_its_place_however_much_was_copied(int copied)
    {
        using var source = Source();
        using (var target = Behind(source))
            Assert.True(Store(target, Chunks(source)));
        using (var ledger = SegmentedLog.Open(new SegmentedLogOptions(Path.Combine(Target, "log")), static _ => { }))
        using (var incoming = SegmentedLog.Open(new SegmentedLogOptions(Incoming), static _ => { }))
        {
            for (var number = 1; number <= copied; number++)
                ledger.Append([incoming.Read(Had + number).Payload], isSynced: false);
        }
        // What the kernel had of the next one when the process ended.
        var newest = Directory.GetFiles(Path.Combine(Target, "log"), "*.segment").Order(StringComparer.Ordinal).Last();
        using (var torn = new FileStream(newest, FileMode.Append))
            torn.Write([9, 0, 0, 0, 1, 2, 3]);
        new MemberOnDisk(Target, isFounder: false).Dispose();
        AssertWhole(source);
    }

    [Fact]
    public void After_the_mark_was_kept_the_old_log_is_forgotten()
    {
        using var source = Source();
        var mark = source.Mark();
        using (var target = Behind(source))
        {
            Assert.True(Store(target, Chunks(source)));
            Directory.CreateDirectory(Path.Combine(folder.Path, "kept"));
            foreach (var segment in Directory.GetFiles(Path.Combine(Target, "raft", "log")))
                File.Copy(segment, Path.Combine(folder.Path, "kept", Path.GetFileName(segment)));
            target.Disk.Install();
            Assert.Equal(mark.Index, target.Disk.Files.Mark.Index);
        }
        Directory.Delete(Path.Combine(Target, "raft", "log"), recursive: true);
        Directory.Move(Path.Combine(folder.Path, "kept"), Path.Combine(Target, "raft", "log"));
        new MemberOnDisk(Target, isFounder: false).Dispose();
        AssertWhole(source);
    }

    [Fact]
    public void Before_what_came_is_removed_it_is_only_removed_again()
    {
        using var source = Source();
        using (var target = Behind(source))
        {
            Assert.True(Store(target, Chunks(source)));
            var kept = Path.Combine(folder.Path, "kept");
            Directory.CreateDirectory(kept);
            foreach (var file in Directory.GetFiles(Incoming))
                File.Copy(file, Path.Combine(kept, Path.GetFileName(file)));
            target.Disk.Install();
            Directory.Move(kept, Incoming);
        }
        new MemberOnDisk(Target, isFounder: false).Dispose();
        AssertWhole(source);
    }

    private MemberOnDisk Source()
    {
        var source = new MemberOnDisk(Path.Combine(folder.Path, "source"));
        source.Append(Whole);
        return source;
    }

    // It has the first entries, from the same leader.
    private MemberOnDisk Behind(MemberOnDisk source)
    {
        var target = new MemberOnDisk(Target, isFounder: false);
        foreach (var entry in source.Entries.Take(Had + 1))
            target.Disk.Files.Append([entry]);
        for (var index = 1; index <= Had; index++)
        {
            var entry = source.Disk.Ledger.Read(index)!;
            target.Disk.Ledger.Apply([new ReplicatedCommand.Append(new LedgerCommand(entry.Data, entry.Identity), entry.AppendedAt)]);
        }
        target.Disk.Ledger.Sync();
        return target;
    }

    private static List<RaftMessage.SnapshotChunk> Chunks(MemberOnDisk source, long position = Had)
    {
        var mark = source.Mark();
        return [source.Disk.Fill(new RaftMessage.SnapshotChunk(new MemberId(1), new MemberId(2), 1, mark, position, default, false))];
    }

    private static bool Store(MemberOnDisk target, List<RaftMessage.SnapshotChunk> chunks)
    {
        var isWhole = false;
        foreach (var chunk in chunks)
            isWhole = target.Disk.Receiver.Store(chunk, target.Disk.Ledger.Head).IsWhole;
        return isWhole;
    }

    private static void Take(MemberOnDisk target, List<RaftMessage.SnapshotChunk> chunks)
    {
        Assert.True(Store(target, chunks));
        target.Disk.Install();
    }

    private void AssertWhole(MemberOnDisk source)
    {
        using var opened = new MemberOnDisk(Target, isFounder: false);
        Assert.Equal(source.Disk.Ledger.Head, opened.Disk.Ledger.Head);
        Assert.Equal(source.Mark().Index, opened.Disk.Files.Mark.Index);
        Assert.Empty(opened.Disk.Files.Entries);
        Assert.False(Directory.Exists(Incoming));
    }
}
