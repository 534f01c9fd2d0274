using Holdfast.Controllers.Endpoints;
using Holdfast.Model.Core;
using Holdfast.Model.Discovery;
using Holdfast.Model.Values;
using static Holdfast.Controllers.Tests.ControllerWorld;

namespace Holdfast.Controllers.Tests.Endpoints;

public sealed class EndpointsReconcilerTests
{
    private static readonly Service Web = new()
    {
        Metadata = Named("web"),
        Spec = new ServiceSpec { ClusterIP = "None", Selector = ValueMap.Of(("app", "web")), Ports = [new ServicePort { Port = 80, TargetPort = 80 }] },
    };

    [Fact]
    public Task Slices_and_endpoints_follow_the_pods_readiness_and_labels() => Run(EndpointsReconciler.AddTo, async world =>
    {
        world.Api.Put(PodsNode);
        world.Api.Put(Web);
        var pod = world.Api.Put(PlacedPod("web-0", "10.0.0.1", ("app", "web")));
        await world.UntilAsync("the pod is an endpoint", () => Ready() == "10.0.0.1");
        pod = world.Api.Put(pod.NotReady());
        await world.UntilAsync("the pod is not ready any more", () => Ready().Length == 0);
        Assert.Equal("10.0.0.1", world.Api.Find<Model.Core.Endpoints>("shop", "web")!.Subsets[0].NotReadyAddresses[0].Ip);
        world.Api.Put(pod with { Metadata = pod.Metadata with { Labels = default } });
        await world.UntilAsync("the pod is no endpoint any more", () => world.Api.All<EndpointSlice>().All(slice => slice.Endpoints.IsEmpty));
        Assert.Single(world.Api.All<EndpointSlice>());

        string Ready() => string.Join(',', world.Api.All<EndpointSlice>()
            .SelectMany(slice => slice.Endpoints.Where(endpoint => endpoint.Conditions.Ready == true)).Select(endpoint => endpoint.Addresses[0]));
    });

    [Fact]
    public Task Nothing_is_written_once_all_is_right() => Run(EndpointsReconciler.AddTo, async world =>
    {
        world.Api.Put(PodsNode);
        world.Api.Put(Web);
        var pod = world.Api.Put(PlacedPod("web-0", "10.0.0.1", ("app", "web")));
        await world.UntilAsync("the pod is an endpoint", () => world.Api.All<EndpointSlice>().Any(slice => slice.Endpoints.Count == 1));
        await world.PassAsync(TimeSpan.FromSeconds(1));
        var calls = world.Api.Calls.Count;
        world.Api.Put(pod with { Metadata = pod.Metadata with { Annotations = ValueMap.Of(("note", "x")) } });
        world.Api.Put(world.Api.Find<Service>("shop", "web")!);
        await world.PassAsync(TimeSpan.FromSeconds(5));
        Assert.Equal(calls, world.Api.Calls.Count);
    });

    [Fact]
    public Task The_endpoints_of_a_service_that_is_gone_go_and_those_that_people_made_stay() => Run(EndpointsReconciler.AddTo, async world =>
    {
        world.Api.Put(Web);
        world.Api.Put(new Model.Core.Endpoints { Metadata = Named("by-hand") });
        await world.UntilAsync("there are endpoints", () => world.Api.Find<Model.Core.Endpoints>("shop", "web") is not null);
        world.Api.Remove<Service>("shop", "web");
        await world.UntilAsync("they are gone", () => world.Api.Find<Model.Core.Endpoints>("shop", "web") is null);
        await world.PassAsync(TimeSpan.FromSeconds(5));
        Assert.NotNull(world.Api.Find<Model.Core.Endpoints>("shop", "by-hand"));
    });
}
