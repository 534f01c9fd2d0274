using System.Collections.Immutable;
using System.Net;
using Holdfast.Network.Forwarding;
using Holdfast.Network.Services;

namespace Holdfast.Network.Tests.Forwarding;

public sealed class PlannerTests
{
    private static readonly DateTimeOffset Noon = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly IPAddress Client = IPAddress.Parse("127.5.0.1");

    private readonly ServiceSet _web = ServiceSet.Empty
        .With(Given.ClusterIP("web", "127.96.0.1", Given.Http(80)))
        .With(Given.Slice("web", [Given.Http(8080)], Given.Endpoint(null, "127.1.0.1"), Given.Endpoint(null, "127.1.0.2", isReady: false)));

    private static ImmutableDictionary<ForwardingAddress, ForwardingRoute> Nothing =>
        ImmutableDictionary<ForwardingAddress, ForwardingRoute>.Empty;

    [Fact]
    public void A_service_is_served_where_a_port_of_the_same_name_has_a_ready_endpoint()
    {
        var open = Assert.IsType<OpenPort>(Assert.Single(ForwardingPlanner.Plan(Nothing, ForwardingPlanner.Routes(_web))));
        Assert.Equal("tcp://127.96.0.1:80", open.Address.ToString());
        Assert.Equal(["127.1.0.1:8080"], open.Route.Backends.Select(backend => backend.ToString()));
    }

    [Fact]
    public void Without_a_ready_endpoint_the_port_is_closed_with_its_reason()
    {
        var before = ForwardingPlanner.Routes(_web);
        var after = ForwardingPlanner.Routes(_web.WithoutSlice(new NetworkKey("default", "web-x1")));
        var close = Assert.IsType<ClosePort>(Assert.Single(ForwardingPlanner.Plan(before, after)));
        Assert.Contains("default/web", close.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void New_endpoints_change_the_route_and_leave_the_port_open()
    {
        var after = _web.With(Given.Slice("web", [Given.Http(8080)], Given.Endpoint(null, "127.1.0.3")));
        Assert.IsType<ChangeRoute>(Assert.Single(ForwardingPlanner.Plan(ForwardingPlanner.Routes(_web), ForwardingPlanner.Routes(after))));
    }

    [Fact]
    public void What_is_served_as_wanted_needs_no_step() =>
        Assert.Empty(ForwardingPlanner.Plan(ForwardingPlanner.Routes(_web), ForwardingPlanner.Routes(_web)));

    [Fact]
    public void A_node_port_is_served_on_the_loopback_address_beside_the_services_own()
    {
        var services = _web.With(Given.ClusterIP("web", "127.96.0.1", Given.Http(80) with { NodePort = 30080 }));
        Assert.Equal(["tcp://127.0.0.1:30080", "tcp://127.96.0.1:80"], ForwardingPlanner.Routes(services).Keys.Select(address => address.ToString()).Order(StringComparer.Ordinal));
        Assert.Empty(ForwardingPlanner.Routes(services.WithoutSlice(new NetworkKey("default", "web-x1"))));
    }

    [Fact]
    public void Headless_services_and_external_names_are_not_served()
    {
        var services = _web.With(Given.Headless("web", Given.Http(80)));
        Assert.Empty(ForwardingPlanner.Routes(services));
    }

    [Fact]
    public void Of_two_services_with_one_address_the_first_by_name_keeps_it()
    {
        var services = _web
            .With(Given.ClusterIP("able", "127.96.0.1", Given.Http(80)))
            .With(Given.Slice("able", [Given.Http(9090)], Given.Endpoint(null, "127.1.0.9")));
        Assert.Equal("able", Assert.Single(ForwardingPlanner.Routes(services)).Value.Service.Name);
    }

    [Fact]
    public void Backends_take_turns()
    {
        var route = Route(null, 1, 2, 3);
        Assert.Equal(
            ["1 2 3", "2 3 1", "3 1 2", "1 2 3"],
            Enumerable.Range(0, 4).Select(turn => Ports(BackendChooser.Choose(route, (uint)turn, AffinityState.Empty, Client, Noon))));
    }

    [Fact]
    public void At_most_three_backends_are_tried() =>
        Assert.Equal("5 1 2", Ports(BackendChooser.Choose(Route(null, 1, 2, 3, 4, 5), 4, AffinityState.Empty, Client, Noon)));

    [Fact]
    public void A_client_stays_with_its_backend_until_its_time_is_over_or_the_backend_is_gone()
    {
        var route = Route(TimeSpan.FromMinutes(5), 1, 2, 3);
        var affinity = AffinityState.Empty.After(Client, route.Backends[2], Noon);
        Assert.Equal("3 1 2", Ports(BackendChooser.Choose(route, 0, affinity, Client, Noon.AddMinutes(4))));
        Assert.Equal("1 2 3", Ports(BackendChooser.Choose(route, 0, affinity, Client, Noon.AddMinutes(5))));
        Assert.Equal("1 2", Ports(BackendChooser.Choose(Route(TimeSpan.FromMinutes(5), 1, 2), 0, affinity, Client, Noon)));
        Assert.Equal("1 2 3", Ports(BackendChooser.Choose(route, 0, affinity, IPAddress.Parse("127.5.0.2"), Noon)));
    }

    [Fact]
    public void Only_so_many_clients_are_remembered_and_the_longest_unseen_goes_first()
    {
        var backend = new IPEndPoint(IPAddress.Loopback, 1);
        var affinity = Enumerable.Range(0, AffinityState.MaxClients + 1).Aggregate(
            AffinityState.Empty,
            (state, number) => state.After(new IPAddress([127, 5, (byte)(number / 256), (byte)(number % 256)]), backend, Noon.AddSeconds(number)));
        Assert.Equal(AffinityState.MaxClients, affinity.Visits.Count);
        Assert.DoesNotContain(IPAddress.Parse("127.5.0.0"), affinity.Visits.Keys);
    }

    private static ForwardingRoute Route(TimeSpan? affinity, params int[] ports) =>
        new(new NetworkKey("default", "web"), [.. ports.Select(port => new IPEndPoint(IPAddress.Loopback, port))], affinity);

    private static string Ports(ImmutableArray<IPEndPoint> backends) => string.Join(' ', backends.Select(backend => backend.Port));
}
