using System.Globalization;

namespace Holdfast.RepoRules;

/// <summary>What ./holdfast does around the build.</summary>
public sealed class StartScriptTests : IDisposable
{
    private readonly ScriptFolder _folder = new("holdfast");

    // The "program" says its process id and its arguments.
    private string MakesProgram =>
        $"p={_folder.At("artifacts/bin/Holdfast.Cli/release")}; mkdir -p $p; printf '#!/bin/bash\\necho $$ \"$@\"; exit 7\\n' >$p/holdfast; chmod +x $p/holdfast";

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task The_first_start_builds_and_later_ones_do_not_until_a_source_changes()
    {
        _folder.Dotnet(MakesProgram);
        await _folder.RunAsync("holdfast");
        await _folder.RunAsync("holdfast");
        Assert.Equal(1, _folder.Builds);

        _folder.Write("src/A.cs", "changed");
        await _folder.RunAsync("holdfast");
        Assert.Equal(2, _folder.Builds);

        _folder.Write("src/B.cs", "new");
        await _folder.RunAsync("holdfast");
        Assert.Equal(3, _folder.Builds);

        File.Delete(_folder.At("src/B.cs"));
        await _folder.RunAsync("holdfast");
        Assert.Equal(4, _folder.Builds);
    }

    [Fact]
    public async Task It_becomes_the_program_so_that_signals_and_exit_codes_are_the_programs_own()
    {
        _folder.Dotnet(MakesProgram);
        var (exitCode, processId, output, _) = await _folder.RunAsync("holdfast");
        Assert.Equal(7, exitCode);
        Assert.Equal(processId.ToString(CultureInfo.InvariantCulture), Assert.Single(output).Trim());
    }

    [Fact]
    public async Task The_simulator_is_a_program_of_its_own_that_is_built_when_it_is_asked_for()
    {
        Directory.CreateDirectory(_folder.At("sim"));
        _folder.Dotnet(MakesProgram.Replace("Holdfast.Cli", "Holdfast.Simulator", StringComparison.Ordinal).Replace("$p/holdfast", "$p/Holdfast.Simulator", StringComparison.Ordinal));
        var (exitCode, _, output, _) = await _folder.RunAsync("holdfast", arguments: ["sim", "--seed", "17"]);
        Assert.Equal(7, exitCode);
        Assert.EndsWith(" --seed 17", Assert.Single(output), StringComparison.Ordinal);
        Assert.Equal(1, _folder.Builds);
    }

    [Fact]
    public async Task It_can_be_started_through_a_link()
    {
        _folder.Dotnet(MakesProgram);
        File.CreateSymbolicLink(_folder.At("bin/kubectl-holdfast"), _folder.At("holdfast"));
        Assert.Equal(7, (await _folder.RunAsync("bin/kubectl-holdfast")).ExitCode);
    }

    [Fact]
    public async Task What_the_build_says_does_not_mix_with_the_programs_output()
    {
        _folder.Dotnet($"echo compiling; {MakesProgram}");
        var (_, _, output, errors) = await _folder.RunAsync("holdfast");
        Assert.Single(output);
        Assert.Contains("compiling", errors);
    }

    [Fact]
    public async Task A_failed_build_shows_its_errors_and_is_tried_again()
    {
        _folder.Dotnet("echo 'A.cs(1,1): error CS1002'; exit 1");
        var (exitCode, _, _, errors) = await _folder.RunAsync("holdfast");
        Assert.Equal(1, exitCode);
        Assert.Contains("A.cs(1,1): error CS1002", errors);
        Assert.Equal("holdfast: the build failed; its errors are above.", errors[^1]);

        _folder.Dotnet(MakesProgram);
        Assert.Equal(7, (await _folder.RunAsync("holdfast")).ExitCode);
    }

    [Fact]
    public async Task Starts_at_the_same_time_build_once()
    {
        _folder.Dotnet($"for i in $(seq 200); do :; done; {MakesProgram}");
        var runs = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => _folder.RunAsync("holdfast")));
        Assert.All(runs, run => Assert.Equal(7, run.ExitCode));
        Assert.Equal(1, _folder.Builds);
    }

    [Fact]
    public async Task Without_the_SDK_it_says_so_in_one_line()
    {
        // Only what the script itself needs, so that the machine's own dotnet is out of sight.
        foreach (var tool in (string[])["bash", "env", "readlink", "dirname", "find", "sort", "cksum"])
        {
            File.CreateSymbolicLink(_folder.At("bin/" + tool), ToolPath(tool));
        }

        var (exitCode, _, output, errors) = await _folder.RunAsync("holdfast", _folder.At("bin"));
        Assert.Equal(1, exitCode);
        Assert.Empty(output);
        Assert.Contains(".NET 10 SDK is missing", Assert.Single(errors), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_SDK_that_is_too_old_is_named_in_one_line()
    {
        _folder.Dotnet("exit 1", version: "8.0.404");
        var (exitCode, _, _, errors) = await _folder.RunAsync("holdfast");
        Assert.Equal(1, exitCode);
        Assert.Contains("8.0.404 is too old", Assert.Single(errors), StringComparison.Ordinal);
    }

    private static string ToolPath(string tool) => (Environment.GetEnvironmentVariable("PATH") ?? string.Empty).Split(':')
        .Select(folder => Path.Combine(folder, tool))
        .First(File.Exists);
}
