using Holdfast.Model.Core;
using Holdfast.Simulator.Checkers;
using Holdfast.Simulator.Options;

namespace Holdfast.Simulator.Ledger;

/// <summary>
/// What was so in the data system a moment ago, since nobody knows the present: a Steward knows members by what they said, and acts some time after that.
/// How long ago that may be is known for each deed: members are asked before it, and who does not answer then counts for nothing, whatever it said before.
/// </summary>
/// <param name="system">The data system.</param>
/// <param name="world">What is really so in the cluster.</param>
internal sealed class LedgerPast(LedgerSystem system, GroundTruth world)
{
    // From a yes until the pod is asked to go: a budget and the pod are written, each to a disk that may be slow.
    private static readonly TimeSpan Landing = TimeSpan.FromSeconds(4);
    // A Steward waits so long for a member before it goes on without it.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(4);
    private static readonly TimeSpan LongestMemberPause = TimeSpan.FromSeconds(20);

    private readonly Dictionary<string, long> _mayGoAt = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _mayLeaveAt = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _downAt = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _soundAt = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _followedAt = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _inSince = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<(long Asked, long Answered)>> _allowed = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _asWantedAt = new(StringComparer.Ordinal);
    private long _hadVotersAt = long.MinValue;

    /// <summary>How old what a Steward says of the whole may be: what its caches show and what members said, with the way of its own words.</summary>
    public TimeSpan OfWords => world.Staleness + Age + Patience;

    // What the Steward does unasked follows from answers to questions of that very moment, those of the last by one that was put twice.
    private TimeSpan OfDeeds => Patience + Patience + system.Options.LongestWay;

    // By a clock that may be slow.
    private TimeSpan Age => system.Options.Steward!.MaximumAge * (1 + (2 * SimulationOptions.WorstDrift));

    private long Now => system.Time.GetTimestamp();

    private LedgerTruth Truth => system.Truth;

    /// <summary>Looks at how everything is.</summary>
    public void Look()
    {
        foreach (var member in system.Live)
            LookAt(member);
        var sound = system.Live.Where(Truth.IsSound).ToList();
        var names = world.World.All<Pod>("default").Select(pod => pod.Metadata.Name).Where(name => name.StartsWith(system.SetName, StringComparison.Ordinal))
            .Union(Truth.Membership.Seats.Values.Select(seat => seat.Name));
        foreach (var name in names)
            LookAt(name, sound);
        if (Truth.HasWantedVoters)
            _hadVotersAt = Now;
    }

    /// <summary>Looks at a member that a Steward asks.</summary>
    /// <param name="member">The member.</param>
    public void LookAt(LedgerMember member)
    {
        if (Truth.IsSound(member))
            _soundAt[member.Name] = Now;
        if (Truth.IsAsWanted(member.Name))
            _asWantedAt[member.Name] = Now;
        if (member != Truth.Leader)
            _followedAt[member.Name] = Now;
    }

    /// <summary>A Steward said yes when it was asked whether a pod may go.</summary>
    /// <param name="name">The pod.</param>
    /// <param name="asked">When it was asked.</param>
    public void NoteAllowed(string name, long asked)
    {
        if (!_allowed.TryGetValue(name, out var allowed))
            _allowed[name] = allowed = [];
        allowed.Add((asked, Now));
    }

    /// <summary>The membership names somebody whom it did not name before.</summary>
    /// <param name="name">Its pod's name.</param>
    public void NoteAdmitted(string name) => _inSince[name] = Now;

    /// <summary>The earliest moment of which a Steward can have spoken when it let a pod go that is asked to go now; null when it never did.</summary>
    /// <param name="pod">The pod.</param>
    public long? DecidedUpon(Pod pod)
    {
        var landing = (Landing + system.Options.LongestWay).Ticks;
        var moments = _allowed.GetValueOrDefault(pod.Metadata.Name, []).Where(each => Now - each.Answered <= landing)
            .Select(each => each.Asked);
        if (world.EvictionByStewardAt(pod.Metadata.Uid) is { } own && Now - own <= landing)
            moments = moments.Append(own - OfDeeds.Ticks);
        return moments.Select(moment => (long?)moment).Min();
    }

    /// <summary>
    /// Whether a member could go without taking the quorum or its leader away: at some moment since then; or each of a majority was sound, and it did not lead,
    /// at moments of their own, as they were asked.
    /// </summary>
    /// <param name="name">Its pod's name.</param>
    /// <param name="since">When.</param>
    public bool MayGo(string name, long since)
    {
        Look();
        var voters = Truth.Membership.Seats.Values.Where(seat => seat.IsVoter).ToList();
        var sound = voters.Count(seat => seat.Name != name && IsSince(_soundAt, seat.Name, since));
        return IsSince(_mayGoAt, name, since) || (IsSince(_followedAt, name, since) && sound >= (voters.Count / 2) + 1);
    }

    /// <summary>Whether a member could leave the membership for good: who leaves is not counted among those of whom a majority is needed then.</summary>
    /// <param name="name">Its pod's name.</param>
    public bool MayLeave(string name)
    {
        Look();
        var underway = (2 * system.Options.Steward!.MemberDelay) + (system.Options.Steward.Faults.Contains(LedgerFault.MemberPause) ? LongestMemberPause : TimeSpan.Zero);
        return IsSince(_mayLeaveAt, name, Now - (OfDeeds + underway).Ticks);
    }

    /// <summary>Whether nothing of a member ran: that is told by its node, of which the Steward knows from its caches.</summary>
    /// <param name="name">Its pod's name.</param>
    /// <param name="since">Since when the Steward may have decided.</param>
    public bool WasDown(string name, long since) => IsSince(_downAt, name, since - world.Staleness.Ticks);

    /// <summary>Whether everything was as it is wanted, each member at a moment of its own, of which a Steward may still speak.</summary>
    public bool WasWhole
    {
        get
        {
            Look();
            var since = Now - OfWords.Ticks;
            return _hadVotersAt != long.MinValue && _hadVotersAt >= since && Truth.Wanted.All(name => IsSince(_asWantedAt, name, since));
        }
    }

    /// <summary>Whether the membership named nobody of a name a moment ago: a member that is started anew may ask to be let in again at any time.</summary>
    /// <param name="name">The pod's name.</param>
    public bool WasOut(string name) => Truth.Membership.Named(name).IsNone || IsSince(_inSince, name, Now - OfDeeds.Ticks);

    private void LookAt(string name, List<LedgerMember> sound)
    {
        var (membership, member) = (Truth.Membership, system.Find(name));
        // One that led once and stands still leads nobody any more.
        var others = member is not null && member == Truth.Leader ? 0 : sound.Count(other => other != member);
        if (member is null)
            _downAt[name] = Now;
        if (member is null || !membership.IsVoter(member.Id) || others >= (membership.VoterCount / 2) + 1)
            _mayGoAt[name] = Now;
        if (others >= ((membership.VoterCount - 1) / 2) + 1)
            _mayLeaveAt[name] = Now;
    }

    private static bool IsSince(Dictionary<string, long> moments, string name, long since) => moments.TryGetValue(name, out var at) && at >= since;
}
