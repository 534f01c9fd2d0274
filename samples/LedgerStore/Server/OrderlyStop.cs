using LedgerStore.Quorum;

namespace LedgerStore.Server;

/// <summary>The steps in which a member stops, each logged with its time. Those that only a member of a quorum has (leadership,
/// membership) are named too, so that the log reads the same everywhere. A membership that is given back is so before the files are closed,
/// since that is decided by the log.</summary>
/// <param name="member">The member.</param>
/// <param name="front">Its HTTP server, which answers probes and reads until just before the files are closed.</param>
/// <param name="journal">Where the steps are noted.</param>
/// <param name="time">The clock.</param>
public sealed class OrderlyStop(Member member, WebApplication front, LedgerJournal journal, TimeProvider time)
{
    private const string Word = "stop";
    private static readonly TimeSpan ReadPatience = TimeSpan.FromSeconds(2);
    private readonly DrainSteps steps = new(member, journal, time);
    private long? began;

    /// <summary>Goes through the steps but the last, which is the process's own: <see cref="NoteEnd"/>.</summary>
    public async Task RunAsync()
    {
        began = time.GetTimestamp();
        await steps.RunAsync(Word);
        var leavingBegan = time.GetTimestamp();
        var membership = await LeaveAsync();
        var leaving = time.GetElapsedTime(leavingBegan);
        var closingBegan = time.GetTimestamp();
        await CloseAsync();
        steps.Note(Word, 6, "HTTP and the log files are closed", closingBegan);
        steps.Note(Word, 7, membership, time.GetTimestamp() - (long)(leaving.TotalSeconds * time.TimestampFrequency));
    }

    /// <summary>Everything is given back, the data folder too: the process ends. Says nothing when no stop was begun.</summary>
    public void NoteEnd()
    {
        if (began is { } since)
            steps.Note(Word, DrainSteps.Count, "the process ends", since);
    }

    private async Task<string> LeaveAsync()
    {
        if (member.Ledger is not QuorumLedger ledger)
            return "membership: a standalone member has none to give back";
        return member.IsLeaving ? await member.Quorum!.LeaveAsync(ledger, DrainSteps.TransferPatience) : "membership: kept, since nobody asked to leave";
    }

    // HTTP first: no read may find the files closed.
    private async Task CloseAsync()
    {
        using var patience = new CancellationTokenSource(ReadPatience, time);
        await front.StopAsync(patience.Token);
        if (member.Ledger is { } ledger)
            await ledger.DisposeAsync();
    }
}
