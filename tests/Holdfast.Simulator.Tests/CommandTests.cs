using System.Diagnostics;
using Holdfast.Simulator.Options;

namespace Holdfast.Simulator.Tests;

public sealed class CommandTests
{
    [Fact]
    public async Task Two_processes_give_the_same_trace_for_the_same_seeds()
    {
        var first = await RunAsync("--seeds", "1..12", "--story");
        var second = await RunAsync("--seeds", "1..12", "--story");
        Assert.Equal((0, ""), (first.ExitCode, first.Errors));
        Assert.Equal(first.Output, second.Output);
        Assert.Contains("seed 12 ", first.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_violation_is_told_with_its_invariant_its_options_and_how_to_see_it_again()
    {
        var found = await RunAsync("--seed", "1", "--mutant", "OwnsRetainedClaims");
        Assert.Equal(1, found.ExitCode);
        Assert.Contains("  V1: claim data-web-0 is owned by web", found.Output, StringComparison.Ordinal);
        Assert.Contains("-- --seed 1 --mutant OwnsRetainedClaims --story", found.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("no seed was given")]
    [InlineData("x is not a seed", "--seed", "x")]
    [InlineData("--seed needs a value", "--seed")]
    [InlineData("--seeds needs a range", "--seeds", "9..1")]
    [InlineData("there is no mutant Nothing", "--seed", "1", "--mutant", "Nothing")]
    [InlineData("--fast is not understood", "--fast")]
    public void What_is_not_understood_is_said_in_a_line(string message, params string[] arguments) =>
        Assert.StartsWith(message, Assert.Throws<FormatException>(() => CommandLine.Read(arguments)).Message, StringComparison.Ordinal);

    private static async Task<(int ExitCode, string Output, string Errors)> RunAsync(params string[] arguments)
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
            var errors = process.StandardError.ReadToEndAsync(cancellationToken);
            await process.WaitForExitAsync(cancellationToken);
            return (process.ExitCode, await output, await errors);
        }
        finally
        {
            if (!process.HasExited)
                process.Kill();
        }
    }
}
