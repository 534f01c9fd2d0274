using Holdfast.ApiServer.Http.Fairness;
using Holdfast.ApiServer.Security;
using Holdfast.Client;

namespace Holdfast.ApiServer.Tests.Bounds;

/// <summary>Who gets the next seat.</summary>
public sealed class FlowTests
{
    private static readonly RequestBounds Small = new() { ReadingSeats = 1, WritingSeats = 1, WaitingPerFlow = 3, WaitingPerLevel = 5 };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Flows_take_turns_however_much_one_of_them_asks()
    {
        var flows = new FlowControl(Small, TimeProvider.System);
        var order = new List<string>();
        var first = await flows.EnterAsync(User("ann"), "", false, Token);
        var waiting = new[] { "ann", "ann", "ann", "bob" }.Select(async name =>
        {
            using var seat = await flows.EnterAsync(User(name), "", false, Token);
            order.Add(name);
        }).ToList();
        first.Dispose();
        await Task.WhenAll(waiting);
        Assert.Equal(["ann", "bob", "ann", "ann"], order);
        Assert.Equal(0, flows.InFlight);
    }

    [Fact]
    public async Task A_user_who_names_many_namespaces_has_one_turn_all_the_same()
    {
        var flows = new FlowControl(Small, TimeProvider.System);
        using var seat = await flows.EnterAsync(User("ann"), "", false, Token);
        var waiting = Enumerable.Range(0, 3).Select(number => flows.EnterAsync(User("ann"), $"n{number}", false, Token).AsTask()).ToList();
        var refusal = await Assert.ThrowsAsync<ApiException>(async () => await flows.EnterAsync(User("ann"), "other", false, Token));
        Assert.Equal((429, 1, "Too many requests, please try again later."), (refusal.Code, refusal.Status.Details!.RetryAfterSeconds, refusal.Message));
        Assert.All(waiting, each => Assert.False(each.IsCompleted));
    }

    [Fact]
    public async Task Nodes_accounts_and_writers_have_seats_that_people_who_read_cannot_take()
    {
        var flows = new FlowControl(Small, TimeProvider.System);
        using var seat = await flows.EnterAsync(User("ann"), "", false, Token);
        foreach (var (user, isWriting) in new[]
        {
            (User("bob"), true), (UserInfo.Node("n1"), false), (UserInfo.Component("kube-controller-manager"), true), (UserInfo.ServiceAccount("a", "operator"), false),
        })
        {
            var entering = flows.EnterAsync(user, "", isWriting, Token);
            Assert.True(entering.IsCompletedSuccessfully, user.Name);
            _ = await entering;
        }
    }

    [Fact]
    public async Task Who_gives_up_leaves_the_queue_and_who_waits_too_long_is_told_to_come_again()
    {
        var flows = new FlowControl(Small with { WaitLimit = TimeSpan.FromMilliseconds(50) }, TimeProvider.System);
        var seat = await flows.EnterAsync(User("ann"), "", false, Token);
        using var leaves = new CancellationTokenSource();
        var left = flows.EnterAsync(User("bob"), "", false, leaves.Token).AsTask();
        await leaves.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => left);
        Assert.Equal(429, (await Assert.ThrowsAsync<ApiException>(async () => await flows.EnterAsync(User("bob"), "", false, Token))).Code);
        Assert.Equal(1, flows.InFlight);
        seat.Dispose();
        seat.Dispose();
        Assert.Equal(0, flows.InFlight);
    }

    [Fact]
    public async Task Many_at_once_leave_nothing_behind()
    {
        var flows = new FlowControl(Small with { ReadingSeats = 3, WaitingPerFlow = 1000, WaitingPerLevel = 10_000 }, TimeProvider.System);
        var (inside, most) = (0, 0);
        await Task.WhenAll(Enumerable.Range(0, 2000).Select(async number =>
        {
            using var seat = await flows.EnterAsync(User($"u{number % 7}"), "", false, Token);
            most = Math.Max(most, Interlocked.Increment(ref inside));
            await Task.Yield();
            Interlocked.Decrement(ref inside);
        }));
        Assert.Equal((0, 0), (flows.InFlight, inside));
        Assert.InRange(most, 1, 3);
    }

    private static UserInfo User(string name) => new(name, [UserInfo.Authenticated]);
}
