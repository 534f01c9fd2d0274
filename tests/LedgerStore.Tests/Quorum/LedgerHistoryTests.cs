namespace LedgerStore.Tests.Quorum;

public sealed class LedgerHistoryTests
{
    [Theory]
    [InlineData("a1:0-5 a2:1-4 r2:6-7", true)]
    [InlineData("a1:0-5 r0:1-6 r1:2-7", true)]
    [InlineData("a1:0-5 r0:6-7", false)] // A stale read.
    [InlineData("r1:0-1 a1:2-3", false)] // A read of what was not asked for yet.
    [InlineData("a2:0-1 a1:2-3", false)] // Places against the time.
    [InlineData("r2:1-2 r1:3-4 a1:0-9 a2:0-9", false)] // A read that goes back.
    [InlineData("a1:0-9 a1:1-8", false)] // A place given twice.
    public void A_history_is_judged_as_one_ledger_would_have_shown_it(string text, bool isLinearizable)
    {
        var history = new LedgerHistory();
        foreach (var part in text.Split(' '))
        {
            var (place, times) = (part[1..part.IndexOf(':', StringComparison.Ordinal)], part[(part.IndexOf(':', StringComparison.Ordinal) + 1)..].Split('-'));
            history.Add(new LedgerHistory.Operation(part[0] == 'a', long.Parse(times[0], null), long.Parse(times[1], null), long.Parse(place, null), part));
        }
        Assert.Equal(isLinearizable, history.Contradiction() is null);
    }
}
