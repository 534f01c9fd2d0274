using System.Net;
using System.Net.Sockets;
using System.Text;
using Holdfast.Network.Forwarding;
using Holdfast.Network.Services;
using Holdfast.Platform;
using Holdfast.Testing;

namespace Holdfast.Network.Tests.Forwarding;

/// <summary>Real sockets on loopback: backends that say who they are, behind a Service's address.</summary>
public sealed class ForwarderTests : IAsyncLifetime
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(10);

    private readonly List<TaskFault> _faults = [];
    private readonly List<EchoBackend> _backends = [];
    private ServiceForwarder _forwarder = null!;
    private IPEndPoint _service = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync()
    {
        _forwarder = Forwarder(new ForwarderOptions { ConnectTimeout = TimeSpan.FromSeconds(1), RetryAfter = TimeSpan.FromMilliseconds(50) });
        _service = FreeEndPoint();
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await _forwarder.DisposeAsync();
        foreach (var backend in _backends)
        {
            backend.Dispose();
        }

        Assert.Empty(_faults);
    }

    [Fact]
    public async Task Connections_go_to_the_ready_endpoints_in_turn()
    {
        await ServeAsync(Backend("a"), Backend("b"));
        string[] answers = [await TalkAsync("x"), await TalkAsync("x"), await TalkAsync("x"), await TalkAsync("x")];
        Assert.Equal(["a:x", "a:x", "b:x", "b:x"], answers.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_client_that_has_said_all_still_hears_the_answer()
    {
        await ServeAsync(Backend("a"));
        Assert.Equal("a:" + new string('x', 1_000_000), await TalkAsync(new string('x', 1_000_000)));
    }

    [Fact]
    public async Task An_endpoint_that_does_not_answer_is_passed_over()
    {
        var gone = Backend("gone");
        await ServeAsync(gone, Backend("a"));
        gone.Dispose();
        Assert.Equal(["a:x", "a:x", "a:x"], [await TalkAsync("x"), await TalkAsync("x"), await TalkAsync("x")]);
    }

    [Fact]
    public async Task When_no_endpoint_answers_the_client_is_cut_off_rather_than_left_waiting()
    {
        var gone = Backend("gone");
        await ServeAsync(gone);
        gone.Dispose();
        var cut = await Assert.ThrowsAnyAsync<Exception>(() => TalkAsync("x"));
        Assert.Equal(SocketError.ConnectionReset, ((cut as SocketException) ?? (cut.InnerException as SocketException))?.SocketErrorCode);
    }

    [Fact]
    public async Task A_service_without_ready_endpoints_refuses_connections()
    {
        await ServeAsync(Backend("a"));
        await ServeAsync();
        var refused = await Assert.ThrowsAsync<SocketException>(() => TalkAsync("x"));
        Assert.Equal(SocketError.ConnectionRefused, refused.SocketErrorCode);
    }

    [Fact]
    public async Task A_changed_endpoint_takes_new_connections_and_leaves_open_ones_alone()
    {
        await ServeAsync(Backend("old"));
        using var open = new TcpClient();
        await open.ConnectAsync(_service, Token);
        await open.GetStream().WriteAsync("1"u8.ToArray(), Token);
        await Eventually.HoldsAsync("the old backend has the connection", () => _backends[0].Received == 1, Deadline, Token);

        await ServeAsync(Backend("new"));
        Assert.Equal("new:x", await TalkAsync("x"));
        Assert.Equal("old:1", await FinishAsync(open));
    }

    [Fact]
    public async Task A_removed_service_lets_open_connections_end()
    {
        await ServeAsync(Backend("a"));
        using var open = new TcpClient();
        await open.ConnectAsync(_service, Token);
        await open.GetStream().WriteAsync("1"u8.ToArray(), Token);
        await Eventually.HoldsAsync("the backend has the connection", () => _backends[0].Received == 1, Deadline, Token);

        _forwarder.RemoveService(new NetworkKey("default", "web"));
        await _forwarder.WhenAppliedAsync(Token);
        await Assert.ThrowsAsync<SocketException>(() => TalkAsync("x"));
        Assert.Equal("a:1", await FinishAsync(open));
    }

    [Fact]
    public async Task A_connection_that_outlives_the_drain_is_cut()
    {
        await _forwarder.DisposeAsync();
        _forwarder = Forwarder(new ForwarderOptions { DrainTimeout = TimeSpan.FromMilliseconds(50) });
        await ServeAsync(Backend("a"));
        using var open = new TcpClient();
        await open.ConnectAsync(_service, Token);
        await open.GetStream().WriteAsync("1"u8.ToArray(), Token);
        await Eventually.HoldsAsync("the backend has the connection", () => _backends[0].Received == 1, Deadline, Token);
        await ServeAsync();
        await Assert.ThrowsAnyAsync<IOException>(async () => await open.GetStream().ReadExactlyAsync(new byte[9], Token));
    }

    [Fact]
    public async Task A_client_stays_with_one_endpoint_when_its_service_asks_for_that()
    {
        _forwarder.SetService(Web() with { ClientAffinity = TimeSpan.FromHours(3) });
        await ServeAsync(keepService: true, Backend("a"), Backend("b"), Backend("c"));
        var first = await TalkAsync("x");
        for (var again = 0; again < 5; again++)
        {
            Assert.Equal(first, await TalkAsync("x"));
        }
    }

    [Fact]
    public async Task More_connections_than_allowed_wait_for_their_turn()
    {
        await _forwarder.DisposeAsync();
        _forwarder = Forwarder(new ForwarderOptions { MaxConnections = 2 });
        await ServeAsync(Backend("a"));
        var answers = await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => TalkAsync("x")));
        Assert.All(answers, answer => Assert.Equal("a:x", answer));
    }

    [Fact]
    public async Task A_port_that_is_taken_is_said_and_served_as_soon_as_it_is_free()
    {
        var squatter = new TcpListener(_service);
        squatter.Start();
        await ServeAsync(Backend("a"));
        var problem = Assert.Single(_forwarder.Problems);
        Assert.Equal(ForwardingFault.InUse, problem.Fault);
        Assert.Contains("default/web", problem.Message, StringComparison.Ordinal);

        squatter.Dispose();
        await Eventually.HoldsAsync("the port is served", () => _forwarder.Problems.IsEmpty, Deadline, Token);
        Assert.Equal("a:x", await TalkAsync("x"));
    }

    [Fact]
    public async Task Datagrams_find_their_way_and_back()
    {
        using var backend = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
        var to = (IPEndPoint)backend.Client.LocalEndPoint!;
        var port = new PortRecord("dns", PortProtocol.Udp, _service.Port);
        _forwarder.SetService(Web() with { Ports = [port] });
        _forwarder.SetEndpointSlice(Given.Slice("web", [port with { Port = to.Port }], Given.Endpoint(null, "127.0.0.1")));
        await _forwarder.WhenAppliedAsync(Token);

        using var client = new UdpClient();
        client.Connect(_service);
        for (var round = 0; round < 3; round++)
        {
            await client.SendAsync("ping"u8.ToArray(), Token);
            var received = await backend.ReceiveAsync(Token);
            await backend.SendAsync(received.Buffer, received.RemoteEndPoint, Token);
            Assert.Equal("ping"u8.ToArray(), (await client.ReceiveAsync(Token)).Buffer);
        }
    }

    private static IPEndPoint FreeEndPoint()
    {
        using var probe = new TcpListener(IPAddress.Parse("127.96.0.1"), 0);
        probe.Start();
        return (IPEndPoint)probe.LocalEndpoint;
    }

    private async Task<string> TalkAsync(string words)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(_service, Token);
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(words), Token);
        return await FinishAsync(client);
    }

    private static async Task<string> FinishAsync(TcpClient client)
    {
        var stream = client.GetStream();
        client.Client.Shutdown(SocketShutdown.Send);
        using var reader = new StreamReader(stream);
        return await reader.ReadToEndAsync(Token);
    }

    private ServiceForwarder Forwarder(ForwarderOptions options) =>
        new(options, new ThreadPoolTaskRunner(_faults.Add), new SystemChance(), TimeProvider.System);

    private ServiceRecord Web() => Given.ClusterIP("web", _service.Address.ToString(), Given.Http(_service.Port));

    private EchoBackend Backend(string name)
    {
        var backend = new EchoBackend(name);
        _backends.Add(backend);
        return backend;
    }

    private Task ServeAsync(params EchoBackend[] backends) => ServeAsync(keepService: false, backends);

    private async Task ServeAsync(bool keepService, params EchoBackend[] backends)
    {
        if (!keepService)
        {
            _forwarder.SetService(Web());
        }

        // One slice for each backend, because each has a port of its own.
        foreach (var (number, backend) in _backends.Index())
        {
            var slice = Given.Slice("web", [Given.Http(backend.EndPoint.Port)], Given.Endpoint(null, "127.0.0.1", backends.Contains(backend)));
            _forwarder.SetEndpointSlice(slice with { Name = $"web-{number}" });
        }

        await _forwarder.WhenAppliedAsync(Token);
    }
}
