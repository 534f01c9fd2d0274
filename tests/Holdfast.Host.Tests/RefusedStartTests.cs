using System.Net;
using System.Net.Sockets;
using Holdfast.Testing;
using static Holdfast.Host.Tests.Clusters;

namespace Holdfast.Host.Tests;

/// <summary>What cannot be started is refused in one line that says what to do, and nothing stays behind.</summary>
public sealed class RefusedStartTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_port_in_use_is_named_with_the_option_that_chooses_another()
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        var port = ((IPEndPoint)other.LocalEndpoint).Port;
        var refusal = await RefusalAsync(On(_folder.Path) with { Port = port });
        Assert.Contains($"port {port} on 127.0.0.1 is in use", refusal, StringComparison.Ordinal);
        Assert.Contains("--port", refusal, StringComparison.Ordinal);
        await using var elsewhere = await StartAsync(On(_folder.Path));
        Assert.NotEqual(port, elsewhere.Server.Port);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(EmbeddedClusterOptions.MaximumNodes + 1)]
    public async Task A_number_of_nodes_that_cannot_be_is_refused(int nodes)
    {
        var refusal = await RefusalAsync(On(_folder["data"]) with { Nodes = nodes });
        Assert.StartsWith($"--nodes is {nodes};", refusal, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder["data"]), "a refused start made a data folder");
    }

    [Theory]
    [InlineData("")]
    [InlineData("a b")]
    public async Task A_zone_that_cannot_be_a_label_is_refused(string zone) =>
        Assert.StartsWith("--zones is ", await RefusalAsync(On(_folder["data"]) with { Zones = ["a", zone] }), StringComparison.Ordinal);

    [Fact]
    public async Task No_zones_are_refused() =>
        Assert.StartsWith("--zones is ", await RefusalAsync(On(_folder["data"]) with { Zones = [] }), StringComparison.Ordinal);

    [Theory]
    [InlineData(-1)]
    [InlineData(65536)]
    public async Task A_port_that_cannot_be_is_refused(int port) =>
        Assert.StartsWith($"--port is {port};", await RefusalAsync(On(_folder["data"]) with { Port = port }), StringComparison.Ordinal);

    [Fact]
    public async Task A_data_folder_that_is_a_file_is_refused_by_name()
    {
        File.WriteAllText(_folder["file"], "");
        Assert.Contains(_folder["file"], await RefusalAsync(On(_folder["file"])), StringComparison.Ordinal);
    }
}
