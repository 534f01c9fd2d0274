using System.Globalization;
using LedgerStore.Quorum;

namespace LedgerStore.Server;

/// <summary>The first five of the eight steps in which a member stops: those that `POST /drain` asks for too. Each is noted with its time. Done twice they
/// do no harm: a preStop hook drains before the signal comes.</summary>
/// <param name="member">The member.</param>
/// <param name="journal">Where the steps are noted.</param>
/// <param name="time">The clock.</param>
public sealed class DrainSteps(Member member, LedgerJournal journal, TimeProvider time)
{
    /// <summary>How many steps there are in all.</summary>
    public const int Count = 8;

    /// <summary>How long leadership may take to be handed over, and a membership to be given back.</summary>
    public static readonly TimeSpan TransferPatience = TimeSpan.FromSeconds(8);

    /// <summary>Goes through them; false when writes under way did not end in time.</summary>
    /// <param name="word">What the notes begin with.</param>
    public async Task<bool> RunAsync(string word)
    {
        var began = time.GetTimestamp();
        var underWay = member.Gate.Shut();
        Note(word, 1, "readiness fails from now on", began);
        Note(word, 2, "no new writes are taken", began);
        began = time.GetTimestamp();
        var isEmpty = await EndsAsync(word, underWay);
        Note(word, 3, isEmpty ? "writes under way have ended" : "writes under way are left to their fate", began);
        began = time.GetTimestamp();
        // Leadership goes before the process does, and only what is seen counts as gone.
        var leadership = member.Ledger is QuorumLedger ledger ? await ledger.HandOverAsync(TransferPatience) : "leadership: a standalone member has none to hand over";
        Note(word, 4, leadership, began);
        began = time.GetTimestamp();
        var isFlushed = await EndsAsync(word, member.Ledger?.FlushAsync() ?? Task.CompletedTask);
        Note(word, 5, isFlushed ? "everything is flushed" : "not everything could be flushed", began);
        return isEmpty && isFlushed;
    }

    /// <summary>Notes a step that was done.</summary>
    public void Note(string word, int number, string what, long began) =>
        journal.Write(string.Create(CultureInfo.InvariantCulture,
            $"{word} {number}/{Count}: {what} ({time.GetElapsedTime(began).TotalMilliseconds:0.0} ms)"));

    private async Task<bool> EndsAsync(string word, Task work)
    {
        try
        {
            await work.WaitAsync(member.Options.DrainTimeout, time);
            return true;
        }
        catch (TimeoutException)
        {
            journal.Write(
                $"{word}: {member.Gate.UnderWay} appends did not end within {member.Options.DrainTimeout.TotalSeconds} seconds; those that are cut off were not acknowledged");
            return false;
        }
    }
}
