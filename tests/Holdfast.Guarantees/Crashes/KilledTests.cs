using Holdfast.Testing;

namespace Holdfast.Guarantees.Crashes;

/// <summary>Acknowledged ⊆ recovered ⊆ attempted, revisions never go back, and a watch goes on without gap or repeat: over every kind of kill.</summary>
public sealed class KilledTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public static TheoryData<ulong> AllSeeds => Seeds.All;

    public void Dispose() => _folder.Dispose();

    [Theory, MemberData(nameof(AllSeeds))]
    public async Task A_cluster_killed_at_random_moments_keeps_its_word(ulong seed)
    {
        var run = new CrashRun(seed, plan => Victim.UpAsync(_folder["data"], plan));
        for (var life = 0; life < 4; life++)
            await run.LiveAndDieAsync(most: 400);
        await HoldsAsync(run, seed);
    }

    [Theory]
    [InlineData("kill before wal-write 150")]
    [InlineData("kill after wal-write 300")]
    [InlineData("kill before wal-sync 120")]
    [InlineData("kill after wal-sync 120")]
    [InlineData("kill before db-write 3")]
    [InlineData("kill after db-write 20")]
    [InlineData("kill before db-sync 1")]
    [InlineData("kill after db-sync 1")]
    public async Task A_cluster_killed_at_a_point_of_its_commits_and_checkpoints_keeps_its_word(string plan)
    {
        var seed = SeedOf(plan);
        // Large objects, so that a checkpoint is due soon.
        var run = new CrashRun(seed, words => Victim.UpAsync(_folder["data"], words), padding: 20_000);
        await run.LiveAndDieAsync(most: 100);
        await KilledAsync(run, $"{plan} seed {seed}");
        await HoldsAsync(run, seed);
    }

    [Theory]
    [InlineData("kill before append/wal-write 100")]
    [InlineData("kill after append/wal-sync 60")]
    [InlineData("kill before compaction/wal-write 1")]
    [InlineData("kill after compaction/wal-write 2")]
    [InlineData("kill before compaction/wal-sync 2")]
    [InlineData("kill after compaction/wal-sync 1")]
    public async Task A_server_killed_in_its_appends_and_compactions_keeps_its_word(string plan)
    {
        var seed = SeedOf(plan);
        var run = new CrashRun(seed, words => Victim.ServerAsync(_folder["data"], 400, words));
        await KilledAsync(run, $"{plan} seed {seed}");
        await KilledAsync(run, $"{plan} seed {seed + 1}");
        await HoldsAsync(run, seed);
    }

    [Fact]
    public async Task A_disk_that_confirms_what_it_has_not_kept_is_found_out()
    {
        var run = new CrashRun(1, plan => Victim.UpAsync(_folder["data"], plan));
        await run.LiveAndDieAsync(most: 100);
        Assert.Equal(137, (await LiesAsync(run)).ExitCode);
        // First by the program itself: it knows what it has acknowledged, and does not serve less.
        var refused = (await EndToEnd.Programs.HoldfastCommand.RunAsync("up", "--data", _folder["data"], "--port", "0", "--nodes", "0")).Refused();
        Assert.Contains("was acknowledged before: its end is lost, or it is an older copy", refused, StringComparison.Ordinal);
        Assert.Contains("holdfast store restore", refused, StringComparison.Ordinal);
        // Then by the same judge that finds nothing in the other tests.
        File.Delete(_folder["data/store.db-mark"]);
        var loss = await LossAsync(run);
        Assert.True(loss.Contains("is lost", StringComparison.Ordinal) || loss.Contains("went back", StringComparison.Ordinal), loss);
    }

    private static async Task<string> LossAsync(CrashRun run)
    {
        try
        {
            return string.Join('\n', await run.EndAsync());
        }
        catch (Xunit.Sdk.XunitException found)
        {
            return found.Message;
        }
    }

    private static async Task<EndToEnd.Programs.Outcome> LiesAsync(CrashRun run)
    {
        var before = run.Recording.Acknowledged();
        var ended = await run.LiveAsync("lie before wal-sync 1 seed 1", acknowledged: 100);
        Assert.True(run.Recording.Acknowledged() >= before + 100);
        return ended!;
    }

    private static async Task KilledAsync(CrashRun run, string plan)
    {
        var ended = await run.LiveAsync(plan);
        Assert.True(ended is null or { ExitCode: 137 }, $"{plan}: {ended}");
    }

    private static async Task HoldsAsync(CrashRun run, ulong seed)
    {
        var problems = await run.EndAsync();
        Assert.True(problems.Count == 0, $"seed {seed}: {problems.Count} violations in {run.Recording.Attempts.Count} writes:\n{string.Join('\n', problems.Take(10))}");
        Assert.True(run.Recording.Acknowledged() > 20, $"only {run.Recording.Acknowledged()} writes were acknowledged");
    }

    private static ulong SeedOf(string plan) => plan.Aggregate(17UL, (seed, letter) => (seed * 31) + letter) % 1_000_000;
}
