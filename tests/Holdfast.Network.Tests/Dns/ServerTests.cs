using System.Net;
using System.Net.Sockets;
using Holdfast.Network.Dns.Server;
using Holdfast.Network.Dns.Wire;
using Holdfast.Network.Dns.Zone;
using Holdfast.Network.Services;
using Holdfast.Platform;

namespace Holdfast.Network.Tests.Dns;

public sealed class ServerTests : IAsyncDisposable
{
    private const string Pod = "ledger-store-1.ledger-store.default.svc.cluster.local";

    private readonly List<TaskFault> _faults = [];
    private readonly DnsZoneHolder _zone = new(new DnsZoneOptions());
    private readonly List<DnsServer> _servers = [];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public ServerTests()
    {
        _zone.SetService(Given.Headless("ledger-store", Given.Http()));
        _zone.SetEndpointSlice(Given.Slice("ledger-store", [Given.Http()], Given.Endpoint("ledger-store-1", "127.1.0.2")));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var server in _servers)
        {
            await server.DisposeAsync();
        }

        Assert.Empty(_faults);
    }

    [Fact]
    public async Task It_answers_over_UDP_and_TCP_on_one_port()
    {
        var server = Start();
        Assert.Equal(["A 127.1.0.2"], Read(await AskUdpAsync(server.EndPoint, Query(Pod))));
        Assert.Equal(["A 127.1.0.2"], Read(await AskTcpAsync(server.EndPoint, Query(Pod))));
    }

    [Fact]
    public async Task A_moved_pod_is_seen_by_the_next_query()
    {
        var server = Start();
        _zone.SetEndpointSlice(Given.Slice("ledger-store", [], Given.Endpoint("ledger-store-1", "127.1.0.99")));
        Assert.Equal(["A 127.1.0.99"], Read(await AskUdpAsync(server.EndPoint, Query(Pod))));
    }

    [Fact]
    public async Task An_answer_too_long_for_UDP_is_whole_over_TCP()
    {
        var server = Start();
        _zone.SetEndpointSlice(Given.Slice(
            "ledger-store", [], [.. Enumerable.Range(0, 120).Select(last => Given.Endpoint($"p-{last}", $"127.2.0.{last}"))]));
        var query = Query("ledger-store.default.svc.cluster.local");
        Assert.NotEqual(0, (await AskUdpAsync(server.EndPoint, query))[2] & 0x02);
        Assert.Equal(120, Read(await AskTcpAsync(server.EndPoint, query)).Length);
    }

    [Fact]
    public async Task Garbage_does_not_stop_it()
    {
        var server = Start();
        using (var socket = new UdpClient())
        {
            await socket.SendAsync(new byte[3], server.EndPoint, Token);
            await socket.SendAsync(Enumerable.Repeat((byte)0xC0, 600).ToArray(), server.EndPoint, Token);
        }

        using (var client = new TcpClient())
        {
            await client.ConnectAsync(server.EndPoint, Token);
            await client.GetStream().WriteAsync(new byte[] { 0xFF, 0xFF, 1 }, Token);
            Assert.Equal(0, await client.GetStream().ReadAsync(new byte[1], Token));
        }

        Assert.Equal(["A 127.1.0.2"], Read(await AskUdpAsync(server.EndPoint, Query(Pod))));
    }

    [Fact]
    public async Task Without_resolvers_other_names_are_refused()
    {
        var server = Start();
        Assert.Equal(["Refused"], Read(await AskUdpAsync(server.EndPoint, Query("example.com"))));
    }

    [Fact]
    public async Task Other_names_are_asked_of_the_hosts_resolver()
    {
        using var upstream = new FakeResolver("203.0.113.7");
        var server = Start(upstream.EndPoint);
        Assert.Equal(["A 203.0.113.7"], Read(await AskUdpAsync(server.EndPoint, Query("example.com"))));
        Assert.Equal(["A 127.1.0.2"], Read(await AskUdpAsync(server.EndPoint, Query(Pod))));
        Assert.Equal(["example.com."], upstream.Asked);
    }

    [Fact]
    public async Task An_alias_to_an_outside_name_comes_with_its_address()
    {
        using var upstream = new FakeResolver("203.0.113.7");
        var server = Start(upstream.EndPoint);
        _zone.SetService(new ServiceRecord { Namespace = "default", Name = "out", ExternalName = "db.example.org" });
        Assert.Equal(
            ["CNAME db.example.org.", "A 203.0.113.7"],
            Read(await AskUdpAsync(server.EndPoint, Query("out.default.svc.cluster.local"))));
    }

    [Fact]
    public async Task A_silent_resolver_is_passed_over_for_the_next()
    {
        using var silent = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
        using var upstream = new FakeResolver("203.0.113.7");
        var server = Start((IPEndPoint)silent.Client.LocalEndPoint!, upstream.EndPoint);
        Assert.Equal(["A 203.0.113.7"], Read(await AskUdpAsync(server.EndPoint, Query("example.com"))));
    }

    [Fact]
    public async Task When_every_resolver_is_silent_the_client_is_told()
    {
        using var silent = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
        var server = Start((IPEndPoint)silent.Client.LocalEndPoint!);
        Assert.Equal(["ServerFailure"], Read(await AskUdpAsync(server.EndPoint, Query("example.com"))));
    }

    [Fact]
    public void A_port_in_use_is_said_and_another_one_taken()
    {
        var first = Start();
        var wanted = new DnsServerOptions { Address = IPAddress.Loopback, Port = first.EndPoint.Port };
        var refused = Listen(wanted with { MayUseFreePort = false });
        Assert.Null(refused.Server);
        Assert.Equal(DnsListenFault.InUse, refused.Problem?.Fault);
        Assert.Contains("another process", refused.Problem!.Message, StringComparison.Ordinal);

        var moved = Listen(wanted);
        Assert.Equal(DnsListenFault.InUse, moved.Problem?.Fault);
        Assert.NotEqual(first.EndPoint.Port, moved.Server?.EndPoint.Port);
    }

    [Fact]
    public void An_address_that_the_machine_does_not_have_is_said()
    {
        var result = Listen(new DnsServerOptions { Address = IPAddress.Parse("203.0.113.1"), Port = 0 });
        Assert.Equal(DnsListenFault.NoSuchAddress, result.Problem?.Fault);
        Assert.Null(result.Server);
    }

    [Fact]
    public void Resolvers_are_read_from_the_hosts_file_without_ourselves()
    {
        var text = "# comment\nsearch a b\nnameserver 127.10.0.10\nnameserver\t10.0.0.1\r\noptions ndots:5\nnameserver fe80::1\nnameserver nonsense\n";
        Assert.Equal(["10.0.0.1:53", "[fe80::1]:53"], ResolverFile.Parse(text, IPAddress.Parse("127.10.0.10")).Select(to => to.ToString()));
        Assert.Empty(ResolverFile.Read("/nonexistent/resolv.conf", null));
    }

    private static byte[] Query(string name) =>
        DnsWriter.WriteQuery(new DnsQuestion(DnsName.Parse(name), DnsType.A, DnsQuestion.Internet));

    private static string[] Read(byte[] message)
    {
        Assert.True(DnsReader.TryReadAnswers(message, out var code, out var records));
        return code == DnsResponseCode.NoError ? [.. records.Select(ZoneTests.Text)] : [code.ToString()];
    }

    private static async Task<byte[]> AskUdpAsync(IPEndPoint server, byte[] query)
    {
        using var socket = new UdpClient(server.AddressFamily);
        socket.Connect(server);
        await socket.SendAsync(query, Token);
        return (await socket.ReceiveAsync(Token)).Buffer;
    }

    private static async Task<byte[]> AskTcpAsync(IPEndPoint server, byte[] query)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(server, Token);
        var stream = client.GetStream();
        byte[] length = [(byte)(query.Length >> 8), (byte)query.Length];
        await stream.WriteAsync((byte[])[.. length, .. query], Token);
        await stream.ReadExactlyAsync(length, Token);
        var answer = new byte[(length[0] << 8) | length[1]];
        await stream.ReadExactlyAsync(answer, Token);
        return answer;
    }

    private DnsServer Start(params IPEndPoint[] upstreams)
    {
        var result = Listen(new DnsServerOptions
        {
            Address = IPAddress.Loopback,
            Port = 0,
            Upstreams = [.. upstreams],
            UpstreamTimeout = TimeSpan.FromMilliseconds(300),
        });
        Assert.Null(result.Problem);
        return result.Server!;
    }

    private DnsListenResult Listen(DnsServerOptions options)
    {
        var result = DnsServer.Start(options, _zone, new ThreadPoolTaskRunner(_faults.Add), new SystemChance(), TimeProvider.System);
        if (result.Server is { } server)
        {
            _servers.Add(server);
        }

        return result;
    }
}
