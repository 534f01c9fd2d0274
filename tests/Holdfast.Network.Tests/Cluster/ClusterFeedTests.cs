using Holdfast.Client.Caching;
using Holdfast.Model.Core;
using Holdfast.Model.Discovery;
using Holdfast.Model.Meta;
using Holdfast.Model.Values;
using Holdfast.Network.Cluster;
using Holdfast.Network.Dns.Zone;
using Holdfast.Network.Services;
using Holdfast.Testing.Api;
using EndpointPort = Holdfast.Model.Discovery.EndpointPort;

namespace Holdfast.Network.Tests.Cluster;

public sealed class ClusterFeedTests
{
    private static readonly Service Web = new()
    {
        Metadata = Named("web"),
        Spec = new ServiceSpec { ClusterIP = "None", ClusterIPs = ["None"], Ports = [new ServicePort { Name = "h", Port = 80, Protocol = "TCP" }] },
    };

    private static readonly EndpointSlice Slice = new()
    {
        Metadata = Named("web-1") with { Labels = ValueMap.Of(("kubernetes.io/service-name", "web")) },
        AddressType = "IPv4",
        Ports = [new EndpointPort { Name = "h", Port = 8080, Protocol = "TCP" }],
        Endpoints = [new Endpoint { Addresses = ["10.0.0.1"], Hostname = "web-0", Conditions = new EndpointConditions { Ready = true } }],
    };

    [Fact]
    public Task Services_slices_and_pods_come_to_the_zone_and_the_table_and_go_again() => In(async (world, told) =>
    {
        world.Api.Put(Web);
        world.Api.Put(Slice);
        world.Api.Put(Pod("10.0.0.1"));
        await world.UntilAsync("all is told", () => told.Count >= 5);
        Assert.Equal(
            ["table service shop/web headless", "table slice shop/web-1 10.0.0.1", "zone pod shop/web-0 10.0.0.1", "zone service shop/web headless", "zone slice shop/web-1 10.0.0.1"],
            told.Order(StringComparer.Ordinal));

        told.Clear();
        world.Api.Remove<Service>("shop", "web");
        world.Api.Remove<EndpointSlice>("shop", "web-1");
        world.Api.Put(Pod("10.0.0.1") with { Status = new PodStatus { Phase = "Succeeded", PodIP = "10.0.0.1" } });
        await world.UntilAsync("all is told", () => told.Count >= 5);
        Assert.Equal(3, told.Count(what => what.StartsWith("zone no", StringComparison.Ordinal)));
    });

    [Fact]
    public Task What_changes_nothing_is_not_told() => In(async (world, told) =>
    {
        var web = world.Api.Put(Web);
        var slice = world.Api.Put(Slice);
        var pod = world.Api.Put(Pod("10.0.0.1"));
        await world.UntilAsync("all is told", () => told.Count >= 5);
        told.Clear();
        world.Api.Put(web with { Metadata = web.Metadata with { Annotations = ValueMap.Of(("a", "b")) } });
        world.Api.Put(slice with { Metadata = slice.Metadata with { Annotations = ValueMap.Of(("a", "b")) } });
        world.Api.Put(pod with { Status = pod.Status with { Phase = "Running" } });
        await world.PassAsync(TimeSpan.FromSeconds(5));
        Assert.Empty(told);
    });

    [Fact]
    public Task What_went_while_the_watch_was_broken_goes_too() => In(async (world, told) =>
    {
        world.Api.Put(Web);
        await world.UntilAsync("it is told", () => told.Count >= 2);
        told.Clear();
        world.Api.Remove<Service>("shop", "web");
        world.Api.Compact();
        await world.UntilAsync("its end is told", () => told.Contains("table no service shop/web"));
    });

    [Fact]
    public void What_the_network_cannot_use_is_left_out()
    {
        Assert.Null(ClusterRecords.Of(Slice with { AddressType = "FQDN" }));
        Assert.Null(ClusterRecords.Of(Slice with { Metadata = Named("web-1") }));
        Assert.Empty(ClusterRecords.Of(Slice with { Ports = [new EndpointPort { Name = "h" }] })!.Ports);
        Assert.Null(ClusterRecords.Of(Pod("")));
        Assert.Equal("db.example", ClusterRecords.Of(Web with { Spec = new ServiceSpec { Type = "ExternalName", ExternalName = "db.example" } }).ExternalName);
        Assert.Equal(TimeSpan.FromHours(3), ClusterRecords.Of(Web with { Spec = Web.Spec with { SessionAffinity = "ClientIP" } }).ClientAffinity);
    }

    private static Task In(Func<SimulatedWorld, List<string>, Task> body)
    {
        var world = new SimulatedWorld(3);
        return world.Run(async () =>
        {
            var caches = new SharedCaches(world.Environment);
            var told = new List<string>();
            using var feed = ClusterFeed.Start(caches, new Listener("zone", told), new Listener("table", told));
            using var stop = new CancellationTokenSource();
            caches.Start(stop.Token);
            await feed.WaitForSyncAsync(CancellationToken.None);
            await body(world, told);
#pragma warning disable CA1849 // CancelAsync would leave the simulator's one thread.
            stop.Cancel();
#pragma warning restore CA1849
            await caches.WaitForStopAsync();
        });
    }

    private static ObjectMeta Named(string name) => new() { Namespace = "shop", Name = name };

    private static Pod Pod(string address) => new() { Metadata = Named("web-0"), Status = new PodStatus { PodIP = address } };

    private sealed class Listener(string name, List<string> told) : IDnsZoneWriter
    {
        public void SetService(ServiceRecord service) => told.Add($"{name} service {service.Key}{(service.IsHeadless ? " headless" : "")}");

        public void RemoveService(NetworkKey key) => told.Add($"{name} no service {key}");

        public void SetEndpointSlice(EndpointSliceRecord slice) => told.Add($"{name} slice {slice.Key} {slice.Endpoints[0].Addresses[0]}");

        public void RemoveEndpointSlice(NetworkKey key) => told.Add($"{name} no slice {key}");

        public void SetPod(PodRecord pod) => told.Add($"{name} pod {pod.Key} {pod.Addresses[0]}");

        public void RemovePod(NetworkKey key) => told.Add($"{name} no pod {key}");
    }
}
