using System.Net.Sockets;
using Holdfast.Model.Core;
using Holdfast.Model.Discovery;
using Holdfast.Testing;
using static Holdfast.Host.Tests.Clusters;

namespace Holdfast.Host.Tests;

/// <summary>The Service <c>kubernetes</c>, by which pods reach the API.</summary>
public sealed class ApiServiceTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task It_leads_to_where_the_API_is_served_now_also_after_a_start_on_another_port()
    {
        int before;
        await using (var first = await StartAsync(On(_folder.Path)))
        {
            before = first.Server.Port;
            await LeadsAsync(first);
        }
        // Whoever holds the port makes the second start take another.
        using var holder = new TcpListener(System.Net.IPAddress.Loopback, before);
        holder.Start();
        await using var second = await StartAsync(On(_folder.Path));
        Assert.NotEqual(before, second.Server.Port);
        await LeadsAsync(second);
    }

    private static async Task LeadsAsync(EmbeddedCluster cluster)
    {
        var slice = await cluster.Client.GetAsync<EndpointSlice>("default", "kubernetes", Stop);
        Assert.Equal(("127.0.0.1", cluster.Server.Port), (slice.Endpoints.Single().Addresses.Single(), slice.Ports.Single().Port));
        var endpoints = await cluster.Client.GetAsync<Endpoints>("default", "kubernetes", Stop);
        Assert.Equal(("127.0.0.1", cluster.Server.Port), (endpoints.Subsets.Single().Addresses.Single().Ip, endpoints.Subsets.Single().Ports.Single().Port));
    }
}
