using Holdfast.Cli.Demo;

namespace Holdfast.Cli.Tests;

/// <summary>How the demo tells what it saw: a promise that is not kept ends it with exit code 1.</summary>
public sealed class PromiseTests
{
    private readonly StringWriter _screen = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Promises_that_are_kept_are_told_with_what_was_seen_and_end_well()
    {
        var promises = await CheckAsync(("first", _ => Task.FromResult("seen one")), ("second", _ => Task.FromResult("seen two")));
        Assert.Equal([("first", "seen one", true), ("second", "seen two", true)], promises.Select(promise => (promise.Promised, promise.Seen, promise.IsKept)));
        Assert.Equal(ExitCode.Done, PromiseTable.Tell(promises, null, TimeSpan.FromSeconds(2), _screen));
        Assert.Equal(2, Occurrences("│ kept │"));
        Assert.EndsWith("All 2 promises were kept, in 2.0 s.\n", _screen.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_broken_promise_is_told_ends_the_demo_and_makes_its_exit_code_1()
    {
        var promises = await CheckAsync(
            ("first", _ => Task.FromResult("seen one")),
            ("second", _ => throw new PromiseBrokenException("2 members were away at once")),
            ("third", _ => throw new InvalidOperationException("what follows a broken promise is not tried")));
        Assert.Equal(["first", "second"], promises.Select(promise => promise.Promised));
        Assert.Equal((false, "2 members were away at once"), (promises[1].IsKept, promises[1].Seen));
        Assert.Equal(ExitCode.Failed, PromiseTable.Tell(promises, null, TimeSpan.FromSeconds(2), _screen));
        Assert.Equal(1, Occurrences("BROKEN"));
        Assert.EndsWith("A promise was not kept.\n", _screen.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_member_that_cannot_be_reached_breaks_the_promise()
    {
        var promises = await CheckAsync(("first", _ => throw new HttpRequestException("connection refused")));
        Assert.Equal((false, "connection refused"), (promises[0].IsKept, promises[0].Seen));
    }

    [Fact]
    public async Task An_interruption_is_no_broken_promise()
    {
        using var interrupted = new CancellationTokenSource();
        await interrupted.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => PromiseTable.CheckAsync([("first", token => Task.FromCanceled<string>(token))], _ => { }, interrupted.Token));
    }

    private static Task<List<Promise>> CheckAsync(params (string, Func<CancellationToken, Task<string>>)[] steps) => PromiseTable.CheckAsync(steps, _ => { }, Stop);

    private int Occurrences(string text) => _screen.ToString().Split(text).Length - 1;
}
