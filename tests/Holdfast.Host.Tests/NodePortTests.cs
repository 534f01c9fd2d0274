using System.Net;
using System.Net.Sockets;
using Holdfast.Model.Core;
using Holdfast.Model.Discovery;
using Holdfast.Model.Meta;
using Holdfast.Model.Values;
using Holdfast.Testing;
using static Holdfast.Host.Tests.Clusters;

namespace Holdfast.Host.Tests;

public sealed class NodePortTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_service_is_reached_at_its_node_port_until_it_is_gone()
    {
        using var backend = new TcpListener(IPAddress.Loopback, 0);
        backend.Start();
        await using var cluster = await StartAsync(On(_folder.Path));
        var service = await cluster.Client.CreateAsync(Service.Empty with
        {
            Metadata = ObjectMeta.Empty with { Namespace = "default", Name = "web" },
            Spec = ServiceSpec.Empty with { Type = "NodePort", Ports = [ServicePort.Empty with { Port = 80 }] },
        }, Stop);
        await cluster.Client.CreateAsync(EndpointSlice.Empty with
        {
            Metadata = ObjectMeta.Empty with { Namespace = "default", Name = "web", Labels = ValueMap.Of(("kubernetes.io/service-name", "web")) },
            AddressType = "IPv4",
            Endpoints = [new Endpoint { Addresses = ["127.0.0.1"] }],
            Ports = [new Model.Discovery.EndpointPort { Port = ((IPEndPoint)backend.LocalEndpoint).Port, Protocol = "TCP" }],
        }, Stop);
        var port = service.Spec.Ports[0].NodePort;
        await Eventually.HoldsAsync("the node port answers", () => ReachesAsync(port, backend), TimeSpan.FromSeconds(20), Stop);
        await cluster.Client.DeleteAsync<Service>("default", "web", null, Stop);
        await Eventually.HoldsAsync("the node port is closed", async () => !await ReachesAsync(port, backend), TimeSpan.FromSeconds(20), Stop);
    }

    private static async Task<bool> ReachesAsync(int port, TcpListener backend)
    {
        using var client = new TcpClient();
        try
        {
            await client.ConnectAsync(IPAddress.Loopback, port, Stop);
        }
        catch (SocketException)
        {
            return false;
        }
        using var answered = await backend.AcceptTcpClientAsync(Stop);
        await answered.GetStream().WriteAsync("hello"u8.ToArray(), Stop);
        answered.Close();
        var buffer = new byte[16];
        return await client.GetStream().ReadAtLeastAsync(buffer, 5, throwOnEndOfStream: false, Stop) == 5;
    }
}
