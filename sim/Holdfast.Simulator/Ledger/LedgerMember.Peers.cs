using System.Net;
using LedgerStore.Quorum;
using LedgerStore.Raft;

namespace Holdfast.Simulator.Ledger;

/// <content>What members ask each other outside of the core: which cluster there is, to be let in, and whether they still belong.</content>
internal sealed partial class LedgerMember
{
    private PeerOptions Peers => new() { Service = system.SetName, Listen = new IPEndPoint(IPAddress.Loopback, 8081), ApiPort = LedgerSystem.Port, Founders = LedgerSystem.Founders };

    /// <summary>By LedgerStore's own rule: an empty disk joins the cluster that it hears of, and founds one only when all founders say that theirs are empty.</summary>
    private bool TryIdentify()
    {
        if (disk.Identity is not null || IsPaused)
            return disk.Identity is not null;
        if (system.MayKeepIdentities && system.Truth.Membership.Named(Name) is { IsNone: false } old)
        {
            // The known bug: an empty disk takes the name's old identity for its own.
            disk.Identity = new MemberIdentity(system.Truth.ClusterId, old.ToString(), Name, false);
            return true;
        }
        disk.Identity = FoundingPlan.Decide(Name, Peers, AskAround()) switch
        {
            _ when system.FoundsAnyhow && PeerOptions.OrdinalOf(Name) == 0 => new MemberIdentity(NewId(), NewId(), Name, true),
            FoundingPlan.Join join => new MemberIdentity(join.ClusterId, NewId(), Name, false),
            FoundingPlan.Found => new MemberIdentity(NewId(), NewId(), Name, true),
            _ => null,
        };
        if (disk.Identity is { } found)
            system.Story.Tell("ledger", $"{Name} {(found.IsFounder ? "founds" : "joins")} the cluster as {found.MemberId}");
        return disk.Identity is not null;
    }

    private string NewId() => new MemberId(system.Chance.NextUInt64() | 1).ToString();

    private List<Neighbour> AskAround() =>
    [
        .. Peers.Candidates(Name).Select(name => system.Find(name) is not { } other ? new Neighbour(name, system.HasAddress(name) ? NeighbourState.Silent : NeighbourState.NoAddress)
            : !CanAsk(other) ? new Neighbour(name, NeighbourState.Silent)
            : other.Disk.Identity is { } identity ? new Neighbour(name, NeighbourState.Member, identity.ClusterId)
            : new Neighbour(name, NeighbourState.Empty)),
    ];

    private bool CanAsk(LedgerMember other) => !other.IsPaused && system.IsOpen(Host, other.Host) && system.IsOpen(other.Host, Host);

    /// <summary>Only at the start: one that runs on after its removal does not come back by itself.</summary>
    private void TryJoin()
    {
        if (!_isJoining || Node is not { } node || IsDraining)
            return;
        if (node.Membership.Contains(Id) && !node.Leader.IsNone)
        {
            _isJoining = false;
            return;
        }
        foreach (var name in Peers.Candidates(Name))
        {
            if (system.Find(name) is { Node: not null } other && CanAsk(other) && other.Disk.Identity?.ClusterId == disk.Identity!.ClusterId)
                other.Act(core => QuorumMember.Admit(core, Id, Name));
        }
    }

    private void NoteRemoval()
    {
        var node = Node!;
        _isSaidRemoved &= node.Leader.IsNone;
        _wasMember |= node.Membership.Contains(Id);
        if (!node.Leader.IsNone || !node.Membership.Contains(Id))
            return;
        _isSaidRemoved |= system.Live.Any(other => other != this && CanAsk(other) && other.Node is { Leader.IsNone: false } told
            && told.Log.MembershipIndex <= told.Log.CommitIndex && !told.Membership.Contains(Id));
    }

    /// <summary>Whether it waits for others that nobody can have started yet, so that it must not keep them from being started.</summary>
    private bool IsAmongTheFirst()
    {
        if (Node is not { } node)
            return Peers.FounderNames(Name).Any(name => !system.HasAddress(name));
        if (!node.Leader.IsNone)
            return false;
        var voters = node.Membership.Voters.ToList();
        return voters.Count == 0
            ? Peers.FounderNames(Name).Any(name => !system.HasAddress(name))
            : voters.Count(id => IsThere(id, node.Membership.Seats[id].Name)) < (voters.Count / 2) + 1;
    }

    private bool IsThere(MemberId id, string name) => system.Find(name) is { } other ? !CanAsk(other) || other.Id == id : system.HasAddress(name);
}
