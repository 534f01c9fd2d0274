using System.Globalization;
using System.Text.Json;
using Holdfast.Client.Http;
using Holdfast.EndToEnd.Programs;
using Holdfast.Guarantees.History;
using Holdfast.Testing;

namespace Holdfast.Guarantees.Crashes;

/// <summary>A real process that serves the API from a real store, over a disk that may be faulty.</summary>
internal sealed class Victim : IAsyncDisposable
{
    private readonly Func<KubeConfig> _connect;

    private Victim(RunningProgram program, Func<KubeConfig> connect) => (Program, _connect) = (program, connect);

    public RunningProgram Program { get; }

    public ApiConnection Api { get; private set; } = null!;

    /// <summary>Starts <c>holdfast up --nodes 0</c> as it is; null when it died at once, as planned.</summary>
    public static Task<Victim?> UpAsync(string data, string plan) => StartedAsync(
        new Victim(
            RunningProgram.Start(HoldfastCommand.Path, ["up", "--data", data, "--port", "0", "--nodes", "0"], Environment(plan, ("DOTNET_STARTUP_HOOKS", Beside("Holdfast.FaultyDisk", "Holdfast.FaultyDisk.dll")))),
            () => KubeConfig.Load(Path.Combine(data, "kubeconfig"))),
        "Ctrl-C stops it");

    /// <summary>Starts the store and the API server alone, with a history of so many events; null when it died at once, as planned.</summary>
    public static Task<Victim?> ServerAsync(string data, int events, string plan) => StartedAsync(
        new Victim(
            RunningProgram.Start(Beside("Holdfast.CrashServer", "Holdfast.CrashServer"), [data, events.ToString(CultureInfo.InvariantCulture)], Environment(plan)),
            () => Load(Path.Combine(data, "server.json"))),
        "ready ");

    public void Kill()
    {
        if (!Program.HasExited)
            Program.Signal("KILL");
    }

    public async ValueTask DisposeAsync()
    {
        Api?.Dispose();
        await Program.DisposeAsync();
    }

    private static async Task<Victim?> StartedAsync(Victim victim, string word)
    {
        await Eventually.HoldsAsync(
            $"the program says \"{word}\"", () => victim.Program.HasExited || victim.Program.Output.Contains(word, StringComparison.Ordinal),
            Patience.Usual, TestContext.Current.CancellationToken);
        if (victim.Program.HasExited)
        {
            var ended = await victim.Program.EndsAsync();
            await victim.DisposeAsync();
            Assert.True(ended.ExitCode == 137, ended.ToString());
            return null;
        }
        victim.Api = new ApiConnection(victim._connect().CreateClient());
        return victim;
    }

    private static (string, string?)[] Environment(string plan, params (string, string?)[] more) =>
        [("HOME", "/nonexistent"), ("HOLDFAST_DATA", null), ("KUBECONFIG", null), ("HOLDFAST_TEST_DISK", plan), .. more];

    private static string Beside(string project, string file)
    {
        var here = new DirectoryInfo(AppContext.BaseDirectory);
        return Path.Combine(here.Parent!.Parent!.FullName, project, here.Name, file);
    }

    private static KubeConfig Load(string file)
    {
        var said = JsonSerializer.Deserialize<Dictionary<string, string>>(File.ReadAllText(file))!;
        return new KubeConfig { Server = new Uri(said["server"]), CertificateAuthorityPem = said["authority"], Token = said["token"] };
    }
}
