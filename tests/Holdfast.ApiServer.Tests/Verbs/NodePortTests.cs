using Holdfast.Model.Core;

namespace Holdfast.ApiServer.Tests.Verbs;

public sealed class NodePortTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_node_port_is_given_once_kept_and_free_again_with_its_service()
    {
        await using var cluster = await Cluster.StartAsync();
        var one = await cluster.CreateAsync(Of("one", "NodePort", new ServicePort { Name = "a", Port = 80 }, new ServicePort { Name = "b", Port = 81 }));
        var two = await cluster.CreateAsync(Of("two", "LoadBalancer", new ServicePort { Port = 80 }));
        int[] given = [.. one.Spec.Ports.Select(port => port.NodePort), two.Spec.Ports[0].NodePort];
        Assert.All(given, number => Assert.InRange(number, 30086, 32767));
        Assert.Equal(3, given.Distinct().Count());

        var kept = await cluster.Client.UpdateAsync(one with { Spec = one.Spec with { Ports = [.. one.Spec.Ports.Select(port => port with { NodePort = 0 })] } }, Token);
        Assert.Equal(one.Spec.Ports.Select(port => port.NodePort), kept.Spec.Ports.Select(port => port.NodePort));
        var inner = await cluster.Client.UpdateAsync(kept with { Spec = kept.Spec with { Type = "ClusterIP" } }, Token);
        Assert.All(inner.Spec.Ports, port => Assert.Equal(0, port.NodePort));
        var three = await cluster.CreateAsync(Of("three", "NodePort", new ServicePort { Port = 80, NodePort = given[0] }));
        Assert.Equal(given[0], three.Spec.Ports[0].NodePort);
    }

    [Fact]
    public async Task Two_protocols_of_one_port_share_a_number()
    {
        await using var cluster = await Cluster.StartAsync();
        var dns = await cluster.CreateAsync(Of("dns", "NodePort",
            new ServicePort { Name = "udp", Port = 53, Protocol = "UDP" }, new ServicePort { Name = "tcp", Port = 53, NodePort = 30053 }));
        Assert.Equal([30053, 30053], dns.Spec.Ports.Select(port => port.NodePort));
        Assert.Contains("already allocated", (await Cluster.RefusedAsync(() => cluster.CreateAsync(
            Of("other", "NodePort", new ServicePort { Port = 1, Protocol = "UDP", NodePort = 30053 })))).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(29999, "Service \"two\" is invalid: spec.ports[0].nodePort: Invalid value: 29999: provided port is not in the valid range. The range of valid ports is 30000-32767")]
    [InlineData(32768, "Service \"two\" is invalid: spec.ports[0].nodePort: Invalid value: 32768: provided port is not in the valid range. The range of valid ports is 30000-32767")]
    [InlineData(30000, "Service \"two\" is invalid: spec.ports[0].nodePort: Invalid value: 30000: provided port is already allocated")]
    public async Task A_number_that_cannot_be_had_is_refused(int number, string message)
    {
        await using var cluster = await Cluster.StartAsync();
        await cluster.CreateAsync(Of("one", "NodePort", new ServicePort { Port = 80, NodePort = 30000 }));
        var refusal = await Cluster.RefusedAsync(() => cluster.CreateAsync(Of("two", "NodePort", new ServicePort { Port = 80, NodePort = number })));
        Assert.Equal((422, message), (refusal.Code, refusal.Message));
        var inner = await cluster.CreateAsync(Of("two", "ClusterIP", new ServicePort { Port = 80 }));
        var turned = inner with { Spec = inner.Spec with { Type = "NodePort", Ports = [inner.Spec.Ports[0] with { NodePort = number }] } };
        Assert.Equal(message, (await Cluster.RefusedAsync(() => cluster.Client.UpdateAsync(turned, Token))).Message);
    }

    [Fact]
    public async Task A_balancer_that_keeps_traffic_on_its_node_has_a_health_check_and_may_do_without_node_ports()
    {
        await using var cluster = await Cluster.StartAsync();
        var local = Of("local", "LoadBalancer", new ServicePort { Port = 80 });
        var made = await cluster.CreateAsync(local with { Spec = local.Spec with { ExternalTrafficPolicy = "Local", AllocateLoadBalancerNodePorts = false } });
        Assert.Equal(0, made.Spec.Ports[0].NodePort);
        Assert.InRange(made.Spec.HealthCheckNodePort, 30086, 32767);
        var wide = await cluster.Client.UpdateAsync(made with { Spec = made.Spec with { ExternalTrafficPolicy = "Cluster" } }, Token);
        Assert.Equal(0, wide.Spec.HealthCheckNodePort);
        var other = Of("other", "LoadBalancer", new ServicePort { Port = 80 });
        var refusal = await Cluster.RefusedAsync(() => cluster.CreateAsync(other with { Spec = other.Spec with { ExternalTrafficPolicy = "Local", HealthCheckNodePort = 80 } }));
        Assert.Contains("failed to allocate requested HealthCheck NodePort 80: provided port is not in the valid range", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_many_at_once_no_two_get_the_same_number()
    {
        await using var cluster = await Cluster.StartAsync();
        var made = await Task.WhenAll(Enumerable.Range(0, 20).Select(number => cluster.CreateAsync(Of($"s{number}", "NodePort", new ServicePort { Port = 80 }))));
        Assert.Equal(20, made.Select(service => service.Spec.Ports[0].NodePort).Distinct().Count());
    }

    private static Service Of(string name, string type, params ServicePort[] ports) => Service.Empty with
    {
        Metadata = Objects.Meta(name),
        Spec = ServiceSpec.Empty with { Type = type, Ports = [.. ports] },
    };
}
