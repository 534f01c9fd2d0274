using System.Globalization;
using System.Text.Json.Nodes;
using Holdfast.Client.Http;
using Holdfast.EndToEnd.Programs;
using Holdfast.Guarantees.History;
using Holdfast.Platform;
using Holdfast.Testing;

namespace Holdfast.Guarantees.Crashes;

/// <summary><c>holdfast store</c> with the real program: under load, killed in the middle, and back to a cluster that answers.</summary>
public sealed class BackupTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private string Data => _folder["data"];

    private string Backup => _folder["backup"];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_backup_under_load_restores_to_one_revision_and_clients_of_before_list_again()
    {
        await using var victim = (await Victim.UpAsync(Data, "none"))!;
        var recording = await FilledAsync(victim, maps: 50, padding: 100);
        var isOver = false;
        var load = new Load(recording, objects: 30, padding: 100);
        var writing = Enumerable.Range(0, 4).Select(client => load.RunAsync(victim.Api, $"c{client}", new SeededChance((ulong)client), () => isOver, Stop)).ToArray();
        var said = (await HoldfastCommand.RunAsync("store", "backup", Backup, "--data", Data)).Succeeded();
        Assert.Contains("It holds every Secret in plain text", said, StringComparison.Ordinal);
        isOver = true;
        await Task.WhenAll(writing);
        // So that the newest revision is that of an object that is listed, and not of a deletion.
        await CreateAsync(victim, recording, "o-last", "last", padding: 100);
        var last = (await Readers.ListAsync(victim.Api, recording, "", 0, Stop))!;

        var report = JsonNode.Parse((await HoldfastCommand.RunAsync("store", "verify", Backup, "-o", "json")).Succeeded())!;
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Backup));
        Assert.True((long)report["counts"]!["configmaps"]! > 10);
        Assert.Contains("--force", (await HoldfastCommand.RunAsync("store", "backup", Backup, "--data", Data)).Refused(), StringComparison.Ordinal);
        Assert.Contains($"process {victim.Program.ProcessId} (holdfast up)", (await HoldfastCommand.RunAsync("store", "restore", Backup, "--data", Data)).Refused(), StringComparison.Ordinal);
        Assert.Contains("while a cluster runs, make a backup of it", (await HoldfastCommand.RunAsync("store", "verify", Data)).Refused(), StringComparison.Ordinal);

        (await HoldfastCommand.RunAsync("store", "restore", Backup, "--data", _folder["new"])).Succeeded();
        await using var restored = (await Victim.UpAsync(_folder["new"], "none"))!;
        // The restored objects are those of one revision of the recorded history: the judge checks the list against it.
        var (answer, revision) = (await restored.Api.SendAsync(HttpMethod.Get, ApiConnection.Maps, null, Stop), (long)report["revision"]!);
        Assert.True(answer.Revision > revision + 500_000_000, $"the revision is {answer.Revision} after a backup at {revision}");
        var objects = answer.Body!["items"]!.AsArray().Where(item => ((string)item!["metadata"]!["name"]!).StartsWith("o-", StringComparison.Ordinal)).ToDictionary(
            item => (string)item!["metadata"]!["name"]!,
            item => (long.Parse((string)item!["metadata"]!["resourceVersion"]!, CultureInfo.InvariantCulture), (string)item["data"]!["value"]!));
        recording.Add(new Listed(0, long.MaxValue, false, revision, "", objects));
        await Readers.WatchAsync(victim.Api, recording, "the whole history", "", recording.Lists[0].Revision, stretch => Task.FromResult(stretch.To < last.Objects.Values.Max(each => each.Revision)), Stop);
        Judge.Holds(recording, 0);
        // A client that knows what was lost is not told that nothing happened since.
        Assert.Equal(410, (await Readers.WatchAsync(restored.Api, new Recording(), "a watch of before", "", last.Revision, _ => Task.FromResult(false), Stop)).Code);
    }

    [Fact]
    public async Task A_backup_that_is_killed_or_interrupted_or_whose_cluster_dies_leaves_no_file_of_its_name()
    {
        await using var victim = (await Victim.UpAsync(Data, "none"))!;
        await FilledAsync(victim, maps: 150, padding: 100_000);
        for (var kill = 0; kill < 4; kill++)
        {
            await using var program = HoldfastCommand.StartAtTerminal("store", "backup", Backup, "--data", Data);
            await PartialAsync(program);
            if (!program.HasExited)
                program.Signal(kill < 2 ? "KILL" : "INT");
            var ended = await program.EndsAsync();
            await WholeOrAbsentAsync();
            Assert.True(ended.ExitCode is 0 or 137 or 130, ended.ToString());
            Assert.True(ended.ExitCode == 137 || Partials().Length == 0, $"{ended} left {string.Join(' ', Partials())}");
            Array.ForEach(Partials(), File.Delete);
        }
        await using var last = HoldfastCommand.Start("store", "backup", Backup, "--data", Data);
        await PartialAsync(last);
        victim.Kill();
        var outcome = await last.EndsAsync();
        await WholeOrAbsentAsync();
        Assert.True(outcome.ExitCode == 0 || outcome.Refused().Contains("the cluster", StringComparison.Ordinal), outcome.ToString());
        // And with nobody running, from the files alone.
        (await HoldfastCommand.RunAsync("store", "backup", Backup, "--data", Data)).Succeeded();
        Assert.Contains("configmaps", (await HoldfastCommand.RunAsync("store", "verify", Data)).Succeeded(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Damage_is_named_and_a_folder_that_is_not_empty_is_refused_unless_its_volumes_are_to_stay()
    {
        await using (var victim = (await Victim.UpAsync(Data, "none"))!)
            await FilledAsync(victim, maps: 20, padding: 2000);
        (await HoldfastCommand.RunAsync("store", "backup", Backup, "--data", Data)).Succeeded();
        var file = await File.ReadAllBytesAsync(Path.Combine(Data, "store.db"), Stop);
        await File.WriteAllBytesAsync(Path.Combine(Data, "store.db"), [.. file[..4096], .. new byte[file.Length - 4096]], Stop);
        var damaged = (await HoldfastCommand.RunAsync("up", "--data", Data, "--port", "0", "--nodes", "0")).Refused();
        Assert.Contains($"{Path.Combine(Data, "store.db")} is damaged and is not served", damaged, StringComparison.Ordinal);
        Assert.Contains("restore a backup (holdfast store restore)", damaged, StringComparison.Ordinal);
        Assert.Contains("is damaged", (await HoldfastCommand.RunAsync("store", "verify", Data)).Refused(), StringComparison.Ordinal);

        Assert.Contains("--beside-volumes", (await HoldfastCommand.RunAsync("store", "restore", Backup, "--data", Data)).Refused(), StringComparison.Ordinal);
        Assert.Contains("move the store's files away first", (await HoldfastCommand.RunAsync("store", "restore", Backup, "--data", Data, "--beside-volumes")).Refused(), StringComparison.Ordinal);
        foreach (var store in Directory.GetFiles(Data, "store.db*"))
            File.Move(store, _folder[Path.GetFileName(store)]);
        (await HoldfastCommand.RunAsync("store", "restore", Backup, "--data", Data, "--beside-volumes")).Succeeded();
        await using var again = (await Victim.UpAsync(Data, "none"))!;
        Assert.Equal(200, (await again.Api.SendAsync(HttpMethod.Get, $"{ApiConnection.Maps}/o-19", null, Stop)).Code);
    }

    [Fact]
    public async Task Only_who_may_have_everything_may_have_a_backup()
    {
        await using var victim = (await Victim.UpAsync(Data, "none"))!;
        var config = KubeConfig.Load(Path.Combine(Data, "kubeconfig"));
        using var anonymous = new KubeConfig { Server = config.Server, CertificateAuthorityPem = config.CertificateAuthorityPem }.CreateClient();
        using var refused = await anonymous.GetAsync(new Uri("holdfast/store/backup", UriKind.Relative), Stop);
        Assert.Equal(403, (int)refused.StatusCode);
        using var client = config.CreateClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, "holdfast/store/backup");
        request.Headers.Add("Impersonate-User", "system:serviceaccount:default:default");
        using var forbidden = await client.SendAsync(request, Stop);
        Assert.Equal(403, (int)forbidden.StatusCode);
    }

    private static async Task<Recording> FilledAsync(Victim victim, int maps, int padding)
    {
        var recording = new Recording();
        await victim.Api.SendAsync(HttpMethod.Post, "api/v1/namespaces", JsonNode.Parse("""{"metadata":{"name":"load"}}"""), Stop);
        await Readers.ListAsync(victim.Api, recording, "", 0, Stop);
        for (var i = 0; i < maps; i++)
            await CreateAsync(victim, recording, $"o-{i}", $"fill-{i}", padding);
        return recording;
    }

    private static async Task CreateAsync(Victim victim, Recording recording, string key, string value, int padding)
    {
        var attempt = new Attempt { Kind = AttemptKind.Create, Key = key, Value = value, Colour = "red", Started = recording.Now() };
        recording.Add(attempt);
        var answer = await victim.Api.SendAsync(HttpMethod.Post, ApiConnection.Maps, new JsonObject
        {
            ["metadata"] = new JsonObject { ["name"] = key, ["labels"] = new JsonObject { ["colour"] = "red" } },
            ["data"] = new JsonObject { ["value"] = value, ["padding"] = new string('x', padding) },
        }, Stop);
        Assert.Equal(201, answer.Code);
        (attempt.Outcome, attempt.Revision, attempt.Ended) = (History.Outcome.Acknowledged, answer.Revision, recording.Now());
    }

    private string[] Partials() => Directory.GetFiles(_folder.Path, "*.partial");

    private async Task PartialAsync(RunningProgram program) => await Eventually.HoldsAsync(
        "the backup is being written", () => program.HasExited || Partials().Any(file => new FileInfo(file) is { Exists: true, Length: > 0 }), Patience.Usual, Stop);

    private async Task WholeOrAbsentAsync()
    {
        if (File.Exists(Backup))
            (await HoldfastCommand.RunAsync("store", "verify", Backup)).Succeeded();
        File.Delete(Backup);
    }
}
