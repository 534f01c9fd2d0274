using System.Collections.Immutable;
using Holdfast.Controllers.Endpoints;
using Holdfast.Model.Core;
using Holdfast.Model.Discovery;
using Holdfast.Model.Values;
using static Holdfast.Controllers.Tests.ControllerWorld;

namespace Holdfast.Controllers.Tests.Endpoints;

public sealed class SlicePlannerTests
{
    private static readonly Service Web = new()
    {
        Metadata = Named("web") with { Uid = "service-uid" },
        Spec = new ServiceSpec
        {
            ClusterIP = "None",
            IpFamilies = ["IPv4"],
            Selector = ValueMap.Of(("app", "web")),
            Ports = [new ServicePort { Name = "h", Port = 80, Protocol = "TCP", TargetPort = "http" }],
        },
    };

    [Fact]
    public void A_service_without_pods_has_one_empty_slice_with_upstreams_labels_and_owner()
    {
        var slice = Assert.IsType<CreateSlice>(Assert.Single(Plan(Web, []))).Slice;

        Assert.Equal("web-", slice.Metadata.GenerateName);
        Assert.Equal(
            ["endpointslice.kubernetes.io/managed-by=endpointslice-controller.k8s.io", "kubernetes.io/service-name=web", "service.kubernetes.io/headless="],
            slice.Metadata.Labels.Select(label => $"{label.Key}={label.Value}"));
        Assert.True(slice.Metadata.OwnerReferences[0] is { Kind: "Service", Name: "web", Uid: "service-uid", Controller: true, BlockOwnerDeletion: true });
        Assert.True(slice.Endpoints.IsEmpty && slice.Ports.IsEmpty);
        Assert.Equal("IPv4", slice.AddressType);
    }

    [Theory]
    [InlineData("True", false, false, true, true, false)]
    [InlineData("False", false, false, false, false, false)]
    [InlineData("True", true, false, false, true, true)]
    [InlineData("False", true, true, true, false, true)]
    public void Conditions_follow_the_pod(string readiness, bool isTerminating, bool publishes, bool ready, bool serving, bool terminating)
    {
        var pod = readiness == "True" ? PlacedPod("web-0", "10.0.0.1") : PlacedPod("web-0", "10.0.0.1").NotReady();
        pod = isTerminating ? pod.WithMetadata(pod.Metadata with { DeletionTimestamp = DateTimeOffset.UnixEpoch }) : pod;

        var endpoint = Assert.Single(Endpoints(Plan(Web with { Spec = Web.Spec with { PublishNotReadyAddresses = publishes } }, [], pod)));

        Assert.Equal(new EndpointConditions { Ready = ready, Serving = serving, Terminating = terminating }, endpoint.Conditions);
    }

    [Fact]
    public void An_endpoint_names_its_pod_node_zone_hostname_and_the_ports_number_on_it()
    {
        var pod = PlacedPod("web-0", "10.0.0.1");
        pod = pod with { Spec = pod.Spec with { Hostname = "web-0", Subdomain = "web" } };
        var node = PodsNode with { Metadata = PodsNode.Metadata with { Labels = ValueMap.Of((EndpointNames.Zone, "a")) } };
        var observation = Observation(Web, [], pod) with { Nodes = ImmutableDictionary<string, Node>.Empty.Add(node.Metadata.Name, node) };

        var slice = Assert.IsType<CreateSlice>(Assert.Single(SlicePlanner.Plan(observation))).Slice;

        var endpoint = slice.Endpoints[0];
        Assert.Equal(("10.0.0.1", "n1", "a", "web-0"), (endpoint.Addresses[0], endpoint.NodeName, endpoint.Zone, endpoint.Hostname));
        Assert.True(endpoint.TargetRef is { Kind: "Pod", Namespace: "shop", Name: "web-0", Uid: "uid-of-web-0" });
        Assert.True(slice.Ports[0] is { Name: "h", Port: 8080, Protocol: "TCP" });
    }

    [Fact]
    public void Pods_that_ended_have_no_address_or_no_node_or_one_that_is_gone_are_no_endpoints()
    {
        var ended = PlacedPod("a", "10.0.0.1");
        var unnamed = PlacedPod("b", "");
        var stranded = PlacedPod("c", "10.0.0.3");

        Assert.Empty(Endpoints(Plan(
            Web, [], ended with { Status = ended.Status with { Phase = "Succeeded" } },
            unnamed with { Status = unnamed.Status with { PodIPs = [] } },
            stranded with { Spec = stranded.Spec with { NodeName = "gone" } },
            ReadyPod("d", "10.0.0.4"))));
    }

    [Fact]
    public void What_is_right_is_not_written()
    {
        var pods = new[] { PlacedPod("web-0", "10.0.0.1"), PlacedPod("web-1", "10.0.0.2") };
        var slices = Slices(Plan(Web, [], pods));

        Assert.Empty(Plan(Web, slices, pods));
        Assert.Empty(Plan(Web, Slices(Plan(Web, []))));
    }

    [Fact]
    public void A_slice_holds_at_most_a_hundred_endpoints_and_one_more_pod_writes_one_slice()
    {
        var pods = Enumerable.Range(0, 250).Select(i => PlacedPod($"web-{i:000}", $"10.0.{i / 250}.{i % 250}")).ToArray();
        var slices = Slices(Plan(Web, [], pods));

        Assert.Equal([100, 100, 50], slices.Select(slice => slice.Endpoints.Count));
        var effect = Assert.Single(Plan(Web, slices, [.. pods, PlacedPod("web-250", "10.1.0.1")]));
        Assert.Equal(51, Assert.IsType<UpdateSlice>(effect).Slice.Endpoints.Count);
    }

    [Fact]
    public void An_emptied_slice_is_deleted_unless_it_is_the_last()
    {
        var pods = Enumerable.Range(0, 101).Select(i => PlacedPod($"web-{i:000}", $"10.0.0.{i}")).ToArray();
        var slices = Slices(Plan(Web, [], pods));

        Assert.IsType<DeleteSlice>(Assert.Single(Plan(Web, slices, pods[..100])));
        var all = Plan(Web, slices);
        Assert.Contains(all, effect => effect is UpdateSlice { Slice: { Endpoints.IsEmpty: true, Ports.IsEmpty: true } });
        Assert.Contains(all, effect => effect is DeleteSlice);
    }

    [Fact]
    public void Pods_that_serve_a_named_port_on_different_numbers_are_in_different_slices()
    {
        var other = PlacedPod("web-1", "10.0.0.2");
        other = other with { Spec = other.Spec with { Containers = [new Container { Name = "c", Ports = [new ContainerPort { Name = "http", ContainerPortValue = 9090 }] }] } };

        var slices = Slices(Plan(Web, [], PlacedPod("web-0", "10.0.0.1"), other));

        Assert.Equal([8080, 9090], slices.Select(slice => slice.Ports[0].Port!.Value).Order());
    }

    [Fact]
    public void A_service_without_a_selector_or_with_an_external_name_is_left_alone()
    {
        Assert.Empty(Plan(Web with { Spec = Web.Spec with { Selector = default } }, []));
        Assert.Empty(Plan(Web with { Spec = Web.Spec with { Type = "ExternalName" } }, []));
    }

    [Fact]
    public void Endpoints_part_ready_from_other_addresses_and_leave_terminating_pods_out()
    {
        var going = PlacedPod("web-2", "10.0.0.3");
        going = going.WithMetadata(going.Metadata with { DeletionTimestamp = DateTimeOffset.UnixEpoch });
        var observation = Observation(Web, [], PlacedPod("web-0", "10.0.0.1"), PlacedPod("web-1", "10.0.0.2").NotReady(), going);

        var endpoints = Assert.IsType<CreateEndpoints>(Assert.Single(EndpointsPlanner.Plan(observation))).Endpoints;

        var subset = Assert.Single(endpoints.Subsets);
        Assert.Equal("10.0.0.1", Assert.Single(subset.Addresses).Ip);
        Assert.Equal("10.0.0.2", Assert.Single(subset.NotReadyAddresses).Ip);
        Assert.Empty(EndpointsPlanner.Plan(observation with { Endpoints = endpoints }));
    }

    private static ImmutableArray<EndpointEffect> Plan(Service service, ImmutableArray<EndpointSlice> slices, params Pod[] pods) =>
        SlicePlanner.Plan(Observation(service, slices, pods));

    private static ServiceObservation Observation(Service service, ImmutableArray<EndpointSlice> slices, params Pod[] pods) =>
        new(service, [.. pods], ImmutableDictionary<string, Node>.Empty.Add(PodsNode.Metadata.Name, PodsNode), slices, null);

    private static ImmutableArray<EndpointSlice> Slices(ImmutableArray<EndpointEffect> effects) =>
        [.. effects.OfType<CreateSlice>().Select((create, i) => create.Slice.WithMetadata(create.Slice.Metadata with { Name = $"web-{i}" }))];

    private static IEnumerable<Endpoint> Endpoints(ImmutableArray<EndpointEffect> effects) =>
        effects.OfType<CreateSlice>().SelectMany(create => create.Slice.Endpoints.ToImmutableArray());
}
