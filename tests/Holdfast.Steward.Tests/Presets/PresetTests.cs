using Holdfast.Cel;
using Holdfast.Client.Streaming;
using Holdfast.Steward.Actions;
using Holdfast.Testing;

namespace Holdfast.Steward.Tests.Presets;

/// <summary>The presets against the real systems.</summary>
/// <typeparam name="T">The system.</typeparam>
/// <param name="system">The system.</param>
public abstract class PresetTests<T>(T system) : IAsyncLifetime where T : DataSystem
{
    protected static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly MemberDoor _door = new(MemberRoute.Direct, new HttpClient(), new NoCommands(), TimeProvider.System);

    protected T System => system;

    protected MemberCaller Caller => new(_door);

    public async ValueTask InitializeAsync()
    {
        await system.StartAsync();
        await Eventually.HoldsAsync("three healthy voters are seen by everyone", async () =>
        {
            var answers = await AllAsync(DataSystem.Members);
            return answers.All(answer => Truth(answer, MemberFields.Healthy) == true && Voters(answer) == DataSystem.Members)
                && answers.Count(answer => Text(answer, MemberFields.Role) == "leader") == 1;
        }, Patience, DataSystem.Stop);
    }

    public async ValueTask DisposeAsync()
    {
        await system.DisposeAsync();
        _door.Dispose();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task Every_member_tells_what_it_is()
    {
        var answers = await AllAsync(DataSystem.Members);
        Assert.All(answers, answer => Assert.Null(answer.Failure));
        Assert.Equal(["follower", "follower", "leader"], answers.Select(answer => Text(answer, MemberFields.Role)).Order(StringComparer.Ordinal));
        Assert.Single(answers.Select(answer => Text(answer, MemberFields.ClusterId)).Distinct());
        Assert.Equal(3, answers.Select(answer => Text(answer, MemberFields.MemberId)).Distinct().Count());
        Assert.Single(answers.Select(answer => Text(answer, MemberFields.LeaderId)).Distinct(), Text(await LeaderAsync(), MemberFields.MemberId));
        Assert.All(answers, answer => Assert.Equal(
            answers.Select(each => Text(each, MemberFields.MemberId)).Order(StringComparer.Ordinal), Ids(answer).Order(StringComparer.Ordinal)));
        foreach (var field in new[] { MemberFields.Term, MemberFields.AppliedIndex, MemberFields.CommitIndex, MemberFields.Version, MemberFields.DataFormat, MemberFields.Serving })
            Assert.All(answers, answer => Assert.True(answer.Fields.ContainsKey(field), field));
    }

    [Fact]
    public async Task Leadership_goes_to_whom_it_is_given()
    {
        var answers = await AllAsync(DataSystem.Members);
        var leader = Array.FindIndex(answers, answer => Text(answer, MemberFields.Role) == "leader");
        var next = (leader + 1) % DataSystem.Members;
        var scope = new ActionScope(system.Set, system.Variables(leader, Text(answers[leader], MemberFields.MemberId)))
        {
            Leader = system.Variables(leader, Text(answers[leader], MemberFields.MemberId)),
            Candidate = system.Variables(next, Text(answers[next], MemberFields.MemberId)),
        };
        var outcome = await Caller.CallAsync(system.Description.TransferLeadership!, scope, system.Place(leader), DataSystem.Stop);
        Assert.Null(outcome.Failure);
        await Eventually.HoldsAsync("the candidate leads", async () => Text((await AllAsync(DataSystem.Members))[next], MemberFields.Role) == "leader", Patience, DataSystem.Stop);
    }

    [Fact]
    public async Task A_member_that_is_gone_is_unreachable_and_not_unhealthy()
    {
        var leader = await LeaderOrdinalAsync();
        var gone = (leader + 1) % DataSystem.Members;
        system.Kill(gone);
        var answer = await ObserveAsync(gone);
        Assert.False(answer.IsAnswered);
        Assert.Equal(ActionFailureKind.Unreachable, answer.Failure!.Kind);
        Assert.Contains(system.PodOf(gone), answer.Failure.Message, StringComparison.Ordinal);
        Assert.Equal(3, Voters(await ObserveAsync(leader)));
    }

    protected async Task<MemberAnswer[]> AllAsync(int count) => await Task.WhenAll(Enumerable.Range(0, count).Select(ObserveAsync));

    protected Task<MemberAnswer> ObserveAsync(int ordinal) =>
        Caller.ObserveAsync(system.Description, new ActionScope(system.Set, system.Variables(ordinal)), system.Place(ordinal), DataSystem.Stop);

    protected async Task<int> LeaderOrdinalAsync() =>
        Array.FindIndex(await AllAsync(DataSystem.Members), answer => Text(answer, MemberFields.Role) == "leader");

    protected async Task<MemberAnswer> LeaderAsync() => await ObserveAsync(await LeaderOrdinalAsync());

    /// <summary>Calls the leader about a member.</summary>
    protected async Task<ActionOutcome> CallLeaderAsync(CompiledAction action, int about, string id = "")
    {
        var scope = new ActionScope(system.Set, system.Variables(about, id));
        return await Caller.CallAsync(action, scope, system.Place(await LeaderOrdinalAsync()), DataSystem.Stop);
    }

    protected static string Text(MemberAnswer answer, string field) => answer.Fields.GetValueOrDefault(field) is CelString text ? text.Value : "";

    protected static bool? Truth(MemberAnswer answer, string field) => answer.Fields.GetValueOrDefault(field) is CelBool truth ? truth.Value : null;

    protected static string[] Ids(MemberAnswer answer) => [.. Seats(answer).Select(seat => ((CelString)seat.Entries[new CelString("id")]).Value)];

    protected static int Voters(MemberAnswer answer) => Seats(answer).Count(seat => seat.Entries[new CelString("voter")] is CelBool { Value: true });

    private static IEnumerable<CelMap> Seats(MemberAnswer answer) =>
        answer.Fields.GetValueOrDefault(MemberFields.Members) is CelList list ? list.Items.OfType<CelMap>() : [];

    private sealed class NoCommands : IPodCommands
    {
        public Task<PodCommandResult> RunAsync(PodCommand command, CancellationToken cancellationToken) =>
            throw new InvalidOperationException("the presets run no commands");
    }
}

public sealed class EtcdPresetTests() : PresetTests<EtcdSystem>(new EtcdSystem())
{
    [Fact]
    public async Task A_learner_is_added_promoted_and_removed()
    {
        var added = new ActionOutcome(null, null);
        await Eventually.HoldsAsync("a learner is added, once the members are connected for long enough", async () =>
            (added = await CallLeaderAsync(System.Description.JoinLearner!, 3)).Failure is null, Patience, DataSystem.Stop);
        System.Start(3);
        await Eventually.HoldsAsync("it is a learner", async () => Text(await ObserveAsync(3), MemberFields.Role) == "learner", Patience, DataSystem.Stop);
        var id = Text(await ObserveAsync(3), MemberFields.MemberId);
        Assert.Contains(id, Ids(await LeaderAsync()));
        Assert.Equal(3, Voters(await LeaderAsync()));

        await Eventually.HoldsAsync("it is promoted, once it is caught up", async () =>
            (await CallLeaderAsync(System.Description.Promote!, 3, id)).Failure is null, Patience, DataSystem.Stop);
        await Eventually.HoldsAsync("everyone counts four voters", async () => (await AllAsync(4)).All(answer => Voters(answer) == 4), Patience, DataSystem.Stop);

        Assert.Null((await CallLeaderAsync(System.Description.Remove!, 3, id)).Failure);
        await Eventually.HoldsAsync("everyone counts three voters", async () => (await AllAsync(3)).All(answer => Voters(answer) == 3), Patience, DataSystem.Stop);
    }

    [Fact]
    public async Task What_etcd_refuses_is_told_in_its_own_words()
    {
        var outcome = await CallLeaderAsync(System.Description.Promote!, 3, "12345");
        Assert.Equal(ActionFailureKind.Refused, outcome.Failure!.Kind);
        Assert.Contains("spec.member.promote: POST /v3/cluster/member/promote answered 404", outcome.Failure.Message, StringComparison.Ordinal);
        Assert.Contains("member not found", outcome.Failure.Message, StringComparison.Ordinal);
    }
}

public sealed class LedgerPresetTests() : PresetTests<LedgerSystem>(new LedgerSystem())
{
    [Fact]
    public async Task A_member_is_removed_from_the_membership_while_it_runs()
    {
        var leader = await LeaderOrdinalAsync();
        var leaving = (leader + 1) % DataSystem.Members;
        Assert.Null((await CallLeaderAsync(System.Description.Remove!, leaving, Text(await ObserveAsync(leaving), MemberFields.MemberId))).Failure);
        await Eventually.HoldsAsync("the others count two voters", async () =>
            Voters(await ObserveAsync(leader)) == 2 && Voters(await ObserveAsync((leader + 2) % DataSystem.Members)) == 2, Patience, DataSystem.Stop);
        await Eventually.HoldsAsync("it takes no part any more", async () => Text(await ObserveAsync(leaving), MemberFields.Role) is not ("leader" or "follower"), Patience, DataSystem.Stop);
    }

    [Fact]
    public void Members_join_and_are_promoted_on_their_own() =>
        Assert.Equal((null, null, "Itself"), (System.Description.JoinLearner, System.Description.Promote, System.Description.Spec.Joins));
}
