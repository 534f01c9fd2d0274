using System.Globalization;

namespace Holdfast.FaultyDisk;

/// <summary>What the disk does wrong.</summary>
public enum FaultAction
{
    /// <summary>Nothing: it only forgets what was not synced when the process is killed from outside.</summary>
    None,

    /// <summary>The machine dies: of what was not synced, a random part arrived.</summary>
    Kill,

    /// <summary>The operation fails once; later ones succeed.</summary>
    Fail,

    /// <summary>From then on, syncs are confirmed without being done.</summary>
    Lie,
}

/// <summary>A fault and its moment, in words: <c>kill after wal-sync 40 seed 7</c>, <c>kill before compaction/wal-write 1 seed 2</c>, <c>lie before wal-sync 1 seed 3</c>, <c>none</c>.</summary>
/// <param name="Action">What happens.</param>
/// <param name="IsAfter">Whether the operation is done first.</param>
/// <param name="Phase">Only while the program is in this phase; empty for always.</param>
/// <param name="Point">The operation: <c>wal-write</c>, <c>wal-sync</c>, <c>db-write</c> or <c>db-sync</c>.</param>
/// <param name="Count">The how-manieth of them.</param>
/// <param name="Seed">Chooses what arrives of what was not synced.</param>
public sealed record FaultPlan(FaultAction Action, bool IsAfter, string Phase, string Point, int Count, ulong Seed)
{
    /// <summary>Reads a plan.</summary>
    /// <param name="text">The words.</param>
    public static FaultPlan Parse(string text)
    {
        var words = text.Split(' ');
        if (words is ["none"])
            return new FaultPlan(FaultAction.None, false, "", "", 0, 0);
        if (words is not [var action, "before" or "after", var place, var count, "seed", var seed])
            throw new FormatException($"\"{text}\" is not a plan");
        var slash = place.IndexOf('/', StringComparison.Ordinal);
        return new FaultPlan(
            Enum.Parse<FaultAction>(action, ignoreCase: true), words[1] == "after", slash < 0 ? "" : place[..slash], place[(slash + 1)..],
            int.Parse(count, CultureInfo.InvariantCulture), ulong.Parse(seed, CultureInfo.InvariantCulture));
    }
}
