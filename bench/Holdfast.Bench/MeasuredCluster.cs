using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Holdfast.Client.Http;

namespace Holdfast.Bench;

/// <summary>A cluster that the built program runs, measured from outside.</summary>
internal sealed class MeasuredCluster : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(5);

    private readonly Process _process;

    private MeasuredCluster(Process process, TimeSpan readyAfter, TimeSpan completeAfter, KubeConfig config) =>
        (_process, ReadyAfter, CompleteAfter, Config) = (process, readyAfter, completeAfter, config);

    /// <summary>From the start of the process to the first good answer over HTTPS.</summary>
    internal TimeSpan ReadyAfter { get; }

    /// <summary>From the start of the process until it says that its controllers and nodes are ready too.</summary>
    internal TimeSpan CompleteAfter { get; }

    /// <summary>How it is reached.</summary>
    internal KubeConfig Config { get; }

    internal static async Task<MeasuredCluster> StartAsync(string program, string folder, string runtime, CancellationToken cancellationToken, params string[] options)
    {
        var port = FreePort();
        var start = new ProcessStartInfo(program, ["up", "--data", folder, "--port", port.ToString(CultureInfo.InvariantCulture), "--runtime", runtime, .. options])
        {
            RedirectStandardOutput = true,
        };
        var begun = Stopwatch.GetTimestamp();
        var process = Process.Start(start)!;
#pragma warning disable CA5359 // The certificate is not there before the server is; what is asked here is only whether it answers.
        using var http = new HttpClient(new SocketsHttpHandler { SslOptions = { RemoteCertificateValidationCallback = (_, _, _, _) => true } });
#pragma warning restore CA5359
        while (!IsListening(port) || !await IsReadyAsync(http, port, cancellationToken))
        {
            if (process.HasExited || Stopwatch.GetElapsedTime(begun) > Patience)
                throw new InvalidOperationException($"holdfast up did not become ready: {await process.StandardOutput.ReadToEndAsync(cancellationToken)}");
            await Task.Delay(Glance, TimeProvider.System, cancellationToken);
        }
        var readyAfter = Stopwatch.GetElapsedTime(begun);
        while (await process.StandardOutput.ReadLineAsync(cancellationToken) is { } line && !line.StartsWith("Ctrl-C", StringComparison.Ordinal))
            continue;
        var completeAfter = Stopwatch.GetElapsedTime(begun);
        var token = await File.ReadAllTextAsync(Path.Combine(folder, "pki", "admin.token"), cancellationToken);
        return new(process, readyAfter, completeAfter, KubeConfig.Load(Path.Combine(folder, "kubeconfig")) with { Token = token.Trim() });
    }

    /// <summary>What the process has used of the processors.</summary>
    internal TimeSpan Processor
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    /// <summary>How many reconciles have ended, of each controller.</summary>
    internal async Task<IReadOnlyDictionary<string, double>> ReconcilesAsync(CancellationToken cancellationToken)
    {
        using var http = Config.CreateClient();
        var counts = new Dictionary<string, double>(StringComparer.Ordinal);
        foreach (var line in (await http.GetStringAsync(new Uri("/metrics", UriKind.Relative), cancellationToken)).Split('\n'))
        {
            if (line.StartsWith("holdfast_reconcile_total{controller=\"", StringComparison.Ordinal))
            {
                var name = line.Split('"')[1];
                counts[name] = counts.GetValueOrDefault(name) + double.Parse(line[(line.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture);
            }
        }
        return counts;
    }

    /// <summary>What memory it holds once the process has next to nothing to do.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <param name="share">What share of one processor is next to nothing; the upkeep of many pods takes some.</param>
    internal async Task<HeldMemory> MemoryAtRestAsync(CancellationToken cancellationToken, double share = 0.05)
    {
        var window = TimeSpan.FromSeconds(2);
        TimeSpan used;
        do
        {
            var before = Processor;
            await Task.Delay(window, TimeProvider.System, cancellationToken);
            used = Processor - before;
        }
        while (used > window * share);
        return await HeldMemory.OfAsync(_process.Id, cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        using (var kill = Process.Start("kill", ["-TERM", _process.Id.ToString(CultureInfo.InvariantCulture)]))
            await kill.WaitForExitAsync();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    /// <summary>The program of the same build: in a build's output each project has a folder beside this one's: bin/PROJECT/CONFIGURATION.</summary>
    internal static string ProgramBeside()
    {
        var here = new DirectoryInfo(AppContext.BaseDirectory);
        return Path.Combine(here.Parent!.Parent!.FullName, "Holdfast.Cli", here.Name, "holdfast");
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    // The kernel's own table: a client that knocks all the time takes the processors of what it waits for.
    private static bool IsListening(int port)
    {
        const string Listening = "0A";
        var local = string.Create(CultureInfo.InvariantCulture, $"0100007F:{port:X4}");
        return File.ReadLines("/proc/net/tcp").Any(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries) is [_, var address, _, Listening, ..] && address == local);
    }

    private static async Task<bool> IsReadyAsync(HttpClient http, int port, CancellationToken cancellationToken)
    {
        try
        {
            using var answer = await http.GetAsync(new Uri($"https://127.0.0.1:{port}/readyz"), cancellationToken);
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            // It does not answer yet.
            return false;
        }
    }
}
