using Holdfast.Cli.Screens;
using Holdfast.Model.Apps;
using Holdfast.Model.Json;
using StewardResource = Holdfast.Model.Stewards.Steward;

namespace Holdfast.Cli.Tests;

/// <summary>What people are shown of sets and Stewards is what is so.</summary>
public sealed class StewardScreenTests
{
    private static readonly DateTimeOffset Noon = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Without_a_set_nothing_is_claimed_of_the_leader_or_of_the_Steward()
    {
        var steward = Steward("""
            {"observedGeneration": 1, "leaderless": {"since": "2026-01-01T11:00:00.000000Z"}, "conditions": [
             {"type": "Ready", "status": "False", "reason": "TargetMissing", "message": "there is no StatefulSet web", "lastTransitionTime": "2026-01-01T11:00:00Z"},
             {"type": "Stalled", "status": "True", "reason": "TargetMissing", "message": "there is no StatefulSet web", "lastTransitionTime": "2026-01-01T11:00:00Z"}]}
            """);
        var text = StewardScreen.Text(steward, Noon);
        Assert.Contains("State     NOT READY (TargetMissing): there is no StatefulSet web\n", text, StringComparison.Ordinal);
        Assert.Contains("Leader    NOT KNOWN: there is no set that names whom to ask\n", text, StringComparison.Ordinal);
        Assert.DoesNotContain("NONE", text, StringComparison.Ordinal);
        Assert.DoesNotContain("does the Steward run", text + StewardScreen.Summary(steward, Noon), StringComparison.Ordinal);
        Assert.False(StewardScreen.IsHealthy(steward, Noon));
    }

    [Fact]
    public void What_a_member_wrote_that_does_not_get_ready_is_shown_and_no_text_breaks_the_table()
    {
        var text = StewardScreen.Text(Steward("""
            {"observedGeneration": 1, "members": [
             {"name": "web-0", "role": "leader", "isHealthy": "True", "version": "2.9.0\n", "observedAt": "2026-01-01T11:59:59Z", "ordinal": 0},
             {"name": "web-1", "role": "unknown", "isHealthy": "Unknown", "problem": "line\r\u001b[31m", "lastLines": ["bad record", "restore\ta backup"], "ordinal": 1}]}
            """), Noon);
        var lines = text.TrimEnd('\n').Split('\n');
        Assert.Equal(["web-1 wrote: bad record", "web-1 wrote: restore a backup"], lines[^2..]);
        Assert.StartsWith("web-0 ", lines[^4], StringComparison.Ordinal);
        Assert.StartsWith("web-1 ", lines[^3], StringComparison.Ordinal);
        Assert.DoesNotContain(text, letter => char.IsControl(letter) && letter != '\n');
    }

    [Fact]
    public void A_pause_is_shown_also_when_nothing_is_under_way()
    {
        var steward = Steward("""{"observedGeneration": 1}""", """, "rollout": {"paused": true}""");
        Assert.Contains("Paused    no update begins or goes on until: holdfast rollout resume web -n default\n", StewardScreen.Text(steward, Noon), StringComparison.Ordinal);
        Assert.EndsWith("; updates are paused", StewardScreen.Summary(steward, Noon), StringComparison.Ordinal);
        Assert.EndsWith("Paused: no update begins or goes on until: holdfast rollout resume web -n default\n", RolloutScreen.Text(steward), StringComparison.Ordinal);
        var done = Steward("""{"observedGeneration": 1, "rollout": {"phase": "Completed", "toRevision": "web-2"} }""", """, "rollout": {"paused": true}""");
        Assert.Contains("Paused: ", RolloutScreen.Text(done), StringComparison.Ordinal);
        Assert.DoesNotContain("Paused", RolloutScreen.Text(Steward("""{"observedGeneration": 1}""")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("OnDelete", 3, "revision web-2")]
    [InlineData("OnDelete", 2, "web-1 -> web-2, 2 updated")]
    [InlineData("RollingUpdate", 3, "web-1 -> web-2, 3 updated")]
    public void A_set_that_others_update_has_the_revision_that_all_its_pods_have(string strategy, int updated, string shown) =>
        Assert.Equal(shown, ClusterStatusScreen.Revision(ModelJson.Read<StatefulSet>($$$"""
            {"metadata": {"name": "web", "generation": 2}, "spec": {"replicas": 3, "updateStrategy": {"type": "{{{strategy}}}"} },
             "status": {"observedGeneration": 2, "replicas": 3, "updatedReplicas": {{{updated}}}, "currentRevision": "web-1", "updateRevision": "web-2"} }
            """)));

    internal static StewardResource Steward(string status, string spec = "") => ModelJson.Read<StewardResource>(
        $$$"""{"metadata": {"name": "web", "namespace": "default", "generation": 1}, "spec": {"targetRef": {"name": "web"} {{{spec}}} }, "status": {{{status}}} }""");
}
