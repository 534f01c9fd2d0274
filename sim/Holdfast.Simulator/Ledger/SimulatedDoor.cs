using System.Globalization;
using System.Text.Json;
using Holdfast.Platform;
using Holdfast.Simulator.Checkers;
using Holdfast.Steward.Actions;
using LedgerStore.Raft;

namespace Holdfast.Simulator.Ledger;

/// <summary>
/// A Steward's way to members, in LedgerStore's own protocol: questions and answers are late, are lost, cross cut networks and end with those who would give
/// them; a request whose answer is lost may have taken effect.
/// </summary>
/// <param name="steward">Whose it is, by name.</param>
/// <param name="system">The data system.</param>
/// <param name="cuts">What this Steward cannot reach.</param>
/// <param name="time">The Steward's clock.</param>
/// <param name="chance">Chooses.</param>
/// <param name="faults">Counts what was done.</param>
internal sealed class SimulatedDoor(string steward, LedgerSystem system, StewardCuts cuts, TimeProvider time, IChance chance, Tally faults) : IMemberDoor
{
    private static readonly TimeSpan Fate = TimeSpan.FromSeconds(8);
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(50);

    /// <inheritdoc/>
    public async Task<ActionOutcome> SendAsync(MemberPlace place, ActionRequest request, CancellationToken cancellationToken)
    {
        var late = Completions.Source<ActionOutcome>();
        await using var timer = time.CreateTimer(_ => late.TrySetResult(ActionOutcome.Failed(ActionFailureKind.Timeout, $"{place.Pod} did not answer in time")), null, request.Timeout, Timeout.InfiniteTimeSpan);
        await using var cancelled = cancellationToken.UnsafeRegister(_ => late.TrySetCanceled(cancellationToken), null);
        return await await Task.WhenAny(AskAsync(place, (HttpActionRequest)request, late.Task), late.Task);
    }

    private async Task<ActionOutcome> AskAsync(MemberPlace place, HttpActionRequest request, Task<ActionOutcome> givenUp)
    {
        await DelayAsync();
        if (IsLost(place.Address))
            return await givenUp;
        if (system.At(place.Address) is not { } member)
            return IsHostUp(place.Address) ? ActionOutcome.Failed(ActionFailureKind.Unreachable, $"{place.Pod}: connection refused") : await givenUp;
        while (member is { IsPaused: true, IsLive: true })
            await system.GoingOnAsync(member);
        if (!member.IsLive)
            return ActionOutcome.Failed(ActionFailureKind.Unreachable, $"{place.Pod}: connection reset");
        var response = await ServeAsync(member, request);
        await DelayAsync();
        if (IsLost(place.Address))
            return await givenUp;
        return response is null ? ActionOutcome.Failed(ActionFailureKind.Unreachable, $"{place.Pod}: connection reset") : ActionOutcome.Of(response);
    }

    private bool IsHostUp(string address) => LedgerSystem.HostOf(address) is { } host && system.IsNodeUp(host);

    private bool IsLost(string address)
    {
        if (system.IsCalm)
            return false;
        var host = LedgerSystem.HostOf(address);
        if (host is not null && (system.IsNodeCut(host) || cuts.IsCut(steward, host)))
            return true;
        var isLost = chance.NextDouble() < system.Options.LossProbability / 2;
        if (isLost)
            faults.Add("member's answer lost");
        return isLost;
    }

    private Task DelayAsync()
    {
        var longest = system.Options.Steward!.MemberDelay;
        return system.IsCalm || longest == TimeSpan.Zero ? Task.CompletedTask : system.Time.DelayAsync(longest * chance.NextDouble(), CancellationToken.None);
    }

    private async Task<ActionResponse?> ServeAsync(LedgerMember member, HttpActionRequest request)
    {
        var (path, query) = Split(request.PathAndQuery);
        switch (request.Method, path)
        {
            case ("GET", "/status"):
                system.Truth.Saw(member.Node?.Term ?? 0);
                system.Truth.Past.LookAt(member);
                return new ActionResponse(200, member.Status());
            case ("GET", "/v1/members"):
                return member.Members() is { } members ? new ActionResponse(200, members) : Error(503, "Recovering", "the log is still being read");
            case ("POST", "/v1/members/remove"):
                return await OnLeaderAsync(member, leader => RemoveAsync(leader, query["id"]));
            case ("POST", "/v1/leadership"):
                return await OnLeaderAsync(member, leader => TransferAsync(leader, query["to"]));
            default:
                return Error(404, "NotFound", $"there is no {request.Method} {path}");
        }
    }

    /// <summary>Who does not lead passes it on to who does.</summary>
    private async Task<ActionResponse?> OnLeaderAsync(LedgerMember member, Func<LedgerMember, Task<ActionResponse?>> act)
    {
        var leader = member.IsLeader ? member : member.Node is { Leader.IsNone: false } node ? system.Live.FirstOrDefault(other => other.Id == node.Leader) : null;
        return leader is { IsPaused: false } && system.IsOpen(member.Host, leader.Host) && system.IsOpen(leader.Host, member.Host)
            ? await act(leader)
            : Error(503, "NotLeader", "no leader is known");
    }

    private async Task<ActionResponse?> RemoveAsync(LedgerMember leader, string id)
    {
        if (!MemberId.TryParse(id, out var wanted) || leader.Node is not { } node || !node.Membership.Contains(wanted))
            return Error(400, "BadRequest", $"{id} is no member");
        system.Truth.Removing(wanted);
        var (verdict, index, term) = (RaftVerdict.NotLeader, 0L, 0L);
        leader.Act(core => (verdict, term) = (core.Change(new MembershipChange.Remove(wanted), out index), core.Term));
        if (verdict != RaftVerdict.Accepted)
            return Error(409, verdict.ToString(), "the membership cannot be changed now");
        for (var began = system.Time.GetTimestamp(); leader.IsLive && system.Time.GetElapsedTime(began) < Fate; await system.Time.DelayAsync(Moment, CancellationToken.None))
        {
            if (node.Log.CommitIndex >= index)
                return node.Log.TermAt(index) == term ? new ActionResponse(200, leader.Members()!) : Error(503, "ChangeLost", "another leader was elected");
        }
        return leader.IsLive ? Error(503, "ChangeOpen", "it is not known what became of it") : null;
    }

    private async Task<ActionResponse?> TransferAsync(LedgerMember leader, string name)
    {
        var (target, verdict) = (leader.Node!.Membership.Named(name), RaftVerdict.Invalid);
        leader.Act(core => verdict = core.Transfer(target));
        if (verdict != RaftVerdict.Accepted)
            return Error(409, verdict.ToString(), $"{name} cannot lead");
        for (var began = system.Time.GetTimestamp(); leader.IsLive && system.Time.GetElapsedTime(began) < Fate; await system.Time.DelayAsync(Moment, CancellationToken.None))
        {
            if (leader.Node.Leader == target)
                return new ActionResponse(200, leader.Members()!);
            if (!leader.Node.Leader.IsNone && leader.Node.TransferTarget.IsNone)
                break;
        }
        return leader.IsLive ? Error(503, "NotTransferred", "leadership is not where it was sent") : null;
    }

    private static ActionResponse Error(int code, string word, string message) => new(code, string.Create(CultureInfo.InvariantCulture, $"{{\"error\":{{\"code\":\"{word}\",\"message\":{JsonSerializer.Serialize(message)}}}}}"));

    private static (string Path, Dictionary<string, string> Query) Split(string text)
    {
        var parts = text.Split('?', 2);
        var query = parts.Length < 2 ? [] : parts[1].Split('&').Select(pair => pair.Split('=', 2)).ToDictionary(pair => pair[0], pair => Uri.UnescapeDataString(pair[1]), StringComparer.Ordinal);
        return (parts[0], query);
    }
}

/// <summary>Which nodes' members a Steward cannot reach.</summary>
internal sealed class StewardCuts
{
    private readonly HashSet<(string Steward, string Host)> _cut = [];

    /// <summary>Whether it cannot reach a node's members.</summary>
    public bool IsCut(string steward, string host) => _cut.Contains((steward, host));

    /// <summary>Cuts the way.</summary>
    public void Cut(string steward, string host) => _cut.Add((steward, host));

    /// <summary>Opens it again.</summary>
    public void Heal(string steward, string host) => _cut.Remove((steward, host));

    /// <summary>Opens all ways.</summary>
    public void Calm() => _cut.Clear();
}
