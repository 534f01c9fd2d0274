using Holdfast.Client;
using Holdfast.Client.Http;
using Holdfast.Model.Core;
using Holdfast.Model.Storage;
using Holdfast.Testing;
using static Holdfast.Host.Tests.Clusters;

namespace Holdfast.Host.Tests;

/// <summary>What a started cluster gives.</summary>
public sealed class StartedClusterTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task The_kubeconfig_is_its_owners_alone_and_works()
    {
        var file = _folder["deeper/admin.conf"];
        await using var cluster = await StartAsync(On(_folder["data"]) with { Kubeconfig = file });
        Assert.Equal(file, cluster.Kubeconfig);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        using var transport = KubeConfig.Load(file).CreateTransport(TimeProvider.System);
        var client = new KubernetesClient(transport, "the tests of the host");
        Assert.NotNull(await client.FindAsync<Namespace>("", "kube-system", Stop));
    }

    [Fact]
    public async Task Each_part_is_reported_with_its_time_as_it_becomes_ready()
    {
        var parts = new Parts();
        await using var cluster = await StartAsync(On(_folder.Path) with { Progress = parts, Nodes = 2 });
        Assert.Equal(["store", "API server", "DNS"], parts.Seen.Take(3).Select(part => part.Name));
        // These start beside each other.
        Assert.Equal(["controllers", "nodes"], parts.Seen.Skip(3).Select(part => part.Name).Order());
        Assert.All(parts.Seen, part => Assert.True(part.Took > TimeSpan.Zero, $"{part.Name} took {part.Took}"));
        Assert.Equal("node-1, node-2", parts.Seen.Single(part => part.Name == "nodes").Detail);
    }

    [Fact]
    public async Task Nodes_are_ready_and_spread_over_the_zones()
    {
        await using var cluster = await StartAsync(On(_folder.Path) with { Nodes = 4, Zones = ["north", "south"] });
        var nodes = (await cluster.Client.ListAsync<Model.Core.Node>(new ListQuery(), Stop)).Items;
        Assert.Equal(["north", "south", "north", "south"], nodes.Select(node => node.Metadata.Labels["topology.kubernetes.io/zone"]));
        Assert.All(nodes, node => Assert.Contains(node.Status.Conditions, condition => condition is { Type: "Ready", Status: "True" }));
    }

    [Fact]
    public async Task The_storage_classes_and_namespaces_that_come_with_a_cluster_are_there()
    {
        await using var cluster = await StartAsync(On(_folder.Path));
        var classes = (await cluster.Client.ListAsync<StorageClass>(new ListQuery(), Stop)).Items;
        Assert.Equal(["prod-standard-retain", "standard"], classes.Select(one => one.Metadata.Name));
        Assert.Equal(["Retain", "Delete"], classes.Select(one => one.ReclaimPolicy));
        Assert.All(classes, one => Assert.Equal("WaitForFirstConsumer", one.VolumeBindingMode));
        var namespaces = (await cluster.Client.ListAsync<Namespace>(new ListQuery(), Stop)).Items;
        Assert.Equal(["default", "kube-node-lease", "kube-public", "kube-system"], namespaces.Select(one => one.Metadata.Name));
    }

    private sealed class Parts : IProgress<StartedPart>
    {
        public List<StartedPart> Seen { get; } = [];

        public void Report(StartedPart value) => Seen.Add(value);
    }
}
