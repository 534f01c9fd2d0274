using System.Diagnostics;
using System.Globalization;

namespace LedgerStore.Bench;

/// <summary>What processes have used.</summary>
/// <param name="Processor">Time of processors.</param>
/// <param name="Switches">How often a thread began to run.</param>
internal readonly record struct SystemUse(TimeSpan Processor, long Switches);

/// <summary>Three members of something that keeps writes by a quorum, as processes on loopback addresses, with their data on the same disk.</summary>
/// <param name="name">What it is called in the table.</param>
/// <param name="folder">Where its members keep their data.</param>
internal abstract class MeasuredSystem(string name, string folder) : IDisposable
{
    internal const int Members = 3;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly Process?[] processes = new Process?[Members];

    internal string Name => name;

    protected string Folder => folder;

    protected HttpClient Http { get; } = new(new SocketsHttpHandler { MaxConnectionsPerServer = 512 }) { Timeout = TimeSpan.FromSeconds(5) };

    /// <summary>Writes one small value through a member; true when it was acknowledged.</summary>
    internal abstract Task<bool> WriteAsync(int member, string key, CancellationToken cancellation);

    /// <summary>Which member leads, or -1.</summary>
    internal abstract Task<int> LeaderAsync();

    protected abstract ProcessStartInfo Command(int member);

    protected static string Address(int block, int member) => string.Create(CultureInfo.InvariantCulture, $"127.98.{block}.{member + 1}");

    internal async Task StartAsync()
    {
        for (var member = 0; member < Members; member++)
            Start(member);
        await UntilAsync("it takes writes through every member", async () =>
        {
            for (var member = 0; member < Members; member++)
            {
                if (!await TryWriteAsync(member, "start"))
                    return false;
            }
            return await LeaderAsync() >= 0;
        });
    }

    internal void Start(int member)
    {
        var command = Command(member);
        (command.RedirectStandardOutput, command.RedirectStandardError) = (true, true);
        var process = Process.Start(command)!;
        process.OutputDataReceived += static (_, _) => { };
        process.ErrorDataReceived += static (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        processes[member] = process;
    }

    internal void Kill(int member)
    {
        processes[member]!.Kill();
        processes[member]!.WaitForExit();
    }

    internal long ResidentBytes => processes.Sum(static process =>
    {
        process!.Refresh();
        return process.WorkingSet64;
    });

    /// <summary>What its members have used so far: figures that hardly depend on what else the machine does.</summary>
    internal SystemUse Use => processes.Select(static process =>
    {
        process!.Refresh();
        return new SystemUse(process.TotalProcessorTime, SwitchesOf(process.Id));
    }).Aggregate(static (one, other) => new SystemUse(one.Processor + other.Processor, one.Switches + other.Switches));

    private static long SwitchesOf(int process) => Directory.GetDirectories($"/proc/{process}/task").Sum(static task => File.ReadLines(Path.Combine(task, "status"))
        .Where(static line => line.Contains("ctxt_switches", StringComparison.Ordinal)).Sum(static line => long.Parse(line[(line.IndexOf('\t', StringComparison.Ordinal) + 1)..])));

    internal async Task<bool> TryWriteAsync(int member, string key, TimeSpan? within = null)
    {
        using var patience = new CancellationTokenSource(within ?? Timeout.InfiniteTimeSpan);
        try
        {
            return await WriteAsync(member, key, patience.Token);
        }
        catch (Exception away) when (away is HttpRequestException or TaskCanceledException)
        {
            // A member that is away acknowledges nothing; the caller counts what is acknowledged.
            return false;
        }
    }

    internal static async Task UntilAsync(string what, Func<Task<bool>> condition)
    {
        var began = Stopwatch.StartNew();
        while (!await condition())
        {
            if (began.Elapsed > Patience)
                throw new InvalidOperationException($"after {Patience.TotalSeconds} s it was not so that {what}");
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System);
        }
    }

    public void Dispose()
    {
        foreach (var process in processes)
        {
            if (process is { HasExited: false })
                process.Kill();
            process?.Dispose();
        }
        Http.Dispose();
        GC.SuppressFinalize(this);
    }
}
