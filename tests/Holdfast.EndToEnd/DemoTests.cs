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
    [InlineData]
    [InlineData("--no-isolation")]
    public async Task Every_promise_is_kept(params string[] options)
    {
        // Without namespaces a pod's user goes to its volume by the real path, and must be let through to it.
        File.SetUnixFileMode(_folder.Path, File.GetUnixFileMode(_folder.Path) | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
        var data = _folder["data"];
        var outcome = await HoldfastCommand.RunAsync(["demo", "--data", data, .. options]);
        outcome.Succeeded();
        Assert.Equal(7, Regex.Count(outcome.Output, @"(?m)^│ kept +│"));
        Assert.DoesNotContain("BROKEN", outcome.Output, StringComparison.Ordinal);
        Assert.Matches(@"All 7 promises were kept, in \d+\.\d s\.\n$", outcome.Output);
        Assert.Equal("", outcome.Errors);
        Assert.Empty(PodProcesses.Of(data));
    }
}
