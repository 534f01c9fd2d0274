using LedgerStore.Raft;

namespace LedgerStore.Quorum;

/// <content>Whether the cluster was founded, as far as the log tells before it is applied.</content>
public sealed partial class QuorumLedger
{
    private long foundedInTerm = -1;

    // A command in the log is the founding, or was taken after it: whatever is appended behind it is committed only together with it. So a leader that was just
    // started need not apply its log before it knows that the cluster is no new one.
    private bool HoldsFounding()
    {
        if (foundedInTerm != node.Term && node.Log.Slice(node.Log.AppliedIndex + 1, node.Log.LastIndex, int.MaxValue, int.MaxValue).Any(static entry => entry.Kind == RaftEntryKind.Command))
            foundedInTerm = node.Term;
        return foundedInTerm == node.Term;
    }
}
