using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Holdfast.Client.Http;

namespace Holdfast.Bench;

/// <summary>Requests as fast as the server answers them, by <c>wrk</c>: a client that takes next to nothing of the processors that it shares with the server.</summary>
/// <param name="config">The server; it must take a bearer token.</param>
/// <param name="folder">Where the script of a load is written.</param>
internal sealed partial class WrkLoad(KubeConfig config, string folder)
{
    internal const string Program = "wrk";

    /// <summary>Reads one path again and again.</summary>
    /// <param name="path">The path with its query.</param>
    /// <param name="connections">How many connections; each waits for its answer before it asks again.</param>
    /// <param name="time">How long.</param>
    /// <param name="cancellationToken">Ends the load.</param>
    internal Task<Rate> GetAsync(string path, int connections, TimeSpan time, CancellationToken cancellationToken) =>
        RunAsync($"wrk.path = {Quoted(path)}", connections, time, cancellationToken);

    /// <summary>Creates objects from one body.</summary>
    /// <param name="path">The collection's path.</param>
    /// <param name="body">The object as JSON, with <c>generateName</c>.</param>
    /// <param name="connections">How many connections; each waits for its answer before it asks again.</param>
    /// <param name="time">How long.</param>
    /// <param name="cancellationToken">Ends the load.</param>
    internal Task<Rate> CreateAsync(string path, string body, int connections, TimeSpan time, CancellationToken cancellationToken) =>
        RunAsync($"wrk.path = {Quoted(path)}\nwrk.method = 'POST'\nwrk.headers['Content-Type'] = 'application/json'\nwrk.body = {Quoted(body)}", connections, time, cancellationToken);

    private async Task<Rate> RunAsync(string script, int connections, TimeSpan time, CancellationToken cancellationToken)
    {
        var file = Path.Combine(folder, "load.lua");
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite };
        await using (var writer = new StreamWriter(file, options))
            await writer.WriteAsync($"{script}\nwrk.headers['Authorization'] = {Quoted($"Bearer {config.Token}")}\n");
        var start = new ProcessStartInfo(
            Program, ["--latency", "-t1", $"-c{connections}", $"-d{Math.Ceiling(time.TotalSeconds)}s", "--timeout", "30s", "-s", file, config.Server.ToString()])
        {
            RedirectStandardOutput = true,
        };
        using var process = Process.Start(start)!;
        var said = await process.StandardOutput.ReadToEndAsync(cancellationToken);
        await process.WaitForExitAsync(cancellationToken);
        File.Delete(file);
        if (process.ExitCode != 0 || Failed.IsMatch(said) || Requests.Match(said) is not { Success: true } requests)
            throw new InvalidOperationException($"wrk did not get the answers it asked for: {said}");
        return new Rate(
            double.Parse(requests.Groups[1].Value, CultureInfo.InvariantCulture), Milliseconds(said, "50%"), Milliseconds(said, "99%"));
    }

    private static double Milliseconds(string said, string share)
    {
        var match = Regex.Match(said, $@"{share}\s+([0-9.]+)(us|ms|s)\b");
        var value = double.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture);
        return match.Groups[2].Value switch { "us" => value / 1000, "ms" => value, _ => value * 1000 };
    }

    private static string Quoted(string text) => $"[==[{text}]==]";

    [GeneratedRegex(@"Requests/sec:\s+([0-9.]+)")]
    private static partial Regex Requests { get; }

    [GeneratedRegex(@"Non-2xx|Socket errors: .*(connect|read|write) [1-9]")]
    private static partial Regex Failed { get; }
}

/// <summary>What a load has shown.</summary>
/// <param name="PerSecond">Answers a second, over all connections.</param>
/// <param name="Median">Milliseconds of one answer, at the median.</param>
/// <param name="NinetyNinth">Milliseconds of one answer, at the 99th percentile.</param>
internal sealed record Rate(double PerSecond, double Median, double NinetyNinth)
{
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{PerSecond:n0} /s");

    /// <summary>The latencies in words.</summary>
    internal string Latencies => string.Create(CultureInfo.InvariantCulture, $"p50 {Median:n2} ms, p99 {NinetyNinth:n2} ms");
}
