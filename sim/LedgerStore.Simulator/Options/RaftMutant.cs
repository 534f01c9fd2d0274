using LedgerStore.Raft;

namespace LedgerStore.Simulator.Options;

/// <summary>Known bugs that can be switched on, each of which the checkers must find.</summary>
public enum RaftMutant
{
    /// <summary>No bug.</summary>
    None,

    /// <summary>An entry of an old term is committed by counting (Raft, figure 8).</summary>
    CommitsOldTerms,

    /// <summary>A membership is changed before the last change, or an entry of the term, is committed (R7).</summary>
    ChangesMembershipEarly,

    /// <summary>Term and vote are written but not synced: a crash may take them back (R6).</summary>
    KeepsVoteInCache,

    /// <summary>A leader serves reads without asking a majority (R8).</summary>
    ReadsWithoutQuorum,

    /// <summary>A leader serves reads from a lease that a transfer of leadership does not end (R8).</summary>
    LeaseOverTransfer,

    /// <summary>A member whose sync has failed goes on as if it had not.</summary>
    IgnoresFailedSync,

    /// <summary>A member with an empty disk comes back under its old identity (T4).</summary>
    KeepsIdentityOnEmptyDisk,

    /// <summary>A member starts from a damaged disk as if its checksums were right.</summary>
    TrustsDamagedDisk,

    /// <summary>A leader that hears no majority stays one (R11).</summary>
    LeadsUnheard,

    /// <summary>A repeated append is applied again, on every member alike (R12).</summary>
    AppliesRepeats,

    /// <summary>Clients are forgotten earlier than is promised, on every member alike (R12).</summary>
    ForgetsClientsEarly,

    /// <summary>What is known of clients is not part of a snapshot: a member that starts from one has forgotten them (R9, R12).</summary>
    ForgetsClientsInSnapshots,

    /// <summary>Who hears no leader campaigns in a new term at once (no pre-vote): one that is cut off raises its own term, and everyone's when it is back (R10).</summary>
    CampaignsUnasked,

    /// <summary>One that was removed and does not know it campaigns, and is heeded by those who hear their leader (R10).</summary>
    HeedsTheRemoved,

    /// <summary>The cluster switches to a data format that not every member reads.</summary>
    SwitchesFormatEarly,

    /// <summary>The cluster switches to a data format by what members said before they were asked.</summary>
    TrustsEarlierWord,
}

/// <summary>The part of a mutant that is in the core.</summary>
public static class MutantFlaws
{
    /// <summary>The core's flaw of a mutant.</summary>
    public static RaftFlaws Of(RaftMutant mutant) => mutant switch
    {
        RaftMutant.CommitsOldTerms => RaftFlaws.CommitsOldTerms,
        RaftMutant.ChangesMembershipEarly => RaftFlaws.ChangesMembershipEarly,
        RaftMutant.ReadsWithoutQuorum => RaftFlaws.ReadsWithoutQuorum,
        RaftMutant.LeaseOverTransfer => RaftFlaws.LeaseOverTransfer,
        RaftMutant.LeadsUnheard => RaftFlaws.LeadsUnheard,
        RaftMutant.CampaignsUnasked => RaftFlaws.CampaignsUnasked,
        RaftMutant.HeedsTheRemoved => RaftFlaws.CampaignsUnasked | RaftFlaws.HeedsStrangers,
        _ => RaftFlaws.None,
    };
}
