using Holdfast.Client.Caching;
using Holdfast.Platform.Metrics;
using Holdfast.Steward.Planning;
using Holdfast.Steward.Reporting;
using Holdfast.Steward.Tests.Worlds;

namespace Holdfast.Steward.Tests.Planning;

/// <summary>Figures say what a status says; what is not known is no number.</summary>
public sealed class MetricsTests
{
    private readonly MetricRegistry _registry = new();
    private readonly StewardMetrics _metrics;

    public MetricsTests() => _metrics = new StewardMetrics(_registry, TimeProvider.System);

    [Fact]
    public void A_Steward_shows_its_quorum_its_leader_and_its_lag()
    {
        var seen = Scenes.Observation();
        seen = seen with { Members = seen.Members.But(2, values => values with { AppliedIndex = 60 }) };
        _metrics.Look(seen.Steward, StatusPlanner.Plan(StewardView.Of(seen), StewardPlan.Idle));
        Assert.Equal(
            ("3", "3", "1", "1", "40", "0"),
            (Value("voters"), Value("voters_well"), Value("quorum_margin"), Value("has_leader"), Value("lag_entries"), Value("operation_seconds")));
    }

    [Fact]
    public void What_is_not_known_and_who_is_gone_is_no_number()
    {
        var seen = Scenes.Observation();
        seen = seen with { Members = seen.Members.Unknown(0).Unknown(1).Unknown(2) };
        _metrics.Look(seen.Steward, StatusPlanner.Plan(StewardView.Of(seen), StewardPlan.Idle));
        Assert.Equal(("NaN", "0", "NaN"), (Value("voters"), Value("has_leader"), Value("leaderless_seconds")));
        _metrics.Forget(ResourceKey.Of(seen.Steward));
        Assert.Equal("NaN", Value("has_leader"));
    }

    [Fact]
    public void Operations_are_counted_when_they_end_and_answers_as_they_are_given()
    {
        var begun = new StewardMemory(Members.Operation("Update", 1), null, null);
        _metrics.Wrote(new StewardMemory(null, null, null), begun);
        _metrics.Wrote(begun, begun with { Operation = begun.Operation! with { Phase = "Soaking" } });
        _metrics.Wrote(begun, begun.Ended("Done", "", Members.Noon));
        _metrics.Answered("later");
        Assert.Contains("holdfast_steward_operations_total{kind=\"Update\",outcome=\"Done\"} 1\n", _registry.ToText(), StringComparison.Ordinal);
        Assert.Contains("holdfast_steward_evictions_total{answer=\"later\"} 1\n", _registry.ToText(), StringComparison.Ordinal);
    }

    private string Value(string name)
    {
        var begins = $"holdfast_steward_{name}{{namespace=\"default\",steward=\"web\"}} ";
        return Assert.Single(_registry.ToText().Split('\n'), line => line.StartsWith(begins, StringComparison.Ordinal))[begins.Length..];
    }
}
