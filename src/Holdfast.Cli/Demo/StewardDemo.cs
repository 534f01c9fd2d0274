using System.Diagnostics;
using System.Globalization;
using System.Text;
using Holdfast.Client;
using Holdfast.Model.Apps;
using Holdfast.Model.Json;
using StewardResource = Holdfast.Model.Stewards.Steward;

namespace Holdfast.Cli.Demo;

/// <summary>
/// Takes a stewarded ledger from 2.8.1 to 2.9.0 while clients write, with a plain set beside it for comparison; then drains each node, scales to five and back, and gives
/// it a bad image. Whatever happens, no entry that was acknowledged may be missing, and none may take longer than five seconds.
/// </summary>
/// <param name="set">The stewarded set.</param>
/// <param name="plain">The set beside it that nobody looks after.</param>
/// <param name="steward">Follows the Steward.</param>
/// <param name="manifests">The folder of the set's manifests.</param>
/// <param name="board">Shows what goes on.</param>
internal sealed class StewardDemo(LedgerSet set, LedgerSet plain, StewardWatch steward, string manifests, DemoBoard board) : IAsyncDisposable
{
    /// <summary>An image that starts and ends at once, with a word of why.</summary>
    internal const string BadImage = "example/ledger-store:2.9.1";

    private const int Writers = 4;
    private const string NewImage = "example/ledger-store:2.9.0";

    // A real Steward leaves a member half a minute of soak and ten minutes to come back; a demo has less time.
    private const string Definition = """
        {"metadata": {"name": "ledger-store"},
         "spec": {"targetRef": {"name": "ledger-store"}, "member": {"preset": "ledger-store"},
          "rollout": {"canary": 1, "soak": "1s", "stepDeadline": "90s", "preflight": {"maximumVersionSkew": "Minor"},
           "gates": [{"name": "lag", "member": {"field": "lag"}, "atMost": 100},
                     {"name": "migration-backlog", "member": {"field": "migrationBacklog"}, "atMost": 0},
                     {"name": "disk", "member": {"field": "diskFreeBytes"}, "atLeast": 100000000}]},
          "routing": {"leaderService": "ledger-store-leader"}}}
        """;

    private WriteLoad? _load;

    /// <summary>What the updates took, of both sets; null until they were made.</summary>
    internal UpdateComparison? Comparison { get; private set; }

    /// <summary>All writes to the stewarded set; null until they began.</summary>
    internal LoadFigures? Whole => _load?.Whole.Figures;

    private KubernetesClient Client => set.Client;

    public async ValueTask DisposeAsync()
    {
        if (_load is not null)
        {
            await _load.DisposeAsync();
        }
    }

    internal async Task<string> AttachAsync(CancellationToken cancellationToken)
    {
        await Client.CreateAsync(new Model.Core.Namespace { Metadata = new() { Name = set.Namespace } }, cancellationToken);
        await set.ApplyAsync(Path.Combine(manifests, "ledger-store.yaml"), cancellationToken);
        var given = ModelJson.Read<StewardResource>(Encoding.UTF8.GetBytes(Definition));
        await Client.CreateAsync(given with { Metadata = given.Metadata with { Namespace = set.Namespace } }, cancellationToken);
        await WellAsync(3, cancellationToken);
        _load = new WriteLoad("demo", Writers, () => set.Reachable);
        board.Load = _load.Whole;
        var status = steward.Latest.Status;
        return $"{status.Leader} leads in term {status.Term}, {status.Quorum!.Text} voters are well in zones {string.Join(", ", status.Members.Select(member => member.Zone).Order())}; {Writers} clients begin to write";
    }

    internal async Task<string> UpdateAsync(Func<CancellationToken, Task<string>> updatePlain, CancellationToken cancellationToken)
    {
        await using var plainLoad = new WriteLoad("demo-plain", Writers, () => plain.Reachable);
        var meters = (Own: _load!.Measure(), Plain: plainLoad.Whole);
        board.PlainLoad = meters.Plain;
        var leader = steward.Latest.Status.Leader;
        var beside = TimedAsync(() => updatePlain(cancellationToken));
        var took = await TimedAsync(() => UpdateAsync(cancellationToken));
        await MigrateAsync(cancellationToken);
        var plainTook = await beside;
        _load.End(meters.Own);
        await plainLoad.StopAsync();
        board.PlainLoad = null;
        var plainLost = await plain.Member(LedgerSet.Name + "-0").LacksAsync(plainLoad.Acknowledged, cancellationToken);
        Comparison = new UpdateComparison(new(meters.Own.Figures, took, await LostAsync(cancellationToken)), new(meters.Plain.Figures, plainTook, plainLost));
        // It has done its part; what is drained from here on is the stewarded one.
        await Client.DeleteAsync<StatefulSet>(plain.Namespace, LedgerSet.Name, null, cancellationToken);
        var steps = steward.Latest.Status.Rollout!.Steps;
        KeptNothingBack(Comparison.Stewarded);
        return $"{string.Join(" -> ", steps.Select(step => step.Member[^1]))}, each ready, rejoined, caught up and past its gates before the next; {leader} led at first, {steward.Latest.Status.Leader} does now; the data went on to format 9";
    }

    internal async Task<string> DrainAsync(CancellationToken cancellationToken)
    {
        var drain = new NodeDrain(Client, line => board.Say("  " + line));
        var (moves, refused) = (0, 0);
        foreach (var node in (await Client.ListAsync<Model.Core.Node>(new ListQuery(), cancellationToken)).Items)
        {
            var leader = steward.Latest.Status.Leader;
            refused += (await drain.DrainAsync(node.Metadata.Name, cancellationToken)).Count;
            await drain.UncordonAsync(node.Metadata.Name, cancellationToken);
            await WellAsync(3, cancellationToken);
            moves += steward.Latest.Status.Leader == leader ? 0 : 1;
        }
        return $"3 nodes drained and back; leadership was handed over {(moves == 1 ? "once" : $"{moves} times")} before its member went, {refused} evictions were told to come back a moment later";
    }

    internal async Task<string> ScaleAsync(CancellationToken cancellationToken)
    {
        foreach (var (replicas, why) in new[] { (5, "learners, caught up, then voters"), (3, "out of the membership, then their pods") })
        {
            board.Say(string.Create(CultureInfo.InvariantCulture, $"  scale the Steward to {replicas}: {why}"));
            await PatchAsync(string.Create(CultureInfo.InvariantCulture, $"{{\"spec\":{{\"replicas\":{replicas}}}}}"), cancellationToken);
            await WellAsync(replicas, cancellationToken);
            await set.UntilAsync($"{replicas} pods are left", () => set.Pods.Count == replicas, cancellationToken);
        }
        return "3 and 4 came as learners and were given a vote; 4 and 3 left the membership before their pods went";
    }

    internal async Task<string> BadImageAsync(CancellationToken cancellationToken)
    {
        var before = set.Pods;
        await PatchAsync("""{"spec":{"rollout":{"stepDeadline":"10s"}}}""", cancellationToken);
        board.Say($"  set the image {BadImage}, which ends as soon as it starts");
        await set.SetImageAsync(BadImage, cancellationToken);
        await set.UntilAsync("the bad image is rolled back", () => steward.Latest.Status.Rollout?.Phase == "RolledBack", cancellationToken);
        await WellAsync(3, cancellationToken);
        var touched = LedgerSet.Names(3).Where(name => set.Pods[name].Metadata.Uid != before[name].Metadata.Uid).ToArray();
        PromiseBrokenException.Unless(touched is [LedgerSet.Name + "-2"], $"{string.Join(", ", touched)} were replaced; only the canary was to be");
        var evidence = steward.Latest.Status.Rollout!.Evidence;
        PromiseBrokenException.Unless(evidence.Count > 0, "the rollout stopped without evidence");
        var told = evidence.FirstOrDefault(line => line.Contains("broken", StringComparison.Ordinal)) ?? evidence[0];
        await PatchAsync("""{"spec":{"rollout":{"stepDeadline":"90s"}}}""", cancellationToken);
        return $"stopped at the canary, with the evidence \"{told}\"; the template was taken back and only {touched[0]} replaced";
    }

    /// <summary>Ends the writes and counts.</summary>
    internal async Task<string> CountAsync(CancellationToken cancellationToken)
    {
        await _load!.StopAsync();
        var lost = await LostAsync(cancellationToken);
        var figures = _load.Whole.Figures;
        Comparison = Comparison! with { Whole = new(figures, Comparison.Stewarded.Took, lost) };
        KeptNothingBack(Comparison.Whole);
        return $"{figures.Acknowledged} of {figures.Tried} entries acknowledged, all of them on every member; the longest stall was {figures.LongestStall.TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture)} s";
    }

    private async Task UpdateAsync(CancellationToken cancellationToken)
    {
        await set.SetImageAsync(NewImage, cancellationToken);
        await set.UntilAsync("the rollout is completed", () => steward.Latest.Status.Rollout is { Phase: "Completed" } rollout && rollout.Updated == 3, cancellationToken);
        await WellAsync(3, cancellationToken);
    }

    private async Task MigrateAsync(CancellationToken cancellationToken)
    {
        board.Say("  every member reads format 9: the cluster writes it from now on");
        await set.Member(LedgerSet.Name + "-0").UseFormatAsync(9, cancellationToken);
        await set.UntilAsync("the data are migrated", async () =>
        {
            var looks = await Task.WhenAll(LedgerSet.Names(3).Select(name => set.Member(name).LookAsync(cancellationToken)));
            return looks.All(look => look.GetProperty("dataFormat").GetInt32() == 9 && look.GetProperty("migrationBacklog").GetInt64() == 0);
        }, cancellationToken);
    }

    private static async Task<TimeSpan> TimedAsync(Func<Task> work)
    {
        var begun = Stopwatch.GetTimestamp();
        await work();
        return Stopwatch.GetElapsedTime(begun);
    }

    private Task WellAsync(int voters, CancellationToken cancellationToken) =>
        set.UntilAsync($"the Steward is ready with {voters} voters (it says: {board.Steward?.Status.Summary})", () => steward.IsReady(voters), cancellationToken);

    private Task<StewardResource> PatchAsync(string json, CancellationToken cancellationToken) =>
        Client.PatchAsync<StewardResource>(set.Namespace, LedgerSet.Name, PatchForm.Merge, Encoding.UTF8.GetBytes(json), cancellationToken);

    // On whatever member it is missing: an entry that was acknowledged is on every one that is caught up.
    private async Task<int> LostAsync(CancellationToken cancellationToken)
    {
        var lost = 0;
        foreach (var name in LedgerSet.Names(3))
        {
            lost = Math.Max(lost, await set.Member(name).LacksAsync(_load!.Acknowledged, cancellationToken));
        }
        return lost;
    }

    private static void KeptNothingBack(UpdateFigures figures)
    {
        PromiseBrokenException.Unless(figures.Lost == 0, $"{figures.Lost} acknowledged entries are missing");
        PromiseBrokenException.Unless(figures.Load.Failed == 0, $"{figures.Load.Failed} entries were not acknowledged within 5 s");
    }
}
