using System.Globalization;
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
    private const int Steps = 8;
    private static readonly TimeSpan ReadPatience = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan TransferPatience = TimeSpan.FromSeconds(8);
    private string membershipNote = "";

    /// <summary>Goes through the steps.</summary>
    public async Task RunAsync()
    {
        var began = time.GetTimestamp();
        var underWay = member.Gate.Shut();
        Note(1, "readiness fails from now on", began);
        Note(2, "no new writes are taken", began);
        await StepAsync(3, "writes under way have ended", () => WaitBoundedAsync(underWay));
        await TransferAsync();
        await StepAsync(5, "everything is flushed", () => member.Ledger?.FlushAsync() ?? Task.CompletedTask);
        await LeaveAsync();
        await StepAsync(6, "HTTP and the log files are closed", CloseAsync);
        Note(7, membershipNote, began);
        Note(8, "the process ends", began);
    }

    // Leadership goes before the process does, and only what is seen counts as gone.
    private async Task TransferAsync()
    {
        var began = time.GetTimestamp();
        if (member.Ledger is not QuorumLedger ledger)
            Note(4, "leadership: a standalone member has none to hand over", began);
        else
            Note(4, await ledger.HandOverAsync(TransferPatience), began);
    }

    private async Task LeaveAsync()
    {
        if (member.Ledger is not QuorumLedger ledger)
            membershipNote = "membership: a standalone member has none to give back";
        else if (!member.IsLeaving)
            membershipNote = "membership: kept, since nobody asked to leave";
        else
            membershipNote = await member.Quorum!.LeaveAsync(ledger, TransferPatience);
    }

    // HTTP first: no read may find the files closed.
    private async Task CloseAsync()
    {
        using var patience = new CancellationTokenSource(ReadPatience, time);
        await front.StopAsync(patience.Token);
        if (member.Ledger is { } ledger)
            await ledger.DisposeAsync();
    }

    private async Task WaitBoundedAsync(Task underWay)
    {
        try
        {
            await underWay.WaitAsync(member.Options.DrainTimeout, time);
        }
        catch (TimeoutException)
        {
            journal.Write(
                $"stop: {member.Gate.UnderWay} appends did not end within {member.Options.DrainTimeout.TotalSeconds} seconds and are cut off; they were not acknowledged");
        }
    }

    private async Task StepAsync(int number, string what, Func<Task> step)
    {
        var began = time.GetTimestamp();
        await step();
        Note(number, what, began);
    }

    private void Note(int number, string what, long began) =>
        journal.Write(string.Create(CultureInfo.InvariantCulture,
            $"stop {number}/{Steps}: {what} ({time.GetElapsedTime(began).TotalMilliseconds:0.0} ms)"));
}
