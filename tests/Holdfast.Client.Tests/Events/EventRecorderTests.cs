using Holdfast.Client.Events;
using Holdfast.Model.Core;
using Holdfast.Testing.Api;

namespace Holdfast.Client.Tests.Events;

public sealed class EventRecorderTests
{
    [Fact]
    public Task The_same_note_again_raises_the_count_of_one_event() => In((world, recorder) => Same(world, recorder));

    [Fact]
    public Task An_event_that_is_gone_meanwhile_is_made_again_with_its_count() => In(async (world, recorder) =>
    {
        recorder.Normal(Pods.Named("a"), "Started", "it runs");
        await world.UntilAsync("the event is there", () => world.Api.All<Event>().Count == 1);
        world.Api.Remove<Event>("shop", world.Api.All<Event>()[0].Metadata.Name);
        recorder.Normal(Pods.Named("a"), "Started", "it runs");
        await world.UntilAsync("the event is there again", () => world.Api.All<Event>().Count == 1);
        Assert.Equal(2, world.Api.All<Event>()[0].Count);
    });

    [Fact]
    public Task An_object_that_is_always_talked_about_is_cut_short_and_others_are_not() => In(async (world, recorder) =>
    {
        for (var i = 0; i < 200; i++)
            recorder.Warning(Pods.Named("loud"), "Failed", $"attempt {i}");
        recorder.Normal(Pods.Named("quiet"), "Started", "it runs");
        await world.UntilAsync("the quiet one is heard", () => world.Api.All<Event>().Any(item => item.InvolvedObject.Name == "quiet"));
        var loud = world.Api.All<Event>().Where(item => item.InvolvedObject.Name == "loud").ToList();
        Assert.Equal(25, loud.Sum(item => item.Count));
        await world.PassAsync(TimeSpan.FromMinutes(6));
        recorder.Warning(Pods.Named("loud"), "Failed", "attempt 200");
        await world.UntilAsync("the next one tells of those that were dropped", () => world.Api.All<Event>().Any(item => item.Count == 192));
    });

    [Fact]
    public void Who_has_more_to_say_of_one_object_may_have_more()
    {
        var correlator = new EventCorrelator("steward", "", new EventRate(100, TimeSpan.FromSeconds(1)));
        var note = new EventNote(new ObjectReference { Kind = "Steward", Name = "web" }, "Normal", "UpdateDone", "");
        var at = DateTimeOffset.UnixEpoch;
        var kept = Enumerable.Range(0, 200).Count(i => correlator.Decide(note with { Reason = $"R{i}" }, at) is not EventDecision.Drop);
        Assert.Equal((100, true), (kept, correlator.Decide(note, at + TimeSpan.FromSeconds(1)) is EventDecision.Create));
    }

    [Fact]
    public Task From_the_tenth_on_notes_that_differ_only_in_their_message_are_one_event_that_shows_the_latest() => In(async (world, recorder) =>
    {
        for (var i = 1; i <= 20; i++)
            recorder.Warning(Pods.Named("a"), "Failed", $"attempt {i}");
        await world.UntilAsync("all are told", () => world.Api.All<Event>().Sum(item => item.Count) == 20);
        var items = world.Api.All<Event>().OrderBy(item => item.Metadata.Name, StringComparer.Ordinal).ToList();
        Assert.Equal(Enumerable.Range(1, 9).Select(i => $"attempt {i}").Append("(combined from similar events): attempt 20"), items.Select(item => item.Message));
        Assert.Equal(Enumerable.Repeat(1, 9).Append(11), items.Select(item => item.Count));
        await world.PassAsync(TimeSpan.FromMinutes(11));
        recorder.Warning(Pods.Named("a"), "Failed", "attempt 21");
        await world.UntilAsync("after ten quiet minutes they are told apart again", () => world.Api.All<Event>().Any(item => item.Message == "attempt 21"));
    });

    [Fact]
    public Task An_object_that_was_cut_short_is_heard_again_every_five_minutes() => In(async (world, recorder) =>
    {
        for (var minute = 0; minute < 60; minute++)
        {
            for (var i = 0; i < 10; i++)
                recorder.Warning(Pods.Named("loud"), $"Reason{minute}", "no");
            await world.PassAsync(TimeSpan.FromMinutes(1));
        }
        // A burst of 25, and one for each five minutes of the hour.
        Assert.InRange(world.Api.Calls.Count, 25 + 11, 25 + 12);
    });

    [Fact]
    public Task A_server_that_does_not_answer_holds_nobody_up() => In(async (world, recorder) =>
    {
        world.Api.Faults.OnCall = _ => FakeFault.LoseRequest;
        for (var i = 0; i < 5000; i++)
            recorder.Normal(Pods.Named($"pod-{i}"), "Started", "it runs");
        await world.PassAsync(TimeSpan.FromSeconds(30));
        Assert.Contains(world.Log, entry => entry.Message.Contains("the event Started was not written", StringComparison.Ordinal));
        world.Api.Faults.OnCall = _ => FakeFault.None;
        await world.UntilAsync("events flow again", () => world.Api.All<Event>().Count > 100);
    });

    private static async Task Same(SimulatedWorld world, IEventRecorder recorder)
    {
        for (var i = 0; i < 3; i++)
        {
            recorder.Normal(Pods.Named("a", 5), "Started", "it runs");
            await world.PassAsync(TimeSpan.FromSeconds(10));
        }
        var item = Assert.Single(world.Api.All<Event>());
        Assert.Equal((3, "Normal", "Started", "it runs"), (item.Count, item.Type, item.Reason, item.Message));
        Assert.Equal(TimeSpan.FromSeconds(20), item.LastTimestamp - item.FirstTimestamp);
        Assert.Equal(("Pod", "v1", "shop", "a", "uid-a", "5"), (
            item.InvolvedObject.Kind, item.InvolvedObject.ApiVersion, item.InvolvedObject.Namespace, item.InvolvedObject.Name,
            item.InvolvedObject.Uid, item.InvolvedObject.ResourceVersion));
        Assert.Equal(("tester", "tester"), (item.Source.Component, item.ReportingComponent));
    }

    private static Task In(Func<SimulatedWorld, IEventRecorder, Task> body)
    {
        var world = new SimulatedWorld(1);
        return world.Run(async () =>
        {
            using var stop = new CancellationTokenSource();
            var recorder = new EventRecorder("tester", world.Environment);
            var running = recorder.Start(stop.Token);
            await body(world, recorder);
            Cancel(stop);
            await running;
            Assert.Empty(world.Faults);
        });
    }

    private static void Cancel(CancellationTokenSource source) => source.Cancel();
}
