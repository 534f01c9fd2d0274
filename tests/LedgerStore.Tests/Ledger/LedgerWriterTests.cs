using System.Text;
using LedgerStore.Ledger;
using LedgerStore.Storage;

namespace LedgerStore.Tests.Ledger;

public sealed class LedgerWriterTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_repeat_gets_the_first_answer_also_within_a_batch_and_after_a_restart()
    {
        AppendOutcome.Appended first;
        using (var writer = Open())
        {
            var outcomes = writer.Append([Command("a", "c", 1), Command("a", "c", 1)]);
            first = Assert.IsType<AppendOutcome.Appended>(outcomes[0]);
            Assert.Equal(first with { WasRepeat = true }, outcomes[1]);
        }
        using var again = Open();
        Assert.Equal(first with { WasRepeat = true }, Assert.Single(again.Append([Command("a", "c", 1)])));
        Assert.Equal(1, again.Head.Index);
    }

    [Fact]
    public void A_sequence_used_for_other_data_is_refused()
    {
        using var writer = Open();
        var outcomes = writer.Append([Command("a", "c", 1), Command("b", "c", 1)]);
        Assert.Equal(new AppendOutcome.SequenceReused(1), outcomes[1]);
        Assert.Equal(new AppendOutcome.SequenceReused(1), Assert.Single(writer.Append([Command("b", "c", 1)])));
    }

    [Fact]
    public void A_sequence_too_old_to_be_remembered_is_refused_and_never_appended_twice()
    {
        using (var writer = Open())
        {
            for (var sequence = 1; sequence <= ClientWindows.WindowSize + 1; sequence++)
                writer.Append([Command("x", "c", sequence)]);
        }
        using var again = Open();
        Assert.IsType<AppendOutcome.SequenceTooOld>(Assert.Single(again.Append([Command("x", "c", 1)])));
        Assert.IsType<AppendOutcome.Appended>(Assert.Single(again.Append([Command("x", "c", 2)])));
        Assert.Equal(ClientWindows.WindowSize + 1, again.Head.Index);
    }

    [Fact]
    public void However_many_clients_there_were_a_new_one_is_taken_and_who_appended_longest_ago_is_forgotten_first()
    {
        var windows = new ClientWindows();
        for (var number = 1; number <= ClientWindows.MaxClients; number++)
            windows.Note(new RequestIdentity($"c{number}", 1), number);
        windows.Note(new RequestIdentity("c1", 2), ClientWindows.MaxClients + 1);
        Assert.Equal(IdentityVerdict.New, windows.Judge(new RequestIdentity("late", 1), out _));
        windows.Note(new RequestIdentity("late", 1), ClientWindows.MaxClients + 2);
        Assert.Equal(IdentityVerdict.New, windows.Judge(new RequestIdentity("c2", 1), out _));
        foreach (var (client, place) in new[] { ("c1", 1), ("c3", 3), ("late", ClientWindows.MaxClients + 2) })
        {
            Assert.Equal(IdentityVerdict.Repeat, windows.Judge(new RequestIdentity(client, 1), out var index));
            Assert.Equal(place, index);
        }
    }

    [Fact]
    public void A_ledger_that_is_opened_again_remembers_and_has_forgotten_the_same_clients()
    {
        using (var writer = Open())
        {
            foreach (var batch in Enumerable.Range(1, ClientWindows.MaxClients + 2).Chunk(1_000))
                Assert.All(writer.Append([.. batch.Select(static number => Command("x", $"c{number}", 1))]), static outcome => Assert.IsType<AppendOutcome.Appended>(outcome));
        }
        using var again = Open();
        Assert.Equal(new AppendOutcome.Appended(3, again.Read(3)!.Checksum, WasRepeat: true), Assert.Single(again.Append([Command("x", "c3", 1)])));
        var anew = Assert.IsType<AppendOutcome.Appended>(Assert.Single(again.Append([Command("x", "c2", 1)])));
        Assert.Equal((ClientWindows.MaxClients + 3, false), (anew.Index, anew.WasRepeat));
    }

    [Fact]
    public void Checksums_follow_from_all_entries_before()
    {
        using var writer = Open();
        writer.Append([Command("a"), Command("b")]);
        using var otherFolder = new TemporaryFolder();
        using var other = new LedgerWriter(new SegmentedLogOptions(otherFolder.LogFolder), TimeProvider.System);
        other.Append([Command("z"), Command("b")]);
        Assert.NotEqual(writer.Read(2)!.Checksum, other.Read(2)!.Checksum);
        Assert.Equal(writer.Head.Checksum, writer.Read(2)!.Checksum);
    }

    [Fact]
    public void A_segment_of_another_ledger_is_found_out()
    {
        using (var writer = Open(segmentBytes: 64))
            Fill(writer, "mine");
        using var otherFolder = new TemporaryFolder();
        using (var other = new LedgerWriter(new SegmentedLogOptions(otherFolder.LogFolder) { SegmentBytes = 64 }, TimeProvider.System))
            Fill(other, "other");
        File.Copy(otherFolder.NewestSegment, folder.NewestSegment, overwrite: true);
        var failure = Assert.Throws<UnusableDataException>(() => Open(segmentBytes: 64));
        Assert.Contains("does not follow", failure.Message, StringComparison.Ordinal);

        static void Fill(LedgerWriter writer, string data)
        {
            for (var number = 0; number < 3; number++)
                writer.Append([Command(data)]);
        }
    }

    private LedgerWriter Open(long segmentBytes = 1 << 20) =>
        new(new SegmentedLogOptions(folder.LogFolder) { SegmentBytes = segmentBytes }, TimeProvider.System);

    private static LedgerCommand Command(string data, string? client = null, long sequence = 0) =>
        new(Encoding.UTF8.GetBytes(data), client is null ? null : new RequestIdentity(client, sequence));
}
