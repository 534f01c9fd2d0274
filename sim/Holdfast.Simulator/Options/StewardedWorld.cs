using System.Globalization;
using Holdfast.Platform;

namespace Holdfast.Simulator.Options;

/// <summary>What the user of a stewarded set does in some runs, besides new templates, scaling by the Steward, evictions and deletions.</summary>
public enum StewardedHabit
{
    /// <summary>Puts a template that never gets ready, and then a good one.</summary>
    BreaksTemplates,

    /// <summary>Scales the set itself.</summary>
    ScalesTheSet,

    /// <summary>Drains a node: cordons it, evicts what is on it until that is gone, and lets it in again.</summary>
    DrainsNodes,

    /// <summary>Tries to remove pods by force.</summary>
    ForcesDeletions,

    /// <summary>Lets a pod go by the override, whatever the Steward says.</summary>
    Overrides,

    /// <summary>Says of a node that has died that it is out of service.</summary>
    FencesNodes,

    /// <summary>Pauses, resumes, aborts and retries rollouts.</summary>
    SteersRollouts,

    /// <summary>Deletes the Steward and makes it again.</summary>
    RemovesTheSteward,

    /// <summary>Evicts one member after the other, each as soon as it is let go.</summary>
    EvictsInTurn,

    /// <summary>Changes the template, and once more before the first change is through.</summary>
    ChangesItsMind,

    /// <summary>Deletes the set, and makes it again over its claims.</summary>
    RemakesTheSet,
}

/// <summary>What may go wrong in the data system and with its Stewards, besides what goes wrong in every cluster.</summary>
public enum LedgerFault
{
    /// <summary>The members of two nodes cannot reach each other, in one direction or both.</summary>
    PeerCut,

    /// <summary>A Steward cannot reach the members of a node.</summary>
    StewardCut,

    /// <summary>A member stands still for a while.</summary>
    MemberPause,

    /// <summary>A member's process is killed.</summary>
    MemberKill,

    /// <summary>A member's process is killed and its disk is empty when it comes back.</summary>
    DiskLoss,

    /// <summary>A Steward is killed at any moment and started again.</summary>
    StewardKill,

    /// <summary>A Steward is killed right after one of its writes has taken effect.</summary>
    StewardKillBetweenWrites,

    /// <summary>A Steward cannot reach the API server.</summary>
    StewardCutOff,

    /// <summary>A Steward stands still with all that it has under way, and goes on as if nothing had been.</summary>
    StewardPause,
}

/// <summary>A run whose set is the members of a quorum and has a Steward: what is drawn for that.</summary>
public sealed record StewardedWorld
{
    /// <summary>How many members there are at first.</summary>
    public int Members { get; init; } = 3;

    /// <summary><c>OnDelete</c> or <c>RollingUpdate</c>.</summary>
    public string Strategy { get; init; } = "OnDelete";

    /// <summary>How often members are asked.</summary>
    public TimeSpan Period { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How old an answer may be.</summary>
    public TimeSpan MaximumAge { get; init; } = TimeSpan.FromSeconds(6);

    /// <summary>How far behind a voter may be.</summary>
    public long MaximumLag { get; init; } = 1000;

    /// <summary>How long a member is watched after its update.</summary>
    public TimeSpan Soak { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long a step of an update may take.</summary>
    public TimeSpan StepDeadline { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>How long an evicted member may be away.</summary>
    public TimeSpan EvictionDeadline { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>How long a step of scaling may take.</summary>
    public TimeSpan ScalingDeadline { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary><c>Rollback</c> or <c>Pause</c>.</summary>
    public string OnFailure { get; init; } = "Rollback";

    /// <summary><c>Retain</c> or <c>Delete</c>: what becomes of the claims of a member that was removed.</summary>
    public string Claims { get; init; } = "Retain";

    /// <summary>Whether the Steward keeps a budget.</summary>
    public bool HasBudget { get; init; }

    /// <summary>Whether the Steward keeps Services for the leader and for the followers.</summary>
    public bool HasRouting { get; init; }

    /// <summary>After how many entries a member compacts its log; 0 for never.</summary>
    public int CompactsAfter { get; init; }

    /// <summary>Whether two Stewards stand for election.</summary>
    public bool HasTwo { get; init; }

    /// <summary>The longest time for a question to a member, or its answer.</summary>
    public TimeSpan MemberDelay { get; init; }

    /// <summary>What the user does.</summary>
    public IReadOnlyList<StewardedHabit> Habits { get; init; } = [];

    /// <summary>What goes wrong.</summary>
    public IReadOnlyList<LedgerFault> Faults { get; init; } = [];

    /// <summary>The longest pause between two such faults.</summary>
    public TimeSpan FaultPause { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>Draws one.</summary>
    /// <param name="seed">The seed.</param>
    public static StewardedWorld Draw(ulong seed)
    {
        // A stream of its own for what came later, so that it does not move the rest.
        var (chance, later) = (new SeededChance(seed ^ 0x7374657761726473), new SeededChance(seed ^ 0x6c61746572));
        var (first, other) = (Enum.GetValues<StewardedHabit>().Where(habit => habit < StewardedHabit.EvictsInTurn), Enum.GetValues<StewardedHabit>().Where(habit => habit >= StewardedHabit.EvictsInTurn));
        return new StewardedWorld
        {
            Members = chance.Next(3) == 0 ? 5 : 3,
            Strategy = chance.Next(3) == 0 ? "RollingUpdate" : "OnDelete",
            Period = TimeSpan.FromMilliseconds(2_000 + chance.Next(2_000)),
            MaximumAge = TimeSpan.FromMilliseconds(6_000 + chance.Next(4_000)),
            MaximumLag = chance.Next(2) == 0 ? 1000 : 20 + chance.Next(50),
            Soak = TimeSpan.FromSeconds(chance.Next(10)),
            StepDeadline = TimeSpan.FromSeconds(60 + chance.Next(120)),
            EvictionDeadline = TimeSpan.FromSeconds(60 + chance.Next(120)),
            ScalingDeadline = TimeSpan.FromSeconds(120 + chance.Next(240)),
            OnFailure = chance.Next(3) == 0 ? "Pause" : "Rollback",
            Claims = chance.Next(2) == 0 ? "Delete" : "Retain",
            HasBudget = chance.Next(3) > 0,
            HasTwo = chance.Next(2) == 0,
            MemberDelay = chance.Next(2) == 0 ? TimeSpan.Zero : TimeSpan.FromMilliseconds(10 + chance.Next(chance.Next(3) == 0 ? 1_500 : 100)),
            Habits = [.. first.Where(_ => chance.NextDouble() < 0.35), .. other.Where(_ => later.NextDouble() < 0.25)],
            Faults = [.. Enum.GetValues<LedgerFault>().Where(fault => (fault < LedgerFault.StewardPause ? chance : later).NextDouble() < 0.4)],
            FaultPause = TimeSpan.FromSeconds(5 + chance.Next(40)),
            HasRouting = later.Next(2) == 0,
            CompactsAfter = later.Next(2) == 0 ? 0 : 10 + later.Next(40),
        };
    }

    /// <summary>The draw in one line.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"stewarded: {Members} members, {Strategy}, asked every {Period.TotalSeconds:0.0} s, known for {MaximumAge.TotalSeconds:0.0} s, lag {MaximumLag}, soak {Soak.TotalSeconds:0} s, steps {StepDeadline.TotalSeconds:0} s, "
        + $"evictions {EvictionDeadline.TotalSeconds:0} s, scaling {ScalingDeadline.TotalSeconds:0} s, {OnFailure}, claims {Claims}, {(HasBudget ? "budget, " : "")}{(HasRouting ? "routing, " : "")}{(CompactsAfter > 0 ? string.Create(CultureInfo.InvariantCulture, $"logs of {CompactsAfter}, ") : "")}{(HasTwo ? "two Stewards, " : "")}members' answers {MemberDelay.TotalMilliseconds:0} ms, "
        + $"habits [{string.Join(' ', Habits)}], faults [{string.Join(' ', Faults)}] every {FaultPause.TotalSeconds:0} s");
}
