using Holdfast.Cli.Commands;
using Holdfast.Cli.Screens;
using Holdfast.Model.Json;
using Holdfast.Model.Stewards;
using StewardResource = Holdfast.Model.Stewards.Steward;

namespace Holdfast.Cli.Tests;

/// <summary>A word on a rollout that there is nothing to say about is refused before it is said.</summary>
public sealed class RolloutWordTests
{
    private static readonly StewardResource Web = ModelJson.Read<StewardResource>("""
        {"metadata": {"name": "web"}, "spec": {"targetRef": {"name": "web"}, "member": {"preset": "etcd"}, "rollout": {"request": {"id": "2", "action": "Abort"}}}}
        """);

    [Theory]
    [InlineData("Retry", null, "no rollout of web has stopped that could be tried again: there was none yet")]
    [InlineData("Retry", "RolledBack", "no rollout of web has stopped that could be tried again: it is RolledBack")]
    [InlineData("Retry", "Progressing", "no rollout of web has stopped that could be tried again: it is Progressing")]
    [InlineData("Retry", "Stopped", "")]
    [InlineData("Abort", null, "no rollout of web is under way that could be taken back: there was none yet")]
    [InlineData("Abort", "RolledBack", "no rollout of web is under way that could be taken back: it is RolledBack")]
    [InlineData("Abort", "Completed", "no rollout of web is under way that could be taken back: it is Completed")]
    [InlineData("Abort", "RollingBack", "the rollout of web goes back already")]
    [InlineData("Abort", "Progressing", "")]
    [InlineData("Abort", "Paused", "")]
    [InlineData("Abort", "Stopped", "")]
    public void Nothing_to_retry_or_abort_is_said_so(string action, string? phase, string objection) =>
        Assert.Equal(objection, RolloutWord.Objection(In(phase is null ? null : new RolloutStatus { Phase = phase }), action));

    [Fact]
    public void What_was_asked_for_and_waits_is_shown()
    {
        Assert.Contains("  An abort is asked for, and was not acted upon yet.\n", RolloutScreen.Text(In(new RolloutStatus { Phase = "Progressing", HandledRequest = "1" })), StringComparison.Ordinal);
        Assert.DoesNotContain("asked for", RolloutScreen.Text(In(new RolloutStatus { Phase = "Progressing", HandledRequest = "2" })), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Switchover", ", once this has ended: leadership goes from web-0 to web-1")]
    [InlineData("Update", "")]
    public void What_has_to_end_before_an_abort_is_named(string kind, string words) =>
        Assert.Equal(words, RolloutWord.First(Web with { Status = Web.Status with { Operation = new OperationStatus { Kind = kind, Member = "web-0", Successor = "web-1" } } }, "Abort"));

    private static StewardResource In(RolloutStatus? rollout) => Web with { Status = Web.Status with { Rollout = rollout } };
}
