using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Runtime.InteropServices;
using System.Text.Json;
using Holdfast.Testing;

namespace LedgerStore.Tests.Server;

/// <summary>The built program as a process of its own, on a loopback address of its own.</summary>
public sealed partial class LedgerProcess : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static int started;

    private readonly Process process;
    private readonly ConcurrentQueue<string> lines = [];

    private LedgerProcess(string dataFolder, Dictionary<string, string> environment, params string[] under)
    {
        // Tests run side by side, also in several processes: each server has its own address.
        Address = environment.GetValueOrDefault("POD_IP") ?? NewAddress();
        string[] command = [.. under, System.IO.Path.Combine(AppContext.BaseDirectory, "ledger-store")];
        var start = new ProcessStartInfo(command[0], command[1..])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["POD_IP"] = Address;
        start.Environment["POD_NAME"] = "ledger-store-0";
        start.Environment["HOLDFAST_VOLUME_DATA"] = dataFolder;
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        process = new Process { StartInfo = start };
        process.OutputDataReceived += (_, line) => Note(line.Data);
        process.ErrorDataReceived += (_, line) => Note(line.Data);
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        Http = new HttpClient { BaseAddress = new Uri($"http://{environment.GetValueOrDefault("LEDGER_LISTEN") ?? $"{Address}:8080"}"), Timeout = Patience };
    }

    public string Address { get; }

    public int Id => process.Id;

    public bool HasExited => process.HasExited;

    public HttpClient Http { get; }

    public string Output => string.Join('\n', lines);

    public static string NewAddress() => AddressOf(Interlocked.Increment(ref started));

    public static LedgerProcess Start(string dataFolder, params (string Name, string Value)[] environment) =>
        new(dataFolder, environment.ToDictionary(static pair => pair.Name, static pair => pair.Value));

    /// <summary>Under another program, which takes its command line as its own last arguments.</summary>
    public static LedgerProcess StartUnder(string[] under, string dataFolder, params (string Name, string Value)[] environment) =>
        new(dataFolder, environment.ToDictionary(static pair => pair.Name, static pair => pair.Value), under);

    public static async Task<LedgerProcess> StartReadyAsync(string dataFolder, params (string Name, string Value)[] environment)
    {
        var ledger = Start(dataFolder, environment);
        await ledger.UntilAsync(async () => await ledger.StatusOfAsync("/ready") == HttpStatusCode.OK, "ready");
        return ledger;
    }

    public async Task<HttpResponseMessage> AppendAsync(string data, string? client = null, long sequence = 0)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/entries") { Content = new StringContent(data) };
        if (client is not null)
        {
            request.Headers.Add("Ledger-Client", client);
            request.Headers.Add("Ledger-Sequence", sequence.ToString(CultureInfo.InvariantCulture));
        }
        return await Http.SendAsync(request, TestContext.Current.CancellationToken);
    }

    public async Task<JsonElement> GetAsync(string path) =>
        await Http.GetFromJsonAsync<JsonElement>(path, TestContext.Current.CancellationToken);

    public async Task<HttpStatusCode?> StatusOfAsync(string path)
    {
        try
        {
            using var response = await Http.GetAsync(path, TestContext.Current.CancellationToken);
            return response.StatusCode;
        }
        catch (HttpRequestException)
        {
            return null;
        }
    }

    public async Task UntilAsync(Func<Task<bool>> condition, string what)
    {
        var began = Stopwatch.StartNew();
        while (!await condition())
        {
            Assert.True(began.Elapsed < Patience && !process.HasExited, $"not {what}; the process said:\n{Output}");
            await Eventually.PauseAsync(TestContext.Current.CancellationToken);
        }
    }

    public void Signal(int signal) => Assert.Equal(0, SendSignal(process.Id, signal));

    public void Terminate() => Assert.Equal(0, SendSignal(process.Id, 15));

    public async Task<int> ExitCodeAsync()
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(Patience);
        await process.WaitForExitAsync(patience.Token);
        return process.ExitCode;
    }

    public async Task KillAsync()
    {
        process.Kill();
        await ExitCodeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        if (!process.HasExited)
            process.Kill();
        await process.WaitForExitAsync(CancellationToken.None);
        process.Dispose();
    }

    // A thousand of them before one comes again: members of a long test run on while others come and go.
    private static string AddressOf(int number) => string.Create(CultureInfo.InvariantCulture,
        $"127.{100 + Environment.ProcessId / 64 % 100}.{Environment.ProcessId % 64 * 4 + number / 254 % 4}.{number % 254 + 1}");

    private void Note(string? line)
    {
        if (line is not null)
            lines.Enqueue(line);
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int SendSignal(int process, int signal);
}
