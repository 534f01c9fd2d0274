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
        Assert.Contains(loud, item => item.Message.StartsWith("(combined from similar events): ", StringComparison.Ordinal));
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
