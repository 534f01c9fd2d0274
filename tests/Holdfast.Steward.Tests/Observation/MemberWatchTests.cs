using System.Collections.Concurrent;
using Holdfast.Client;
using Holdfast.Client.Caching;
using Holdfast.Model.Stewards;
using Holdfast.Model.Values;
using Holdfast.Platform;
using Holdfast.Steward.Actions;
using Holdfast.Steward.Observation;
using Holdfast.Testing;

namespace Holdfast.Steward.Tests.Observation;

/// <summary>Members are asked on schedules of their own.</summary>
public sealed class MemberWatchTests : IDisposable
{
    private static readonly ResourceKey Key = new("default", "db");
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly Door _door = new();
    private readonly ConcurrentQueue<ResourceKey> _changes = new();
    private readonly MemberWatches _watches;

    public MemberWatchTests() => _watches = new MemberWatches(
        new MemberCaller(_door), new ClientEnvironment(null!, new ThreadPoolTaskRunner(_ => { }), TimeProvider.System, new SystemChance(), null!), _changes.Enqueue);

    private static TimeSpan Age => TimeSpan.FromSeconds(5);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => _watches.Dispose();

    [Fact]
    public async Task A_member_that_hangs_delays_no_other()
    {
        _door.Answers["db-0"] = _ => new TaskCompletionSource<ActionOutcome>().Task.WaitAsync(Stop);
        Track("db-0", "db-1");
        await Eventually.HoldsAsync("the other one was asked several times", () => _door.Asked.GetValueOrDefault("db-1") > 5, Patience, Stop);
        Assert.Equal("it was not asked yet", Assert.IsType<MemberReading.Unknown>(_watches.Read(Key, "uid-db-0")).Reason);
        Assert.True(Assert.IsType<MemberReading.Known>(_watches.Read(Key, "uid-db-1")).Age < TimeSpan.FromSeconds(5));
    }

    [Fact]
    public async Task Who_refuses_is_unknown_at_once_and_who_is_late_grows_old()
    {
        Track("db-0", "db-1");
        await KnownAsync("db-0");
        await KnownAsync("db-1");
        _door.Answers["db-0"] = _ => Task.FromResult(ActionOutcome.Failed(ActionFailureKind.Unreachable, "connection refused"));
        _door.Answers["db-1"] = _ => Task.FromResult(ActionOutcome.Failed(ActionFailureKind.Timeout, "no answer"));
        await Eventually.HoldsAsync("db-0 is unknown", () => _watches.Read(Key, "uid-db-0") is MemberReading.Unknown { Reason: "connection refused", Since: not null }, Patience, Stop);
        await Eventually.HoldsAsync("what db-1 said grows old", () => _watches.Read(Key, "uid-db-1") is MemberReading.Known { Age.TotalMilliseconds: > 300 }, Patience, Stop);
    }

    [Fact]
    public async Task A_change_is_told_once_and_numbers_alone_are_not()
    {
        var index = 0;
        _door.Answers["db-0"] = _ => Task.FromResult(Said("follower", Interlocked.Increment(ref index)));
        Track("db-0");
        await Eventually.HoldsAsync("it was asked often", () => _door.Asked.GetValueOrDefault("db-0") > 5, Patience, Stop);
        Assert.Single(_changes);
        _door.Answers["db-0"] = _ => Task.FromResult(Said("leader", 1));
        await Eventually.HoldsAsync("the new role is told", () => _changes.Count == 2, Patience, Stop);
    }

    [Fact]
    public async Task All_are_asked_on_demand_and_a_new_pod_is_somebody_new()
    {
        Track("db-0");
        await KnownAsync("db-0");
        _door.Answers["db-0"] = _ => Task.FromResult(Said("leader", 9));
        await _watches.RefreshAsync(Key, Age, Stop);
        Assert.Equal(MemberRole.Leader, _watches.Read(Key, "uid-db-0").Values!.Role);
        Assert.IsType<MemberReading.Unknown>(_watches.Read(Key, "uid-of-another-pod"));
        _watches.Forget(Key);
        Assert.IsType<MemberReading.Unknown>(_watches.Read(Key, "uid-db-0"));
    }

    [Fact]
    public async Task Before_a_deed_only_an_answer_to_the_question_of_that_moment_counts()
    {
        Track("db-0", "db-1");
        await KnownAsync("db-0");
        await KnownAsync("db-1");
        _door.Answers["db-0"] = _ => Task.FromResult(ActionOutcome.Failed(ActionFailureKind.Timeout, "no answer"));
        var since = await _watches.RefreshAsync(Key, Age, Stop);
        Assert.StartsWith("it did not answer within", Assert.IsType<MemberReading.Unknown>(_watches.ReadSince(Key, "uid-db-0", since)).Reason, StringComparison.Ordinal);
        Assert.IsType<MemberReading.Known>(_watches.ReadSince(Key, "uid-db-1", since));
        // What is shown goes on by what it said, with its age.
        Assert.IsType<MemberReading.Known>(_watches.Read(Key, "uid-db-0"));
    }

    [Fact]
    public async Task Before_a_deed_a_member_whose_answer_was_lost_is_asked_once_more()
    {
        TrackEvery(Day, "db-0");
        await KnownAsync("db-0");
        var lost = 1;
        _door.Answers["db-0"] = _ => Task.FromResult(lost-- > 0 ? ActionOutcome.Failed(ActionFailureKind.Timeout, "no answer") : Said("leader", 9));
        var since = await _watches.RefreshAsync(Key, Age, Stop);
        Assert.Equal(MemberRole.Leader, Assert.IsType<MemberReading.Known>(_watches.ReadSince(Key, "uid-db-0", since)).Said.Role);
        lost = 1;
        Assert.IsType<MemberReading.Unknown>(_watches.ReadSince(Key, "uid-db-0", await _watches.RefreshAsync(Key, TimeSpan.Zero, Stop)));
    }

    [Fact]
    public async Task Never_more_than_the_bound_are_asked_at_once()
    {
        var (running, most) = (0, 0);
        var names = Enumerable.Range(0, MemberWatches.MaximumAtOnce * 2).Select(number => $"db-{number}").ToArray();
        foreach (var name in names)
        {
            _door.Answers[name] = async cancellationToken =>
            {
                most = Math.Max(most, Interlocked.Increment(ref running));
                await Eventually.PauseAsync(cancellationToken);
                Interlocked.Decrement(ref running);
                return Said("follower", 1);
            };
        }
        Track(names);
        await Eventually.HoldsAsync("everybody was asked", () => names.All(name => _door.Asked.GetValueOrDefault(name) > 0), Patience, Stop);
        Assert.True(most <= MemberWatches.MaximumAtOnce, $"{most} were asked at once");
    }

    private Task KnownAsync(string pod) => Eventually.HoldsAsync($"{pod} is known", () => _watches.Read(Key, "uid-" + pod) is MemberReading.Known, Patience, Stop);

    private const string Day = "24h";

    private void Track(params string[] pods) => TrackEvery("20ms", pods);

    private void TrackEvery(string period, params string[] pods)
    {
        var description = MemberDescription.Read(new MemberSpec
        {
            Observe = new ObserveSpec
            {
                Period = period,
                Calls = [new MemberAction
                {
                    HttpGet = new HttpCall { Path = "/" },
                    Fields = ValueMap.Of(("role", "response.json.role"), ("appliedIndex", "response.json.index"), ("members", "[]")),
                }],
            },
        }, out var issues) ?? throw new InvalidOperationException(string.Join("; ", issues));
        var set = new SetVariables("db", "default", "db", pods.Length);
        _watches.Track(Key, description, [.. pods.Select(pod => new WatchedMember("uid-" + pod, set, new(pod, 0, pod, pod, "", "127.0.0.1"), new MemberPlace("default", pod, "127.0.0.1")))]);
    }

    private static ActionOutcome Said(string role, int index) => ActionOutcome.Of(new ActionResponse(200, $"{{\"role\": \"{role}\", \"index\": {index}}}"));

    private sealed class Door : IMemberDoor
    {
        public ConcurrentDictionary<string, Func<CancellationToken, Task<ActionOutcome>>> Answers { get; } = new();

        public ConcurrentDictionary<string, int> Asked { get; } = new();

        public async Task<ActionOutcome> SendAsync(MemberPlace place, ActionRequest request, CancellationToken cancellationToken)
        {
            Asked.AddOrUpdate(place.Pod, 1, (_, count) => count + 1);
            return Answers.TryGetValue(place.Pod, out var answer) ? await answer(cancellationToken) : Said("follower", 1);
        }
    }
}
