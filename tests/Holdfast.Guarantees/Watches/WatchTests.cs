using System.Globalization;
using Holdfast.Guarantees.History;
using Holdfast.Platform;

namespace Holdfast.Guarantees.Watches;

/// <summary>A1 to A6 with many clients at once, while the history is compacted all the time.</summary>
public sealed class WatchTests
{
    private static readonly string[] Kinds = ["", "", "red", "green"];

    public static TheoryData<ulong> AllSeeds => Seeds.All;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory, MemberData(nameof(AllSeeds))]
    public async Task Many_watches_and_lists_tell_one_history(ulong seed)
    {
        await using var world = await WatchWorld.StartAsync();
        var chance = new SeededChance(seed);
        var following = Enumerable.Range(0, 8).SelectMany(number =>
        {
            var (colour, name) = (Kinds[number % Kinds.Length], string.Create(CultureInfo.InvariantCulture, $"watch {number}"));
            return new[]
            {
                world.FollowAsync("HTTP " + name, colour, chance.Fork(), (from, events) => world.OverHttpAsync("HTTP " + name, colour, from, events)),
                world.FollowAsync("in-process " + name, colour, chance.Fork(), (from, events) => world.InProcessAsync("in-process " + name, colour, from, events)),
            };
        }).ToArray();
        var slow = SlowAsync(world);
        var reading = ReadAsync(world, chance.Fork());
        var future = FutureAsync(world);
        await world.WriteAsync(seed, clients: 6, writes: 1500, padding: 100);
        await Task.WhenAll([.. following, slow, reading, future]);
        await CompactedAsync(world);
        Judge.Holds(world.Recording, seed);
        Assert.True(world.Expired > 0, "no watch was ever too slow for the history: the test has lost its point");
    }

    [Fact]
    public async Task A_watch_that_is_not_read_is_cut_and_what_it_was_told_before_has_no_gap()
    {
        await using var world = await WatchWorld.StartAsync();
        var first = (await Readers.ListAsync(world.Api, world.Recording, "", 0, Stop))!;
        // Its own connection: what fills up is the way to this reader alone.
        using var own = world.Connect();
        var stalled = Readers.WatchAsync(own, world.Recording, "a stalled watch", "", first.Revision, async _ =>
        {
            await world.LoadEnded;
            return true;
        }, Stop, timeoutSeconds: 3600);
        var quick = world.FollowAsync("a quick watch", "", new SeededChance(1), (from, events) => world.InProcessAsync("a quick watch", "", from, events));
        await world.WriteAsync(1, clients: 6, writes: 1200, padding: 30_000);
        await quick;
        var (seen, code) = await stalled;
        // It is told to list again; where the load took longer than a connection may stand still, the connection is gone.
        Assert.Contains(code, new[] { 410, 0 });
        Assert.True(seen.Events.Count < 1200, "everything was kept for a reader that did not read");
        Judge.Holds(world.Recording, 1);
    }

    [Fact]
    public async Task The_judge_finds_what_it_is_there_to_find()
    {
        await using var world = await WatchWorld.StartAsync();
        var first = (await Readers.ListAsync(world.Api, world.Recording, "", 0, Stop))!;
        await world.WriteAsync(3, clients: 3, writes: 150, padding: 10);
        var (seen, _) = await world.OverHttpAsync("a watch", "", first.Revision, int.MaxValue);
        Judge.Holds(world.Recording, 3);

        var (at, kept) = (seen.Events.Count / 2, seen.Events[seen.Events.Count / 2]);
        seen.Events.RemoveAt(at);
        Assert.Contains(new Judge(world.Recording).Problems(), problem => problem.StartsWith('A'));
        seen.Events.Insert(at, kept);
        seen.Events.Insert(at, kept);
        Assert.Contains(new Judge(world.Recording).Problems(), problem => problem.StartsWith("A4", StringComparison.Ordinal));
        seen.Events.RemoveAt(at);
        (seen.Events[at], seen.Events[at + 1]) = (seen.Events[at + 1], seen.Events[at]);
        Assert.Contains(new Judge(world.Recording).Problems(), problem => problem.StartsWith("A4", StringComparison.Ordinal));
        (seen.Events[at], seen.Events[at + 1]) = (seen.Events[at + 1], seen.Events[at]);
        seen.Events[at] = kept with { Value = "never written" };
        Assert.NotEmpty(new Judge(world.Recording).Problems());
    }

    /// <summary>Falls behind on purpose, is told 410, lists again and is right again.</summary>
    private static async Task SlowAsync(WatchWorld world)
    {
        var isFirst = true;
        await world.FollowAsync("a slow watch", "", new SeededChance(9), async (from, events) =>
        {
            if (isFirst)
                await world.LoadEnded;
            isFirst = false;
            return await world.InProcessAsync("a slow watch", "", from, events);
        });
    }

    /// <summary>Lists by every rule of revisions, while the load goes on.</summary>
    private static async Task ReadAsync(WatchWorld world, SeededChance chance)
    {
        long known = 0;
        while (!world.LoadEnded.IsCompleted)
        {
            var rule = chance.Next(4);
            var query = (known, rule) switch
            {
                (0, _) or (_, 0) => "",
                (_, 1) => $"&resourceVersion={known}&resourceVersionMatch=Exact",
                (_, 2) => $"&resourceVersion={known}&resourceVersionMatch=NotOlderThan",
                _ => "&resourceVersion=0",
            };
            if (await Readers.ListAsync(world.Api, world.Recording, Kinds[chance.Next(Kinds.Length)], chance.Next(3) * 5, Stop, query) is not { } list)
                continue;
            Assert.True(!query.Contains("Exact", StringComparison.Ordinal) || list.Revision == known, $"A1: a list at exactly {known} is of {list.Revision}");
            Assert.True(!query.Contains("NotOlder", StringComparison.Ordinal) || list.Revision >= known, $"A1: a list not older than {known} is of {list.Revision}");
            known = list.Revision;
        }
    }

    /// <summary>Watches from a revision that is still to come.</summary>
    private static async Task FutureAsync(WatchWorld world)
    {
        var now = (await Readers.ListAsync(world.Api, world.Recording, "", 0, Stop))!.Revision;
        var (seen, _) = await world.OverHttpAsync("a watch from the future", "", now + 40, 100);
        Assert.All(seen.Events, told => Assert.True(told.Revision > now + 40, $"A5: a watch from {now + 40} told {told}"));
        Assert.NotEmpty(seen.Events);
    }

    /// <summary>What is compacted is answered 410, to watches and to lists.</summary>
    private static async Task CompactedAsync(WatchWorld world)
    {
        foreach (var colour in Kinds)
            Assert.Equal(410, (await world.OverHttpAsync("a watch of what is gone", colour, 5, 1)).Item2);
        var answer = await world.Api.SendAsync(HttpMethod.Get, $"{ApiConnection.Maps}?resourceVersion=5&resourceVersionMatch=Exact", null, Stop);
        Assert.Equal((410, "Expired"), (answer.Code, (string?)answer.Body!["reason"]));
    }
}
