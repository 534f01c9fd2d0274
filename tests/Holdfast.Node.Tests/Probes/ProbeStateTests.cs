using Holdfast.Node.Probes;
using Holdfast.Platform;

namespace Holdfast.Node.Tests.Probes;

/// <summary>Verdicts follow from results in a row.</summary>
public sealed class ProbeStateTests
{
    [Theory]
    [InlineData("", null)]
    [InlineData("+", true)]
    [InlineData("-", null)]
    [InlineData("--", null)]
    [InlineData("---", false)]
    [InlineData("+--", true)]
    [InlineData("+---", false)]
    [InlineData("+--+--", true)]
    [InlineData("---+", true)]
    [InlineData("----", false)]
    public void A_probe_fails_after_three_failures_in_a_row_and_passes_at_once(string results, bool? expected) =>
        Assert.Equal(expected, After(new ProbeState(ProbePurpose.Readiness, 1, 3), results).Verdict);

    [Theory]
    [InlineData("+", null)]
    [InlineData("++", true)]
    [InlineData("+-+", false)]
    [InlineData("++-", false)]
    [InlineData("++-+", false)]
    [InlineData("++-++", true)]
    public void A_success_threshold_of_two_wants_two_in_a_row(string results, bool? expected) =>
        Assert.Equal(expected, After(new ProbeState(ProbePurpose.Readiness, 2, 1), results).Verdict);

    [Fact]
    public void The_verdict_is_that_of_the_newest_run_which_was_long_enough()
    {
        var chance = new SeededChance(11);
        for (var round = 0; round < 500; round++)
        {
            var (successes, failures) = (1 + chance.Next(3), 1 + chance.Next(4));
            var results = string.Concat(Enumerable.Range(0, chance.Next(30)).Select(_ => chance.Next(2) == 0 ? '+' : '-'));
            Assert.Equal(Expected(results, successes, failures), After(new ProbeState(ProbePurpose.Readiness, successes, failures), results).Verdict);
        }
    }

    private static ProbeState After(ProbeState state, string results) => results.Aggregate(state, (now, result) => now.After(result == '+'));

    private static bool? Expected(string results, int successes, int failures)
    {
        for (var end = results.Length; end > 0; end--)
        {
            var (kind, wanted) = (results[end - 1], results[end - 1] == '+' ? successes : failures);
            if (end >= wanted && results[(end - wanted)..end].All(each => each == kind))
                return kind == '+';
        }
        return null;
    }
}
