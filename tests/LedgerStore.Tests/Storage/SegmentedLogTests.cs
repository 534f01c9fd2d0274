using System.Text;
using LedgerStore.Storage;

namespace LedgerStore.Tests.Storage;

public sealed class SegmentedLogTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly List<string> notes = [];

    public void Dispose() => folder.Dispose();

    [Fact]
    public void What_was_appended_is_read_back_now_and_after_opening_again()
    {
        using (var log = Open(out _))
        {
            log.Append([Bytes("one"), Bytes("two")]);
            log.Append([Bytes("three")]);
            Assert.Equal("two", Text(log.Read(2)));
        }
        using var again = Open(out var replayed);
        Assert.Equal(["one", "two", "three"], replayed);
        Assert.Equal((1, 3), (again.FirstIndex, again.LastIndex));
        Assert.Equal("three", Text(again.Read(3)));
        Assert.Throws<ArgumentOutOfRangeException>(() => again.Read(4));
    }

    [Fact]
    public void A_full_segment_is_followed_by_a_new_one_and_all_are_read()
    {
        using (var log = Open(out _, segmentBytes: 256))
        {
            for (var number = 1; number <= 50; number++)
                log.Append([Bytes($"record {number}")]);
        }
        Assert.True(Directory.GetFiles(folder.LogFolder, "*.segment").Length > 5);
        using var again = Open(out var replayed, segmentBytes: 256);
        Assert.Equal(Enumerable.Range(1, 50).Select(number => $"record {number}"), replayed);
        Assert.All(Enumerable.Range(1, 50), number => Assert.Equal($"record {number}", Text(again.Read(number))));
    }

    [Fact]
    public void A_failed_sync_is_never_followed_by_another_append()
    {
        var fails = false;
        var log = SegmentedLog.Open(new SegmentedLogOptions(folder.LogFolder) { Sync = Sync }, _ => { });
        log.Append([Bytes("kept")]);
        fails = true;
        Assert.Throws<DurabilityLostException>(() => log.Append([Bytes("lost")]));
        fails = false;
        Assert.Throws<DurabilityLostException>(() => log.Append([Bytes("refused")]));
        Assert.Equal(1, log.LastIndex);
        log.Dispose();

        void Sync(Microsoft.Win32.SafeHandles.SafeFileHandle file, string path)
        {
            if (fails)
                throw new DurabilityLostException("the disk failed");
            DurableFile.SyncData(file, path);
        }
    }

    [Fact]
    public void Syncing_something_that_cannot_be_synced_is_an_error_with_its_errno()
    {
        using var device = File.OpenHandle("/dev/null", FileMode.Open, FileAccess.Write);
        var failure = Assert.Throws<DurabilityLostException>(() => DurableFile.SyncData(device, "/dev/null"));
        Assert.Contains("errno 22", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_damaged_record_before_durable_ones_stops_the_opening_and_names_file_and_offset()
    {
        long offset;
        using (var log = Open(out _))
        {
            log.Append([Bytes("first")]);
            offset = new FileInfo(folder.NewestSegment).Length;
            log.Append([Bytes("second")]);
            log.Append([Bytes("third")]);
        }
        Flip(folder.NewestSegment, offset + RecordHeader.Size);
        var before = File.ReadAllBytes(folder.NewestSegment);
        var failure = Assert.Throws<UnusableDataException>(() => Open(out _));
        Assert.Contains(folder.NewestSegment, failure.Message, StringComparison.Ordinal);
        Assert.Contains($"offset {offset}", failure.Message, StringComparison.Ordinal);
        Assert.Equal(before, File.ReadAllBytes(folder.NewestSegment));
    }

    [Fact]
    public void A_damaged_record_in_an_older_segment_stops_the_opening()
    {
        using (var log = Open(out _, segmentBytes: 64))
        {
            for (var number = 1; number <= 5; number++)
                log.Append([Bytes($"a record of some length, number {number}")]);
        }
        var oldest = Directory.GetFiles(folder.LogFolder, "*.segment").Order(StringComparer.Ordinal).First();
        Flip(oldest, new FileInfo(oldest).Length - 1);
        Assert.Throws<UnusableDataException>(() => Open(out _, segmentBytes: 64));
    }

    [Fact]
    public void A_missing_segment_stops_the_opening()
    {
        using (var log = Open(out _, segmentBytes: 64))
        {
            for (var number = 1; number <= 5; number++)
                log.Append([Bytes($"a record of some length, number {number}")]);
        }
        File.Delete(Directory.GetFiles(folder.LogFolder, "*.segment").Order(StringComparer.Ordinal).ElementAt(2));
        var failure = Assert.Throws<UnusableDataException>(() => Open(out _, segmentBytes: 64));
        Assert.Contains("a segment is missing", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_batch_of_which_only_later_pages_reached_the_disk_is_a_torn_tail_and_not_damage()
    {
        long acknowledged;
        using (var log = Open(out _))
        {
            log.Append([Bytes("kept")]);
            acknowledged = new FileInfo(folder.NewestSegment).Length;
            log.Append([Bytes("torn one"), Bytes("torn two"), Bytes("torn three")]);
        }
        Flip(folder.NewestSegment, acknowledged + RecordHeader.Size);
        using var again = Open(out var replayed);
        Assert.Equal(["kept"], replayed);
        Assert.Contains("cut a torn tail", Assert.Single(notes), StringComparison.Ordinal);
    }

    [Fact]
    public void A_newer_format_is_refused_by_its_number_and_left_alone()
    {
        using (var log = Open(out _))
            log.Append([Bytes("one")]);
        var path = folder.NewestSegment;
        using (var file = File.OpenHandle(path, FileMode.Open, FileAccess.Write))
            RandomAccess.Write(file, new SegmentHeader(10, 1).Encode(), 0);
        var failure = Assert.Throws<UnusableDataException>(() => Open(out _));
        Assert.Contains("data format 10", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_segment_that_a_crash_left_unfinished_is_cleared_away()
    {
        using (var log = Open(out _))
            log.Append([Bytes("one")]);
        var unfinished = Path.Combine(folder.LogFolder, SegmentHeader.FileName(2) + ".new");
        File.WriteAllText(unfinished, "LEDG");
        using var again = Open(out var replayed);
        Assert.Equal(["one"], replayed);
        Assert.False(File.Exists(unfinished));
    }

    [Fact]
    public void A_folder_is_held_by_one_at_a_time()
    {
        using var held = DataFolder.Hold(folder.Path);
        var failure = Assert.Throws<DataFolderException>(() => DataFolder.Hold(folder.Path));
        Assert.Contains($"held by process {Environment.ProcessId}", failure.Message, StringComparison.Ordinal);
    }

    private SegmentedLog Open(out List<string> replayed, long segmentBytes = 1 << 20)
    {
        var found = replayed = [];
        var options = new SegmentedLogOptions(folder.LogFolder) { SegmentBytes = segmentBytes, Note = notes.Add };
        return SegmentedLog.Open(options, record => found.Add(Text(record)));
    }

    private static ReadOnlyMemory<byte> Bytes(string text) => Encoding.UTF8.GetBytes(text);

    private static string Text(LogRecord record) => Encoding.UTF8.GetString(record.Payload.Span);

    private static void Flip(string path, long offset)
    {
        var bytes = File.ReadAllBytes(path);
        bytes[offset] ^= 0x40;
        File.WriteAllBytes(path, bytes);
    }
}
