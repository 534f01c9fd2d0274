using Holdfast.Client.Caching;
using Holdfast.Steward.Planning;

namespace Holdfast.Steward.Observation;

/// <summary>What is remembered of targets besides their members' answers; none of it over a restart.</summary>
/// <param name="Calls">How calls to members went.</param>
/// <param name="Gates">What gates showed.</param>
/// <param name="Evidence">What a member wrote that does not come back.</param>
/// <param name="Snapshots">Whether claims can be copied, and what became of their snapshots.</param>
/// <param name="Backups">When the last backup was made, where somebody else than the members tells.</param>
/// <param name="Evictions">Who was asked to go lately.</param>
internal sealed record TargetNotes(CallNotes Calls, GateNotes Gates, EvidenceNotes Evidence, SnapshotNotes Snapshots, BackupNotes Backups, EvictionNotes Evictions)
{
    /// <summary>Since when targets have been looked at.</summary>
    public LookNotes Looks { get; } = new();

    /// <summary>What was told already and still holds.</summary>
    public StandingEvents Standing { get; } = new();

    /// <summary>Looks at what is to be looked at now.</summary>
    /// <returns>Whether anything was.</returns>
    public async Task<bool> LookAsync(StewardView view, CancellationToken cancellationToken)
    {
        var looked = await Gates.LookAsync(view, cancellationToken);
        looked |= await Snapshots.LookAsync(view, cancellationToken);
        looked |= await Backups.LookAsync(view, cancellationToken);
        return await Evidence.LookAsync(view, cancellationToken) || looked;
    }

    /// <summary>Forgets a Steward that is gone.</summary>
    public void Forget(ResourceKey key)
    {
        Calls.Forget(key);
        Gates.Forget(key);
        Evidence.Forget(key);
        Snapshots.Forget(key);
        Backups.Forget(key);
        Evictions.Forget(key);
        Standing.Forget(key);
        Looks.Forget(key);
    }
}
