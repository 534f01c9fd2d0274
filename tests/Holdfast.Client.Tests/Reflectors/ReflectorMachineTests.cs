using System.Globalization;
using Holdfast.Client.Reflectors;
using Holdfast.Model.Core;
using Holdfast.Model.Meta;
using Holdfast.Model.Resources;

namespace Holdfast.Client.Tests.Reflectors;

public sealed class ReflectorMachineTests
{
    private static readonly ReflectorState<Pod> Empty = ReflectorMachine<Pod>.Start;

    [Fact]
    public void It_goes_from_empty_over_pages_to_listed_to_watching()
    {
        Assert.Equal(
            """
            Empty: ListPage()
            InitPage: ListPage(more)
            InitListed: ReplaceCache(a b @7) OpenWatch(7)
            Watching: ReadEvent
            Watching: ApplyChange(Added c @8) ReadEvent
            Watching: AdvanceCache(12) ReadEvent
            InitListed: OpenWatch(12)
            Watching: ReadEvent
            """,
            Story(
                new ReflectorInput<Pod>.Begin(), Page("a", "more"), Page("b", ""), new ReflectorInput<Pod>.WatchOpened(),
                Added("c", 8), Bookmark(12), new ReflectorInput<Pod>.WatchEnded(true), new ReflectorInput<Pod>.WatchOpened()));
    }

    [Fact]
    public void Repeats_and_older_events_change_nothing()
    {
        Assert.Equal(
            """
            InitListed: ReplaceCache(a @7) OpenWatch(7)
            Watching: ReadEvent
            Watching: ReadEvent
            Watching: ApplyChange(Added c @9) ReadEvent
            Watching: ReadEvent
            Watching: ReadEvent
            """,
            Story(
                Page("a", ""), new ReflectorInput<Pod>.WatchOpened(), Added("old", 6), Added("c", 9), Added("c", 9), Bookmark(8)));
    }

    [Fact]
    public void A_revision_that_is_gone_is_listed_anew_at_once_and_the_second_time_after_a_pause()
    {
        Assert.Equal(
            """
            InitListed: ReplaceCache(a @7) OpenWatch(7)
            Watching: ReadEvent
            Empty: ListPage()
            InitListed: ReplaceCache(a @7) OpenWatch(7)
            Watching: ReadEvent
            Pausing: Report Pause(2)
            Empty: ListPage()
            """,
            Story(
                Page("a", ""), new ReflectorInput<Pod>.WatchOpened(), Failed(410), Page("a", ""), new ReflectorInput<Pod>.WatchOpened(),
                ErrorEvent(410), new ReflectorInput<Pod>.PauseEnded()));
    }

    [Fact]
    public void Failures_in_a_row_are_counted_until_something_is_learnt()
    {
        Assert.Equal(
            """
            Pausing: Report Pause(1)
            Empty: ListPage()
            Pausing: Report Pause(2)
            Empty: ListPage()
            InitListed: ReplaceCache(a @7) OpenWatch(7)
            Pausing: Report Pause(3)
            InitListed: OpenWatch(7)
            Watching: ReadEvent
            Watching: ApplyChange(Added c @9) ReadEvent
            Pausing: Report Pause(1)
            InitListed: OpenWatch(9)
            """,
            Story(
                Failed(503), new ReflectorInput<Pod>.PauseEnded(), Failed(0), new ReflectorInput<Pod>.PauseEnded(), Page("a", ""),
                Failed(500), new ReflectorInput<Pod>.PauseEnded(), new ReflectorInput<Pod>.WatchOpened(), Added("c", 9),
                Failed(0), new ReflectorInput<Pod>.PauseEnded()));
    }

    [Fact]
    public void A_failed_page_is_asked_for_again_and_a_page_that_is_gone_begins_anew()
    {
        Assert.Equal(
            """
            InitPage: ListPage(more)
            Pausing: Report Pause(1)
            InitPage: ListPage(more)
            Pausing: Report Pause(2)
            Empty: ListPage()
            """,
            Story(Page("a", "more"), Failed(500), new ReflectorInput<Pod>.PauseEnded(), Failed(410), new ReflectorInput<Pod>.PauseEnded()));
    }

    [Fact]
    public void A_listing_from_the_past_is_refused_until_it_is_all_there_is()
    {
        var state = Empty with { Highest = 50 };
        for (var i = 0; i < ReflectorMachine<Pod>.MaxRefusals; i++)
        {
            var refused = ReflectorMachine<Pod>.Step(state, Page("a", ""));
            Assert.DoesNotContain(refused.Effects, effect => effect is ReflectorEffect<Pod>.ReplaceCache);
            state = ReflectorMachine<Pod>.Step(refused.State, new ReflectorInput<Pod>.PauseEnded()).State;
        }
        var taken = ReflectorMachine<Pod>.Step(state, Page("a", ""));
        Assert.IsType<ReflectorEffect<Pod>.ReplaceCache>(taken.Effects[0]);
        Assert.Equal(7UL, taken.State.Highest);
    }

    [Fact]
    public void A_watch_that_ends_at_once_is_opened_again_after_a_pause_only()
    {
        Assert.Equal(
            """
            InitListed: ReplaceCache(a @7) OpenWatch(7)
            Watching: ReadEvent
            Pausing: Report Pause(1)
            """,
            Story(Page("a", ""), new ReflectorInput<Pod>.WatchOpened(), new ReflectorInput<Pod>.WatchEnded(false)));
    }

    [Fact]
    public void The_server_says_how_long_to_wait_at_least()
    {
        var error = new ApiException(Status.Empty with { Code = 429, Details = StatusDetails.Empty with { RetryAfterSeconds = 17 } });
        var step = ReflectorMachine<Pod>.Step(Empty, new ReflectorInput<Pod>.CallFailed(error));
        Assert.Equal(TimeSpan.FromSeconds(17), Assert.IsType<ReflectorEffect<Pod>.Pause>(step.Effects[^1]).AtLeast);
    }

    [Fact]
    public void An_input_that_does_not_belong_to_the_state_is_a_bug_and_said_so()
    {
        var wrong = Assert.Throws<InvalidOperationException>(() => ReflectorMachine<Pod>.Step(Empty, Added("a", 8)));
        Assert.Contains("Empty and cannot take EventRead", wrong.Message, StringComparison.Ordinal);
    }

    private static string Story(params ReflectorInput<Pod>[] inputs)
    {
        var state = Empty;
        var lines = new List<string>();
        foreach (var input in inputs)
        {
            var step = ReflectorMachine<Pod>.Step(state, input);
            state = step.State;
            lines.Add($"{state.GetType().Name}: {string.Join(' ', step.Effects.Select(Tell))}");
        }
        return string.Join('\n', lines);
    }

    private static string Tell(ReflectorEffect<Pod> effect) => effect switch
    {
        ReflectorEffect<Pod>.ListPage list => $"ListPage({list.Continue})",
        ReflectorEffect<Pod>.OpenWatch open => $"OpenWatch({open.ResourceVersion})",
        ReflectorEffect<Pod>.ReplaceCache replace =>
            $"ReplaceCache({string.Join(' ', replace.Items.Select(pod => pod.Metadata.Name))} @{replace.ResourceVersion})",
        ReflectorEffect<Pod>.ApplyChange change =>
            $"ApplyChange({change.Event.Type} {change.Event.Object!.Metadata.Name} @{change.Event.ResourceVersion})",
        ReflectorEffect<Pod>.AdvanceCache advance => $"AdvanceCache({advance.ResourceVersion})",
        ReflectorEffect<Pod>.Pause pause => $"Pause({pause.Failures})",
        _ => effect.GetType().Name,
    };

    private static ReflectorInput<Pod> Page(string name, string more) => new ReflectorInput<Pod>.PageListed(
        new ResourceList<Pod>(ListMeta.Empty with { ResourceVersion = "7", Continue = more }, [Pods.Named(name, 5)]));

    private static ReflectorInput<Pod> Added(string name, int revision) =>
        new ReflectorInput<Pod>.EventRead(Pods.Event(WatchEventType.Added, Pods.Named(name, revision)));

    private static ReflectorInput<Pod> Bookmark(int revision) =>
        new ReflectorInput<Pod>.EventRead(new WatchEvent<Pod>(WatchEventType.Bookmark, null, revision.ToString(CultureInfo.InvariantCulture)));

    private static ReflectorInput<Pod> Failed(int code) =>
        new ReflectorInput<Pod>.CallFailed(new ApiException(Status.Empty with { Code = code, Message = "no" }));

    private static ReflectorInput<Pod> ErrorEvent(int code) => new ReflectorInput<Pod>.EventRead(
        new WatchEvent<Pod>(WatchEventType.Error, null, "") { Status = Status.Empty with { Code = code, Message = "no" } });
}
