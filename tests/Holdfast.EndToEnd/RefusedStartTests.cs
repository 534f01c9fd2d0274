using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Holdfast.EndToEnd.Programs;
using Holdfast.Testing;

namespace Holdfast.EndToEnd;

/// <summary>A start that cannot be is one line on the error output that says what to do, and exit code 1.</summary>
public sealed class RefusedStartTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string Data => _folder["data"];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_second_start_on_a_held_folder_names_the_process_that_holds_it()
    {
        await using var cluster = await Cluster.StartAsync(Data, "--nodes", "0");
        var line = (await HoldfastCommand.RunAsync("up", "--data", Data, "--port", "0")).Refused();
        Assert.StartsWith("holdfast: ", line, StringComparison.Ordinal);
        Assert.Contains($"process {cluster.Program.ProcessId} (holdfast up)", line, StringComparison.Ordinal);
        await cluster.Kubectl.SaysAsync("get", "namespaces");
    }

    [Fact]
    public async Task A_port_in_use_is_named()
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        var port = ((IPEndPoint)other.LocalEndpoint).Port;
        var line = (await HoldfastCommand.RunAsync("up", "--data", Data, "--port", port.ToString(CultureInfo.InvariantCulture))).Refused();
        Assert.Contains($"port {port} on 127.0.0.1 is in use by another program", line, StringComparison.Ordinal);
        // Nothing is left that the next start trips over.
        Assert.Empty(Directory.EnumerateFileSystemEntries(Data).Select(Path.GetFileName).Except(["lock", "holder"]));
        await using var cluster = await Cluster.StartAsync(Data, "--fresh", "--nodes", "0");
        await cluster.Kubectl.SaysAsync("get", "namespaces");
    }

    [Fact]
    public async Task Options_that_make_no_sense_are_named()
    {
        Assert.Contains("--nodes is 99", (await HoldfastCommand.RunAsync("up", "--data", Data, "--nodes", "99")).Refused(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ca.key", "certificate authority")]
    [InlineData("service-accounts.key", "tokens of service accounts")]
    public async Task A_damaged_key_is_named_and_never_replaced_in_silence(string file, string what)
    {
        await using (await Cluster.StartAsync(Data, "--nodes", "0"))
        {
        }
        var key = Path.Combine(Data, "pki", file);
        await File.WriteAllTextAsync(key, "", TestContext.Current.CancellationToken);
        var line = (await HoldfastCommand.RunAsync("up", "--data", Data, "--port", "0", "--nodes", "0")).Refused();
        Assert.Contains(what, line, StringComparison.Ordinal);
        Assert.Contains(file, line, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("holdfast: Unrecognized command or argument '--dta'.", "up", "--dta")]
    [InlineData("holdfast: --nodes is many; expected a whole number.", "up", "--nodes", "many")]
    [InlineData("steam", "up", "--runtime", "steam")]
    [InlineData("--address is \"999\"; give an IP address", "up", "--address", "999")]
    public async Task An_option_that_is_not_understood_is_named_and_help_is_pointed_to(string said, params string[] words)
    {
        var refused = await HoldfastCommand.RunAsync(words);
        Assert.Equal(2, refused.ExitCode);
        Assert.Equal("", refused.Output);
        Assert.Contains(said, refused.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("System.", refused.Errors, StringComparison.Ordinal);
        Assert.EndsWith("Its use: holdfast up --help\n", refused.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_command_that_is_not_known_is_named_beside_those_that_are()
    {
        var refused = await HoldfastCommand.RunAsync("image", "steam");
        Assert.Equal((2, ""), (refused.ExitCode, refused.Output));
        Assert.StartsWith("holdfast: \"holdfast image steam\" is not a command; it is one of: add, list, remove.\n", refused.Errors, StringComparison.Ordinal);
    }
}
