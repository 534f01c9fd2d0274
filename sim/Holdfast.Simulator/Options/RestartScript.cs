using System.Globalization;
using Holdfast.Platform;

namespace Holdfast.Simulator.Options;

/// <summary>A change that a person asks for, and waits for.</summary>
public enum ScriptedChange
{
    /// <summary>A new template.</summary>
    Updates,

    /// <summary>A template that never gets ready.</summary>
    BreaksTheTemplate,

    /// <summary>One member more.</summary>
    Grows,

    /// <summary>One member less.</summary>
    Shrinks,

    /// <summary>Every member is evicted, one after the other.</summary>
    EvictsInTurn,
}

/// <summary>
/// A run in which nothing goes wrong but that the Steward is killed once, right after one of its writes has taken effect: everything that it does must be what it
/// does without that, in the same order (T5).
/// </summary>
/// <param name="Changes">What is asked for, one after the other.</param>
/// <param name="KilledAt">After which of its writes the Steward is killed, as a share of those that it makes.</param>
public sealed record RestartScript(IReadOnlyList<ScriptedChange> Changes, double KilledAt)
{
    private const int FewestMembers = 3;
    private const int MostMembers = 5;

    /// <summary>After how many of its writes the Steward is killed; null for the run without that.</summary>
    public int? KilledAfter { get; init; }

    /// <summary>Draws one.</summary>
    /// <param name="seed">The seed.</param>
    /// <param name="members">How many members there are at first.</param>
    public static RestartScript Draw(ulong seed, int members)
    {
        var chance = new SeededChance(seed ^ 0x72657374617274);
        var changes = new List<ScriptedChange>();
        for (var left = 1 + chance.Next(2); left > 0; left--)
        {
            var change = (ScriptedChange)chance.Next(Enum.GetValues<ScriptedChange>().Length);
            change = change switch
            {
                ScriptedChange.Shrinks when members == FewestMembers => ScriptedChange.Grows,
                ScriptedChange.Grows when members == MostMembers => ScriptedChange.Shrinks,
                _ => change,
            };
            members += change == ScriptedChange.Grows ? 1 : change == ScriptedChange.Shrinks ? -1 : 0;
            changes.Add(change);
        }
        return new RestartScript(changes, chance.NextDouble());
    }

    /// <summary>The options of such a run: calm, but for what the script says.</summary>
    /// <param name="options">As the seed drew them.</param>
    public static SimulationOptions On(SimulationOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return options with
        {
            Faults = [],
            Habits = [],
            MinReadySeconds = 0,
            DiskDelay = TimeSpan.Zero,
            CallDelay = TimeSpan.Zero,
            WatchDelay = TimeSpan.Zero,
            LossProbability = 0,
            RepeatProbability = 0,
            ConflictProbability = 0,
            LongestFreeze = TimeSpan.Zero,
            HistoryEvents = 4096,
            HasRival = false,
            TolerationSeconds = 300,
            Steward = options.Steward! with { Habits = [], Faults = [], HasTwo = false, MemberDelay = TimeSpan.Zero, CompactsAfter = 0 },
            Script = Draw(options.Seed, options.Steward.Members),
        };
    }

    /// <summary>The script in one line.</summary>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"[{string.Join(' ', Changes)}], the Steward killed at {KilledAt:0.000} of its writes{(KilledAfter is { } after ? $", after {after}" : "")}");
}
