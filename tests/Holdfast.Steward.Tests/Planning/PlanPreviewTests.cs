using System.Collections.Immutable;
using Holdfast.Steward.Planning;
using Holdfast.Steward.Rollout;
using Holdfast.Steward.Plans;
using Holdfast.Steward.Tests.Worlds;

namespace Holdfast.Steward.Tests.Planning;

/// <summary>What would be done is told by the planners that do it, over a model of the world.</summary>
public sealed class PlanPreviewTests
{
    [Fact]
    public void A_restart_of_three_moves_the_leader_once_and_never_leaves_less_than_a_majority()
    {
        var forecast = PlanPreview.Restart(Scenes.Observation());
        Assert.Equal(["replace web-2 0", "replace web-1 0", "hand over web-0 → web-1 1", "replace web-0 0"], Steps(forecast));
        Assert.Equal(("", 1, "web-1", 1), (forecast.StoppedBy, forecast.LeaderMoves, forecast.Leader, forecast.Margin));
    }

    [Fact]
    public void How_far_behind_members_are_within_what_is_allowed_changes_nothing_of_a_plan()
    {
        var seen = Scenes.Observation();
        var lagging = seen with { Members = seen.Members.But(2, values => values with { AppliedIndex = 3 }).But(1, values => values with { AppliedIndex = 90 }) };
        Assert.Equal(Steps(PlanPreview.Restart(seen)), Steps(PlanPreview.Restart(lagging)));
        var swapped = StewardView.Of(seen with { Members = seen.Members.But(1, values => values with { AppliedIndex = 3 }) });
        Assert.Equal("web-1", Switchover.Successor(swapped, swapped.State.Leader!)?.Name);
        Assert.Contains("who leads, is not well or lags by then may change the order", PlanPreview.Restart(seen).Warnings);
    }

    [Fact]
    public void A_scale_down_tells_every_step_and_warns_of_even_numbers()
    {
        var forecast = PlanPreview.Scale(Scenes.Observation(5), 4, []);
        Assert.Equal(["drain web-4 2", "remove web-4 1", "scale the set 4 1"], Steps(forecast));
        Assert.Contains("4 voters bear the loss of 1, no more than 3 do: an odd number is better", forecast.Warnings);
    }

    [Fact]
    public void A_drain_of_the_leaders_node_hands_over_first()
    {
        var forecast = PlanPreview.Drain(Scenes.Observation(), "node-0", NoVolumes);
        Assert.Equal(["hand over web-0 → web-1 1", "replace web-0 0"], Steps(forecast));
    }

    [Fact]
    public void What_would_stop_it_is_told()
    {
        var observation = Scenes.Observation();
        var forecast = PlanPreview.Drain(observation with { Members = observation.Members.But(2, values => values with { IsHealthy = false }) }, "node-1", NoVolumes);
        Assert.Empty(forecast.Steps);
        Assert.Equal("web-1 may not go now: without web-1 1 of 3 voters would be well, and 2 are needed (web-2: it says that it is not healthy)", forecast.StoppedBy);
    }

    [Fact]
    public void A_rolling_update_lets_one_ordinal_after_the_other_go()
    {
        var forecast = PlanPreview.Rollout(Scenes.Observation(strategy: "RollingUpdate", leader: 2), null, "web:1.1.0");
        Assert.Equal(["hand over web-2 → web-0 1", "partition 2 web-2 0", "partition 1 web-1 0", "hand over web-0 → web-1 1", "partition 0 web-0 0"], Steps(forecast));
        Assert.Equal(("", 2, 0), (forecast.StoppedBy, forecast.LeaderMoves, forecast.LowestMargin));
    }

    [Fact]
    public void A_version_too_far_away_would_stop_a_rollout()
    {
        var forecast = PlanPreview.Rollout(Scenes.Observation(steward: """, "rollout": {"preflight": {"maximumVersionSkew": "Minor"}}"""), "main", "web:3.0.0");
        Assert.Empty(forecast.Steps);
        Assert.Equal("web-0 runs 1.0.0, and 3.0.0 is further away than one minor version", forecast.StoppedBy);
        Assert.Equal("StatefulSet default/web has no container side; it has main", Assert.Throws<PlanException>(() => PlanPreview.Rollout(Scenes.Observation(), "side", "web:3.0.0")).Message);
    }

    [Fact]
    public void Two_members_whose_volumes_are_on_one_node_cannot_both_leave_it()
    {
        var seen = Scenes.Observation();
        var crowded = seen with { Members = seen.Members.PodOf(1, pod => pod with { Node = "node-2" }) };
        var forecast = PlanPreview.Drain(crowded, "node-2", ImmutableDictionary<string, string>.Empty.Add("pv-1", "node-2").Add("pv-2", "node-2"));
        Assert.Equal(["replace web-1 0"], Steps(forecast));
        Assert.Contains("no node takes it", forecast.StoppedBy, StringComparison.Ordinal);
        Assert.Contains("web-1 and web-2: the volume is on node-2 alone, so that it is away until node-2 takes pods again (kubectl uncordon node-2)", forecast.Warnings);
    }

    [Fact]
    public void Nothing_to_do_is_an_empty_plan() => Assert.Equal((0, ""), (PlanPreview.Go(Scenes.Observation()).Steps.Length, PlanPreview.Go(Scenes.Observation()).StoppedBy));

    private static ImmutableDictionary<string, string> NoVolumes => ImmutableDictionary<string, string>.Empty;

    private static string[] Steps(PlanForecast forecast) => [.. forecast.Steps.Select(step => $"{step.Action} {step.Member} {step.LowestMargin}")];
}
