using Holdfast.Cli.Demo;

namespace Holdfast.Steward.Bench;

/// <summary>One update under load.</summary>
/// <param name="Load">What became of the writes from its beginning to its end.</param>
/// <param name="Took">How long it took.</param>
/// <param name="Lost">Entries that were acknowledged and are not there.</param>
internal sealed record Update(LoadFigures Load, TimeSpan Took, int Lost)
{
    internal string Row(string how) =>
        $"| {how} | {Load.Acknowledged} | {Load.Retried} | {Load.Failed} | {Lost} | {Load.LongestStall.TotalSeconds:0.00} | {Load.Slowest99.TotalMilliseconds:0} | {Took.TotalSeconds:0.0} |";

    /// <summary>Many in one row: sums of what must not be, and medians with the worst of the rest.</summary>
    internal static string Summary(string how, IReadOnlyList<Update> updates) =>
        $"| **{how}, all {updates.Count}** | {updates.Sum(each => each.Load.Acknowledged)} | {updates.Sum(each => each.Load.Retried)} | {updates.Sum(each => each.Load.Failed)} | {updates.Sum(each => each.Lost)} "
        + $"| {Spread(updates, each => each.Load.LongestStall.TotalSeconds, "0.00")} | {Spread(updates, each => each.Load.Slowest99.TotalMilliseconds, "0")} | {Spread(updates, each => each.Took.TotalSeconds, "0.0")} |";

    private static string Spread(IReadOnlyList<Update> updates, Func<Update, double> value, string format)
    {
        var values = updates.Select(value).Order().ToArray();
        return $"{values[values.Length / 2].ToString(format, null)}, at most {values[^1].ToString(format, null)}";
    }
}
