namespace Holdfast.RepoRules;

/// <summary>How ./test counts: nothing that did not run may look as if it had passed.</summary>
public sealed class TestScriptTests : IDisposable
{
    private readonly ScriptFolder _folder = new("test");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task It_ends_with_one_line_that_sums_up()
    {
        Project("Alpha.Tests", Summary(total: 5));
        Project("Beta.Tests", Summary(total: 3));
        var (exitCode, output) = await RunAsync();
        Assert.Equal("9 passed, 0 failed", output[^1]);
        Assert.Equal(0, exitCode);
    }

    [Fact]
    public async Task A_failed_test_is_counted_and_its_output_shown()
    {
        Project("Alpha.Tests", $"echo 'Some_sentence [FAIL]'; {Summary(total: 5, failed: 2)}; exit 1");
        var (exitCode, output) = await RunAsync();
        Assert.Equal("4 passed, 2 failed", output[^1]);
        Assert.Contains("Some_sentence [FAIL]", output);
        Assert.NotEqual(0, exitCode);
    }

    [Theory]
    [InlineData("a host that crashes", "kill -SEGV $$")]
    [InlineData("a host that says nothing", "exit 0")]
    [InlineData("a host that fails after its summary", "echo '  X  Total: 0, Errors: 0, Failed: 0, Skipped: 0, Not Run: 0, Time: 1s'; exit 3")]
    [InlineData("a project without tests", "echo '  X  Total: 0, Errors: 0, Failed: 0, Skipped: 0, Not Run: 0, Time: 1s'")]
    [InlineData("an error outside the tests", "echo '  X  Total: 0, Errors: 1, Failed: 0, Skipped: 0, Not Run: 0, Time: 1s'")]
    [InlineData("a skipped test", "echo '  X  Total: 1, Errors: 0, Failed: 0, Skipped: 1, Not Run: 0, Time: 1s'")]
    [InlineData("a test that was not run", "echo '  X  Total: 1, Errors: 0, Failed: 0, Skipped: 0, Not Run: 1, Time: 1s'")]
    [InlineData("a host that never ends", "while :; do read -r -t 1 line; done <>/dev/zero")]
    public async Task What_did_not_run_counts_as_failed(string what, string host)
    {
        Project("Alpha.Tests", host);
        var (exitCode, output) = await RunAsync();
        Assert.True(output[^1] == "1 passed, 1 failed", $"{what} gave: {string.Join('\n', output)}");
        Assert.NotEqual(0, exitCode);
    }

    [Fact]
    public async Task A_failed_build_is_a_failure()
    {
        Project("Alpha.Tests", Summary(total: 5));
        _folder.Dotnet("echo 'error CS1002'; exit 1");
        var (exitCode, output) = await RunAsync();
        Assert.Equal("0 passed, 1 failed", output[^1]);
        Assert.NotEqual(0, exitCode);
    }

    [Fact]
    public async Task A_filter_that_fits_nothing_is_a_failure()
    {
        Project("Beta.Tests", Summary(total: 5));
        var (exitCode, output) = await RunAsync("Alpha");
        Assert.Contains(output, line => line.Contains("No test project has 'Alpha'", StringComparison.Ordinal));
        Assert.NotEqual(0, exitCode);
    }

    private static string Summary(int total, int failed = 0) =>
        $"echo '   X  Total: {total}, Errors: 0, Failed: {failed}, Skipped: 0, Not Run: 0, Time: 0.1s'";

    private void Project(string name, string host)
    {
        _folder.Write($"tests/{name}/{name}.csproj", "<Project/>");
        _folder.Program($"artifacts/test/bin/{name}/release/{name}", $"#!/bin/bash\n{host}\n");
    }

    // A filter keeps kubectl, which these tests do not need, out of the way.
    private async Task<(int ExitCode, string[] Output)> RunAsync(string filter = "Tests")
    {
        if (!File.Exists(_folder.At("bin/dotnet")))
        {
            _folder.Dotnet("exit 0");
        }

        _folder.Program("bin/timeout", "#!/bin/bash\nexec /usr/bin/timeout \"$1\" 2 \"${@:3}\"\n");
        _folder.Program("run-test", $"#!/bin/bash\nexec {_folder.At("test")} {filter}\n");
        var run = await _folder.RunAsync("run-test");
        return (run.ExitCode, run.Output);
    }
}
