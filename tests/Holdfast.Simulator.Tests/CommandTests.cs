using System.Diagnostics;
using Holdfast.Simulator.Options;

namespace Holdfast.Simulator.Tests;

public sealed class CommandTests
{
    [Fact]
    public async Task Two_processes_give_the_same_trace_for_the_same_seeds()
    {
        var first = await RunAsync("--seeds", "1..12", "--story", "--jobs", "2");
        var second = await RunAsync("--seeds", "1..12", "--story", "--jobs", "1");
        Assert.Equal((0, ""), (first.ExitCode, first.Errors));
        // All but the line with how long it took.
        static string[] Told(string output) => [.. output.Split('\n').Where(line => !line.Contains("seeds a second", StringComparison.Ordinal))];
        Assert.Equal(Told(first.Output), Told(second.Output));
        Assert.Contains("seed 12 ", first.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_violation_is_told_with_its_invariant_its_options_and_how_to_see_it_again()
    {
        var found = await RunAsync("--seeds", "1..40", "--mutant", "IgnoresReadiness", "--until-found");
        Assert.Equal(1, found.ExitCode);
        Assert.Matches("\n  S[47]: .*\\bpod (web|db)-", found.Output);
        Assert.Matches("\n  seed \\d+, (commit|build) [0-9a-f]+", found.Output);
        Assert.Matches("again: ./holdfast sim --seed \\d+ --mutant IgnoresReadiness --story", found.Output);
    }

    [Fact]
    public async Task A_run_for_a_time_reports_seeds_time_faults_and_checks_at_its_end()
    {
        var report = await RunAsync("--for", "3s", "--from", "500");
        Assert.Equal((0, true), (report.ExitCode, report.Output.Contains(" seeds (500..", StringComparison.Ordinal)));
        Assert.Matches("h simulated, \\d+ faults, \\d+ checks", report.Output);
        Assert.Contains("faults injected: ", report.Output, StringComparison.Ordinal);
        Assert.Contains("invariants checked: ", report.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_interrupt_ends_a_long_run_with_its_report()
    {
        foreach (var signal in (string[])["-INT", "-TERM"])
        {
            var report = await RunUntilAsync(signal, "--for", "1h");
            Assert.Contains("invariants checked: ", report.Output, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task The_last_seed_of_all_is_the_end_of_a_long_run()
    {
        var report = await RunAsync("--for", "1h", "--from", "18446744073709551615");
        Assert.Contains("1 seeds (18446744073709551615..18446744073709551615)", report.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("no seed was given")]
    [InlineData("x is not a seed", "--seed", "x")]
    [InlineData("--seed needs a value", "--seed")]
    [InlineData("there is no world x", "--world", "x")]
    [InlineData("--seeds needs a range", "--seeds", "9..1")]
    [InlineData("there is no mutant Nothing", "--seed", "1", "--mutant", "Nothing")]
    [InlineData("an hour is not a time", "--for", "an hour")]
    [InlineData("--jobs needs a number", "--seed", "1", "--jobs", "0")]
    [InlineData("--seed and --seeds do not go together", "--seed", "1", "--seeds", "3..4", "--for", "1s")]
    [InlineData("--seeds and --for do not go together", "--seeds", "3..4", "--for", "1s")]
    [InlineData("--from goes with --for", "--from", "1", "--seed", "1")]
    [InlineData("--fast is not understood", "--fast")]
    public void What_is_not_understood_is_said_in_a_line(string message, params string[] arguments) =>
        Assert.StartsWith(message, Assert.Throws<FormatException>(() => CommandLine.Read(arguments)).Message, StringComparison.Ordinal);

    private static Task<(int ExitCode, string Output, string Errors)> RunAsync(params string[] arguments) => RunUntilAsync("", arguments);

    private static async Task<(int ExitCode, string Output, string Errors)> RunUntilAsync(string signal, params string[] arguments)
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add(typeof(Simulation).Assembly.Location);
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(cancellationToken);
            var errors = signal.Length > 0 ? InterruptAsync(process, signal, cancellationToken) : process.StandardError.ReadToEndAsync(cancellationToken);
            await process.WaitForExitAsync(cancellationToken);
            return (process.ExitCode, await output, await errors);
        }
        finally
        {
            if (!process.HasExited)
                process.Kill();
        }
    }

    /// <summary>Interrupts once the first line of progress shows that it runs.</summary>
    private static async Task<string> InterruptAsync(Process process, string signal, CancellationToken cancellationToken)
    {
        var progress = await process.StandardError.ReadLineAsync(cancellationToken);
        using var kill = Process.Start("kill", [signal, process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync(cancellationToken);
        return progress + await process.StandardError.ReadToEndAsync(cancellationToken);
    }
}
