using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Holdfast.EndToEnd.Programs;
using Holdfast.Model.Core;
using Holdfast.Testing;

namespace Holdfast.EndToEnd;

/// <summary>No key, token or Secret in logs, lists of processes or files that others can read.</summary>
public sealed class SecrecyTests : IDisposable
{
    private const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const UnixFileMode Others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;
    private const string Password = "only-for-the-pod-4711";

    private readonly TemporaryFolder _folder = new();

    private string Data => _folder["data"];

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Keys_tokens_and_secrets_are_in_no_log_no_list_of_processes_and_no_file_that_others_can_read()
    {
        (await HoldfastCommand.RunAsync("image", "add", Manifests.ShellImage, "--data", Data, "--", "/bin/sh")).Succeeded();
        Assert.Equal(Owner, File.GetUnixFileMode(Data));
        await using var cluster = await Cluster.StartAsync(Data, "--nodes", "1", "--audit-level", "RequestResponse");
        var secrets = await UseAsync(cluster);
        Assert.Equal(Owner, File.GetUnixFileMode(Data));
        foreach (var (what, secret) in secrets)
        {
            Assert.DoesNotContain(secret, cluster.Program.Output, StringComparison.Ordinal);
            foreach (var log in Directory.EnumerateFiles(Data, "*.log*"))
                Assert.False((await File.ReadAllTextAsync(log, Stop)).Contains(secret, StringComparison.Ordinal), $"{what} is in {log}");
            foreach (var path in Directory.EnumerateFiles("/proc", "cmdline", new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = 1, IgnoreInaccessible = true }))
                Assert.False(Read(path).Contains(secret, StringComparison.Ordinal), $"{what} is in {path}");
        }
        Assert.Empty(Environments(cluster, secrets.Where(secret => secret.Value != Password)));
        Assert.Empty(OpenFiles(secrets));
    }

    [Fact]
    public async Task A_folder_that_was_made_for_everybody_is_its_owners_once_a_cluster_is_in_it()
    {
        Directory.CreateDirectory(Data, Owner | Others | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
        await using var cluster = await Cluster.StartAsync(Data, "--nodes", "0");
        Assert.Equal(Owner, File.GetUnixFileMode(Data));
    }

    [Fact]
    public async Task Another_address_is_served_with_a_loud_warning_and_a_certificate_for_it()
    {
        await using var cluster = await Cluster.StartAsync(Data, "--nodes", "0", "--address", "0.0.0.0");
        await Eventually.HoldsAsync("it warns", () => cluster.Program.Errors.Contains("WARNING: the API server listens on 0.0.0.0", StringComparison.Ordinal), Patience.Usual, Stop);
        Assert.Equal("ok", await cluster.Kubectl.SaysAsync("get", "--raw", "/readyz"));
        var refused = await HoldfastCommand.RunAsync("up", "--data", _folder["other"], "--address", "somewhere");
        Assert.NotEqual(0, refused.ExitCode);
        Assert.Contains("--address is \"somewhere\"; give an IP address", refused.Errors, StringComparison.Ordinal);
    }

    // Does what touches secrets, and gives each with its name.
    private async Task<Dictionary<string, string>> UseAsync(Cluster cluster)
    {
        await Eventually.HoldsAsync("pods can be made", async () => await cluster.Client.FindAsync<ServiceAccount>("default", "default", Stop) is not null, Patience.Usual, Stop);
        (await cluster.Kubectl.ApplyAsync($"apiVersion: v1\nkind: Secret\nmetadata: {{name: s}}\nstringData: {{password: {Password}}}\n")).Succeeded();
        (await cluster.Kubectl.ApplyAsync(Manifests.Pod("p", Manifests.Waits,
            "env: [{name: PASSWORD, valueFrom: {secretKeyRef: {name: s, key: password}}}]\nvolumeMounts: [{name: s, mountPath: /secret}]",
            "volumes: [{name: s, secret: {secretName: s}}]"))).Succeeded();
        await Eventually.HoldsAsync("the pod is ready", async () => ClusterFixture.IsReady(await cluster.Client.GetAsync<Pod>("default", "p", Stop)), Patience.Usual, Stop);
        Assert.Equal(Password, await cluster.Kubectl.SaysAsync("exec", "p", "--", "cat", "/secret/password"));
        var mounted = await cluster.Kubectl.SaysAsync("exec", "p", "--", "cat", "/var/run/secrets/kubernetes.io/serviceaccount/token");
        var issued = (await cluster.Kubectl.SaysAsync("create", "token", "default")).Trim();
        Assert.Equal(2, issued.Count(letter => letter == '.'));
        await cluster.Kubectl.SaysAsync("get", "secret", "s", "-o", "yaml");
        await cluster.Kubectl.RunAsync("patch", "secret", "s", "--type", "merge", "-p", new JsonObject { ["data"] = new JsonObject { ["password"] = new JsonObject { [Password] = 1 } } }.ToJsonString());
        await cluster.Kubectl.RunAsync("--token", issued, "get", "pods");
        var found = new Dictionary<string, string>
        {
            ["the Secret"] = Password,
            ["the Secret in base64"] = Convert.ToBase64String(Encoding.UTF8.GetBytes(Password)),
            ["the pod's token"] = mounted,
            ["the issued token"] = issued,
            ["the administrator's token"] = (await File.ReadAllTextAsync(Path.Combine(Data, "pki", "admin.token"), Stop)).Trim(),
        };
        foreach (var key in Directory.EnumerateFiles(Path.Combine(Data, "pki"), "*.key"))
            found[key] = (await File.ReadAllLinesAsync(key, Stop))[1];
        return found;
    }

    // The pod's own processes have what its pod asks for; keys and tokens are in nobody's environment.
    private static List<string> Environments(Cluster cluster, IEnumerable<KeyValuePair<string, string>> secrets) =>
    [
        .. from folder in Directory.EnumerateDirectories("/proc")
           where int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out _)
           let text = Read(Path.Combine(folder, "environ"))
           from secret in secrets
           where text.Contains(secret.Value, StringComparison.Ordinal)
           select $"{secret.Key} is in the environment of {folder}, beside {cluster.Program.ProcessId}",
    ];

    // Below the data folder, which is closed itself: what a way round it would show.
    private List<string> OpenFiles(Dictionary<string, string> secrets) =>
    [
        .. from path in Directory.EnumerateFiles(Data, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0 })
           where (File.GetUnixFileMode(path) & Others) != 0 && !IsBehindAClosedFolder(path)
           let text = Read(path)
           where text.Contains("PRIVATE KEY", StringComparison.Ordinal) || secrets.Values.Any(secret => text.Contains(secret, StringComparison.Ordinal))
           select $"{path} can be read by others",
    ];

    private bool IsBehindAClosedFolder(string path)
    {
        for (var folder = Path.GetDirectoryName(path)!; folder != Data; folder = Path.GetDirectoryName(folder)!)
        {
            if ((File.GetUnixFileMode(folder) & (UnixFileMode.OtherExecute | UnixFileMode.GroupExecute)) == 0)
                return true;
        }
        return false;
    }

    private static string Read(string path)
    {
        try
        {
            return Encoding.UTF8.GetString(File.ReadAllBytes(path));
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            // It ended meanwhile, or is somebody else's.
            return "";
        }
    }
}
