using System.Diagnostics;
using Holdfast.Guarantees.History;
using Holdfast.Platform;
using Holdfast.Testing;

namespace Holdfast.Guarantees.Crashes;

/// <summary>
/// Lives of one store: each with a load and with watches that go on from where they were, each ended by a kill. At the end everything
/// that was tried, answered and told is judged.
/// </summary>
internal sealed class CrashRun(ulong seed, Func<string, Task<Victim?>> start, int padding = 200)
{
    private const int Clients = 6;
    private const int Objects = 40;
    private static readonly string[] Watches = ["", "", "red"];
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(120);

    private readonly SeededChance _chance = new(seed);
    private readonly long[] _seenUpTo = new long[Watches.Length];
    private int _life;

    public static CancellationToken Stop => TestContext.Current.CancellationToken;

    public Recording Recording { get; } = new();

    /// <summary>A life that is killed from outside at a moment that the seed chooses.</summary>
    public Task LiveAndDieAsync(int most) => LiveAsync("none", _chance.Next(most) + 30);

    /// <summary>A life that ends where the plan says; gives how the program ended.</summary>
    public Task<EndToEnd.Programs.Outcome?> LiveAsync(string plan) => LiveAsync(plan, null);

    /// <summary>The last life, without faults: everything is read again and judged.</summary>
    public async Task<IReadOnlyList<string>> EndAsync()
    {
        await using var victim = await start("none") ?? throw new InvalidOperationException("the last life died by itself");
        await BeginAsync(victim);
        var marker = new Attempt { Kind = AttemptKind.Create, Key = "o-end", Value = "end", Colour = "red", Started = Recording.Now() };
        Recording.Add(marker);
        var answer = await victim.Api.SendAsync(HttpMethod.Post, ApiConnection.Maps, Marker(), Stop);
        Assert.Equal(201, answer.Code);
        (marker.Outcome, marker.Revision, marker.Ended) = (History.Outcome.Acknowledged, answer.Revision, Recording.Now());
        await Task.WhenAll(Watches.Select((_, index) => FollowAsync(victim, index, answer.Revision)));
        Assert.NotNull(await Readers.ListAsync(victim.Api, Recording, "", 7, Stop));
        victim.Kill();
        return new Judge(Recording).Problems();
    }

    /// <summary>A life that ends where the plan says, or is killed when so many more writes have been acknowledged.</summary>
    public async Task<EndToEnd.Programs.Outcome?> LiveAsync(string plan, int? acknowledged)
    {
        var life = _life++;
        await using var victim = await start(plan);
        if (victim is null)
            return null;
        var load = new Load(Recording, Objects, padding);
        if (!await BeginAsync(victim))
            return await victim.Program.EndsAsync();
        var before = Recording.Acknowledged();
        var began = Stopwatch.GetTimestamp();
        var isOver = () => victim.Program.HasExited;
        var watching = Watches.Select((_, index) => FollowAsync(victim, index, long.MaxValue)).ToArray();
        var writing = Enumerable.Range(0, Clients).Select(client => load.RunAsync(victim.Api, $"s{seed}-l{life}-c{client}", _chance.Fork(), isOver, Stop)).ToArray();
        await Eventually.HoldsAsync(
            $"seed {seed}: the life with \"{plan}\" ends", () => victim.Program.HasExited || Recording.Acknowledged() - before >= (acknowledged ?? int.MaxValue),
            Longest, Stop);
        victim.Kill();
        await Task.WhenAll([.. writing, .. watching]);
        TestContext.Current.TestOutputHelper?.WriteLine($"life {life} ({plan}): {Recording.Acknowledged() - before} acknowledged in {Stopwatch.GetElapsedTime(began).TotalSeconds:0.0} s");
        return await victim.Program.EndsAsync();
    }

    /// <summary>Reads what has been recovered; false when the program died meanwhile.</summary>
    private async Task<bool> BeginAsync(Victim victim)
    {
        var space = new System.Text.Json.Nodes.JsonObject { ["metadata"] = new System.Text.Json.Nodes.JsonObject { ["name"] = "load" } };
        if ((await victim.Api.SendAsync(HttpMethod.Post, "api/v1/namespaces", space, Stop)).Code is not (201 or 409))
            return false;
        if (await Readers.ListAsync(victim.Api, Recording, "", 0, Stop) is not { } list)
            return false;
        for (var index = 0; index < Watches.Length; index++)
        {
            Assert.True(list.Revision >= _seenUpTo[index], $"A2: seed {seed}: the revision went back to {list.Revision} from {_seenUpTo[index]}, which a watch has seen");
            if (_seenUpTo[index] == 0)
                _seenUpTo[index] = list.Revision;
        }
        return true;
    }

    private async Task FollowAsync(Victim victim, int index, long upTo)
    {
        while (!victim.Program.HasExited && _seenUpTo[index] < upTo)
        {
            var (seen, code) = await Readers.WatchAsync(
                victim.Api, Recording, $"watch {index} of life {_life - 1}", Watches[index], _seenUpTo[index], stretch => Task.FromResult(stretch.To < upTo), Stop);
            _seenUpTo[index] = seen.To;
            Assert.True(code is 0 or 503 or 500 or -1, $"A4: seed {seed}: a watch could not go on from revision {seen.To}: code {code}");
        }
    }

    private static System.Text.Json.Nodes.JsonNode Marker() => System.Text.Json.Nodes.JsonNode.Parse(
        """{"metadata":{"name":"o-end","labels":{"colour":"red"}},"data":{"value":"end"}}""")!;
}
