using Holdfast.Model.Core;
using Holdfast.Model.Json;
using Holdfast.Steward.Observation;

namespace Holdfast.Steward.Tests.Observation;

/// <summary>A pod that ends again and again is told from one that was started anew, and the same for as long as it goes on.</summary>
public sealed class CrashLoopTests
{
    [Theory]
    [InlineData("between two starts", "12:00:00", 3, """{"waiting": {"reason": "CrashLoopBackOff"}}""", "12:00:40", true)]
    [InlineData("just after the next start", "12:00:00", 3, """{"running": {"startedAt": "2026-01-01T12:01:00Z"}}""", "12:00:40", true)]
    [InlineData("just after it ended", "12:00:00", 3, """{"terminated": {"exitCode": 65, "startedAt": "2026-01-01T12:01:00Z"}}""", "12:00:40", true)]
    [InlineData("started a second time", "12:00:00", 1, """{"running": {"startedAt": "2026-01-01T12:01:00Z"}}""", "12:00:40", false)]
    [InlineData("ended after it was ready for long", "12:00:50", 7, """{"running": {"startedAt": "2026-01-01T12:01:00Z"}}""", "09:00:00", false)]
    public void It_is_known_while_it_goes_on(string when, string unreadySince, int restarts, string state, string lastStarted, bool isLooping)
    {
        var pod = Pod(unreadySince, restarts, state, lastStarted);
        Assert.True(isLooping == PodFacts.Of(pod, null).IsCrashLooping, when);
    }

    [Fact]
    public void A_pod_that_is_ready_or_goes_is_none()
    {
        var pod = Pod("12:00:00", 3, """{"waiting": {"reason": "CrashLoopBackOff"}}""", "12:00:40");
        Assert.False(PodFacts.Of(pod with { Metadata = pod.Metadata with { DeletionTimestamp = DateTimeOffset.UnixEpoch } }, null).IsCrashLooping);
        Assert.False(PodFacts.Of(pod with { Status = pod.Status with { Conditions = [new PodCondition { Type = "Ready", Status = "True" }] } }, null).IsCrashLooping);
        Assert.Equal(new DateTimeOffset(2026, 1, 1, 12, 0, 0, TimeSpan.Zero), PodFacts.Of(pod, null).UnreadySince);
    }

    private static Pod Pod(string unreadySince, int restarts, string state, string lastStarted) => ModelJson.Read<Pod>($$$"""
        {"metadata": {"name": "web-0", "namespace": "default", "uid": "1"}, "spec": {"nodeName": "node-1", "containers": [{"name": "main", "image": "web:1"}]},
         "status": {"phase": "Running", "conditions": [{"type": "Ready", "status": "False", "lastTransitionTime": "2026-01-01T{{{unreadySince}}}Z"}],
          "containerStatuses": [{"name": "main", "restartCount": {{{restarts}}}, "ready": false, "state": {{{state}}},
            "lastState": {"terminated": {"exitCode": 65, "startedAt": "2026-01-01T{{{lastStarted}}}Z"} } }]} }
        """);
}
