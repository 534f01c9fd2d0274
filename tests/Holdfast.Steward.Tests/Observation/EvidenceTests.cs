using Holdfast.Client.Caching;
using Holdfast.Steward.Actions;
using Holdfast.Steward.Observation;
using Holdfast.Steward.Planning;
using Holdfast.Steward.Tests.Worlds;
using Holdfast.Testing.Api;

namespace Holdfast.Steward.Tests.Observation;

/// <summary>What members wrote that do not get ready is there to be read, whether something is being done to them or not.</summary>
public sealed class EvidenceTests : IOutside
{
    private readonly SimulatedWorld _world = new(1);
    private readonly List<string> _asked = [];
    private readonly EvidenceNotes _notes;

    public EvidenceTests() => _notes = new EvidenceNotes(this, _world.Environment.Time);

    private static ResourceKey Key { get; } = ResourceKey.Of(Scenes.Steward());

    [Fact]
    public Task A_crash_looping_member_and_one_that_waits_for_long_are_asked_for_one_at_a_time() => _world.Run(async () =>
    {
        var seen = Seen(pod => pod with { IsCrashLooping = true, IsDown = true, Restarts = 3 }, pod => pod with { UnreadySince = Members.Noon });
        Assert.True(await LookAsync(seen, 31));
        Assert.True(await LookAsync(seen, 31));
        Assert.False(await LookAsync(seen, 31));
        Assert.Equal(["web-1 before", "web-2"], _asked);
        Assert.Equal(["one", "two"], _notes.Of(Key, "uid-web-1"));
        await _world.PassAsync(TimeSpan.FromSeconds(11));
        Assert.True(await LookAsync(seen, 42));
        Assert.Equal("web-1 before", _asked[^1]);
        Assert.False(await LookAsync(Scenes.Observation(), 43));
        Assert.Empty(_notes.Of(Key, "uid-web-1"));
    });

    [Fact]
    public Task Nobody_waits_for_what_a_silent_node_does_not_tell_or_asks_for_what_a_start_writes() => _world.Run(async () =>
    {
        Assert.False(await LookAsync(Seen(pod => pod with { IsCrashLooping = true, IsNodeReady = false }, pod => pod with { UnreadySince = Members.Noon }), 29));
        Assert.Empty(_asked);
    });

    public Task<ActionOutcome> GetAsync(string address, TimeSpan timeout, CancellationToken cancellationToken) => throw new NotSupportedException(address);

    public Task<ActionOutcome> LastLinesAsync(string namespaceName, string pod, bool isPrevious, CancellationToken cancellationToken)
    {
        _asked.Add(isPrevious ? pod + " before" : pod);
        return Task.FromResult(ActionOutcome.Of(new ActionResponse(200, "one\ntwo\n")));
    }

    private static TargetObservation Seen(Func<PodFacts, PodFacts> one, Func<PodFacts, PodFacts> two)
    {
        var observation = Scenes.Observation();
        return observation with
        {
            Members = observation.Members.PodOf(1, pod => one(pod with { IsReady = false, IsNodeReady = true })).PodOf(2, pod => two(pod with { IsReady = false, IsNodeReady = true })),
        };
    }

    private Task<bool> LookAsync(TargetObservation seen, double seconds) =>
        _notes.LookAsync(StewardView.Of(seen with { Now = Members.Noon.AddSeconds(seconds) }), CancellationToken.None);
}
