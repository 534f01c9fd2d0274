using Holdfast.Controllers.Runtime;

namespace Holdfast.Controllers.Tests.Runtime;

public sealed class WorkScheduleTests
{
    private readonly WorkSchedule<string> _schedule = new();

    [Fact]
    public void Keys_come_up_by_deadline_and_then_in_the_order_they_were_added()
    {
        Add("late", 5);
        Add("b", 1);
        Add("a", 1);
        Assert.Null(Take(0));
        Assert.Equal(TimeSpan.FromSeconds(1), _schedule.NextDue);
        Assert.Equal("b", Take(9));
        Assert.Equal("a", Take(9));
        Assert.Equal("late", Take(9));
        Assert.Null(Take(9));
    }

    [Fact]
    public void Of_several_deadlines_the_earliest_wins()
    {
        Add("a", 5);
        Add("a", 2);
        Add("a", 8);
        Assert.Null(Take(1));
        Assert.Equal("a", Take(2));
        _schedule.Finish("a");
        Assert.Null(Take(100));
    }

    [Fact]
    public void A_key_never_runs_twice_at_once_and_comes_up_again_when_it_was_added_meanwhile()
    {
        Add("a", 0);
        Assert.Equal("a", Take(0));
        Add("a", 7);
        Add("a", 3);
        Add("a", 9);
        Assert.Null(Take(100));
        _schedule.Finish("a");
        Assert.Null(Take(2));
        Assert.Equal("a", Take(3));
    }

    [Fact]
    public void Adding_a_waiting_key_again_neither_doubles_it_nor_moves_it_back()
    {
        Add("a", 0);
        Add("b", 0);
        Add("a", 0);
        Assert.Equal(2, _schedule.WaitingCount);
        Assert.Equal("a", Take(0));
        Assert.Equal("b", Take(0));
        Assert.Null(Take(0));
    }

    [Fact]
    public void A_key_that_is_always_added_again_does_not_hold_up_the_others()
    {
        Add("busy", 0);
        Add("quiet", 0);
        Assert.Equal("busy", Take(0));
        Add("busy", 0);
        _schedule.Finish("busy");
        Assert.Equal("quiet", Take(0));
        Assert.Equal("busy", Take(0));
    }

    [Fact]
    public void Deadlines_that_were_overtaken_do_not_pile_up()
    {
        for (var due = 100_000; due > 0; due--)
            Add("a", due);
        Assert.Equal(1, _schedule.WaitingCount);
        Assert.Equal("a", Take(1));
        _schedule.Finish("a");
        Assert.Null(_schedule.NextDue);
    }

    [Fact]
    public void Failures_are_counted_until_they_are_forgotten()
    {
        Assert.Equal(1, _schedule.CountFailure("a"));
        Assert.Equal(2, _schedule.CountFailure("a"));
        Assert.Equal(1, _schedule.CountFailure("b"));
        _schedule.ForgetFailures("a");
        Assert.Equal(1, _schedule.CountFailure("a"));
    }

    private void Add(string key, int due) => _schedule.Add(key, TimeSpan.FromSeconds(due));

    private string? Take(int now) => _schedule.TryTake(TimeSpan.FromSeconds(now), out var key, out _) ? key : null;
}
