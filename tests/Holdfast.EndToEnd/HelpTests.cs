using Holdfast.EndToEnd.Programs;

namespace Holdfast.EndToEnd;

public sealed class HelpTests
{
    [Fact]
    public async Task Help_lists_every_command_the_simulator_too()
    {
        var help = (await HoldfastCommand.RunAsync("--help")).Succeeded();
        foreach (var command in new[] { "up", "down", "status", "rollout", "plan", "operator", "demo", "image", "store", "sim", "version" })
            Assert.Contains($"\n  {command} ", help, StringComparison.Ordinal);
        Assert.Contains("./holdfast sim", (await HoldfastCommand.RunAsync("sim", "--seeds", "3")).Refused(), StringComparison.Ordinal);
    }
}
