using System.Text.RegularExpressions;
using Holdfast.EndToEnd.Programs;
using Holdfast.Testing;

namespace Holdfast.EndToEnd;

/// <summary>The demo keeps all its promises, with and without namespaces of the kernel.</summary>
public sealed class DemoTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(11)]
    [InlineData(7, "--no-isolation", "--only", "statefulset")]
    [InlineData(7, "--no-isolation", "--only", "steward")]
    public async Task Every_promise_is_kept(int promises, params string[] options)
    {
        // Without namespaces a pod's user goes to its volume by the real path, and must be let through to it.
        File.SetUnixFileMode(_folder.Path, File.GetUnixFileMode(_folder.Path) | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
        var data = _folder["data"];
        await using var demo = HoldfastCommand.Start(["demo", "--data", data, .. options]);
        var outcome = await demo.EndsAsync(TimeSpan.FromMinutes(8));
        outcome.Succeeded();
        Assert.Equal(promises, Regex.Count(outcome.Output, @"(?m)^│ kept +│"));
        Assert.DoesNotContain("BROKEN", outcome.Output, StringComparison.Ordinal);
        Assert.Matches($@"All {promises} promises were kept, in \d+\.\d s\.\n$", outcome.Output);
        Assert.Equal("", outcome.Errors);
        Assert.Empty(PodProcesses.Of(data));
        if (!options.Contains("statefulset"))
            NothingIsLost(outcome.Output);
    }

    // The table's last columns: the plain set beside it is shown as it is, whatever that may be.
    private static void NothingIsLost(string output)
    {
        foreach (var row in new[] { "lost", "failed after 5 s" })
            Assert.Matches($@"(?m)^│ {row} +│ 0 +│ \d+ +│ 0 +│$", output);
        var tried = Regex.Match(output, @"(?m)^│ tried +│ ([\d,]+) +│ [\d,]+ +│ ([\d,]+) +│$");
        Assert.True(tried.Success, output);
        Assert.Matches($@"(?m)^│ acknowledged +│ {tried.Groups[1].Value} +│ [\d,]+ +│ {tried.Groups[2].Value} +│$", output);
        Assert.Matches(@"this build is\s", Regex.Replace(output, @"[│\s]+", " "));
    }
}
