using LedgerStore.Ledger;
using LedgerStore.Raft;

namespace LedgerStore.Quorum;

/// <content>Changes of the cluster itself: its data format, its leader, its members, and what became of them.</content>
public sealed partial class QuorumLedger
{
    private static readonly TimeSpan FatePause = TimeSpan.FromMilliseconds(10);

    /// <summary>Lets the whole cluster write a newer data format from here on, if nothing is in the way at the moment of the proposal; null when something is.</summary>
    public async Task<AppendOutcome?> SwitchFormatAsync(int format, Func<RaftNode, bool> isFree, CancellationToken cancellation)
    {
        var command = new ReplicatedCommand.SwitchFormat(format).Encode();
        var proposal = await AskAsync(core =>
        {
            if (!isFree(core))
                return null;
            var begun = new Proposal();
            Propose(core, command, begun);
            return begun;
        });
        return proposal is null ? null : await proposal.Done.Task.WaitAsync(cancellation);
    }

    /// <summary>Hands leadership to another voter, if it is held, and waits until that one leads; says how that went.</summary>
    public async Task<string> HandOverAsync(TimeSpan patience)
    {
        var began = time.GetTimestamp();
        if (!View.IsLeader)
            return $"leadership: {View.Leader ?? "nobody"} leads, so there is none to hand over";
        if (View.Members.Count(static seat => seat.IsVoter) == 1)
            return "leadership: there is no other voter to hand it to";
        while (time.GetElapsedTime(began) < patience)
        {
            await AskAsync(static core => core.Transfer(core.BestSuccessor()));
            await Task.Delay(settings.Tick, time);
            if (!View.IsLeader && View.Leader is { } next)
                return $"leadership: handed to {next}, which leads term {View.Term}";
        }
        return "leadership: could not be handed over in time; the others will elect";
    }

    /// <summary>Waits until it is known what became of an entry that this member had taken as leader of a term.</summary>
    /// <remarks>That leadership is lost, or time has passed, says nothing: the entry may be committed all the same (Raft, 5.4.2; thesis, 6.3).</remarks>
    public async Task<ChangeOutcome> FateAsync(long index, long term, TimeSpan patience, CancellationToken cancellation)
    {
        var began = time.GetTimestamp();
        while (true)
        {
            // Read together with the terms, on the core's thread; nothing while the disk is full.
            var fate = await AskAsync(core => core.Log.CommitIndex < index ? null : core.Log.TermAt(index)) is not { } found ? ChangeOutcome.Open
                : found == term ? ChangeOutcome.Committed : ChangeOutcome.Lost;
            if (fate != ChangeOutcome.Open || time.GetElapsedTime(began) > patience)
                return fate;
            await Task.Delay(FatePause, time, cancellation);
        }
    }

    /// <summary>Waits until leadership is where it was sent; false when that fails: the target did not campaign in time, or another one was elected.</summary>
    public async Task<bool> HasMovedAsync(MemberId target, TimeSpan patience, CancellationToken cancellation)
    {
        var began = time.GetTimestamp();
        while (time.GetElapsedTime(began) < patience)
        {
            var (leader, underWay) = await AskAsync(static core => (core.Leader, core.TransferTarget));
            if (leader == target)
                return true;
            if (!leader.IsNone && underWay.IsNone)
                return false;
            await Task.Delay(FatePause, time, cancellation);
        }
        return false;
    }

    /// <summary>Another member says that this one was removed: nobody sends it anything more, not even that (thesis, 4.2.3). It is shown, and changes nothing else.</summary>
    public void TellRemoved(string by) => inbox.TryAdd(new Input(core =>
    {
        if (isSaidRemoved || !core.Leader.IsNone || !core.Membership.Contains(core.Id))
            return;
        isSaidRemoved = true;
        journal.Write($"quorum: this member was removed, as {by} says; it asks to be let in again only when it is started again");
    }, static () => { }));
}
