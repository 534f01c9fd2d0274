using System.Net.Sockets;
using Holdfast.Testing;

namespace Holdfast.Host.Tests.Streams;

/// <summary>The real kubectl forwards ports of pods, over WebSockets and over SPDY.</summary>
public sealed class PortForwardTests(PodCluster cluster) : IClassFixture<PodCluster>
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("WebSocket")]
    [InlineData("SPDY")]
    public async Task A_port_of_a_pod_is_reached_from_here_again_and_again(string protocol)
    {
        Assert.True(File.Exists("/usr/bin/python3"), "python3, which serves in this test, is not at /usr/bin/python3; ./test installs it where it may");
        var name = "forward-" + protocol.ToLowerInvariant();
        var pod = await cluster.RunPodAsync(name, "exec /usr/bin/python3 -m http.server 8099 --bind $POD_IP --directory /usr/share");
        await Eventually.HoldsAsync("the pod serves", () => ListensAsync(pod.Status.PodIP, 8099), PodCluster.Deadline, Stop);
        using var forwarded = await ForwardedPort.OpenAsync(cluster, protocol, name, 8099);
        for (var i = 0; i < 40; i++)
            await forwarded.GetAsync($"request {i}, alone");
        for (var round = 0; round < 5; round++)
            await Task.WhenAll(Enumerable.Range(0, 12).Select(i => forwarded.GetAsync($"request {i} of 12 at once, round {round}")));
    }

    [Theory]
    [InlineData("WebSocket")]
    [InlineData("SPDY")]
    public async Task A_connection_that_the_pod_cuts_ends_no_other(string protocol)
    {
        // Lingers for no time at all: its end is a reset.
        const string server = """
            import http.server, os, socket, struct
            class Handler(http.server.SimpleHTTPRequestHandler):
                def do_GET(self):
                    if self.path != "/cut":
                        return super().do_GET()
                    self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                    self.rfile.close(); self.wfile.close(); self.connection.close()
            http.server.ThreadingHTTPServer((os.environ["POD_IP"], 8098), Handler).serve_forever()
            """;
        var name = "cuts-" + protocol.ToLowerInvariant();
        var pod = await cluster.RunPodAsync(name, $"cd /usr/share; exec /usr/bin/python3 -c '{server}'");
        await Eventually.HoldsAsync("the pod serves", () => ListensAsync(pod.Status.PodIP, 8098), PodCluster.Deadline, Stop);
        using var forwarded = await ForwardedPort.OpenAsync(cluster, protocol, name, 8098);
        for (var round = 0; round < 3; round++)
        {
            await forwarded.CutAsync();
            await forwarded.GetAsync($"request {round} after a cut one");
        }
    }

    private static async Task<bool> ListensAsync(string address, int port)
    {
        using var client = new TcpClient();
        try
        {
            await client.ConnectAsync(address, port, Stop);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
