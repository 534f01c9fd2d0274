using System.Collections.Immutable;
using Holdfast.Controllers.Scheduling;
using Holdfast.Model.Core;
using Holdfast.Model.Json;
using Holdfast.Model.Storage;
using Holdfast.Model.Values;

namespace Holdfast.Controllers.Tests.Scheduling;

public sealed class SchedulingPlannerTests
{
    private static readonly StorageClass Waits = new() { Provisioner = "holdfast.dev/directory", VolumeBindingMode = "WaitForFirstConsumer" };

    [Fact]
    public void Siblings_are_spread_over_zones_first_then_over_nodes_then_by_load_and_name()
    {
        Assert.Equal("a", Bound(Nodes(Load("a", "z1"), Load("b", "z1"))));
        Assert.Equal("c", Bound(Nodes(Load("a", "z1", siblings: 1), Load("b", "z1"), Load("c", "z2"))));
        Assert.Equal("b", Bound(Nodes(Load("a", "z1", siblings: 1), Load("b", "z1"))));
        Assert.Equal("b", Bound(Nodes(Load("a", "z1", milliCpu: 100), Load("b", "z1"))));
    }

    [Theory]
    [InlineData("""{"unschedulable": true}""", "{}", "{}", "1 node(s) were unschedulable")]
    [InlineData("""{"taints": [{"key": "k", "value": "v", "effect": "NoSchedule"}]}""", "{}", "{}", "1 node(s) had untolerated taint(s) {k: v}")]
    [InlineData("{}", """{"nodeSelector": {"disk": "ssd"}}""", "{}", "1 node(s) didn't match Pod's node affinity/selector")]
    [InlineData("{}", """{"containers": [{"name": "m", "resources": {"requests": {"cpu": "9"}}}]}""", """{"allocatable": {"cpu": "8"}}""", "1 Insufficient cpu")]
    [InlineData("{}", """{"containers": [{"name": "m", "resources": {"requests": {"memory": "2Gi"}}}]}""", """{"allocatable": {"memory": "1Gi"}}""", "1 Insufficient memory")]
    [InlineData("{}", "{}", """{"allocatable": {"pods": "0"}}""", "1 Too many pods")]
    public void A_node_that_will_not_do_is_named_with_its_reason(string nodeSpec, string podSpec, string nodeStatus, string reason)
    {
        var node = ModelJson.Read<Node>($$"""{"metadata": {"name": "a"}, "spec": {{nodeSpec}}, "status": {{nodeStatus}} }""");
        var pod = ModelJson.Read<Pod>($$"""{"metadata": {"name": "web-0", "namespace": "default"}, "spec": {{podSpec}} }""");
        var plan = SchedulingPlanner.Plan(new(pod, [new NodeLoad(node, default, 0)], [], []));
        Assert.Equal($"0/1 nodes are available: {reason}.", Assert.IsType<SchedulingPlan.Unschedulable>(plan).Message);
    }

    [Fact]
    public void A_tolerated_taint_does_not_keep_a_pod_away()
    {
        var node = ModelJson.Read<Node>("""{"metadata": {"name": "a"}, "spec": {"taints": [{"key": "k", "value": "v", "effect": "NoSchedule"}]}}""");
        var pod = ModelJson.Read<Pod>("""{"metadata": {"name": "p"}, "spec": {"tolerations": [{"key": "k", "operator": "Exists"}]}}""");
        Assert.IsType<SchedulingPlan.Bind>(SchedulingPlanner.Plan(new(pod, [new NodeLoad(node, default, 0)], [], [])));
    }

    [Fact]
    public void Anti_affinity_keeps_a_pod_off_its_siblings_nodes_in_both_directions()
    {
        const string Anti = """
            {"podAntiAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [{"topologyKey": "kubernetes.io/hostname", "labelSelector": {"matchLabels": {"app": "web"}}}]}}
            """;
        var pod = ModelJson.Read<Pod>($$$"""{"metadata": {"name": "web-1", "labels": {"app": "web"} }, "spec": {"affinity": {{{Anti}}} } }""");
        var other = ModelJson.Read<Pod>("""{"metadata": {"name": "web-0", "labels": {"app": "web"}}, "spec": {"nodeName": "a"}}""");
        Assert.Equal("b", Bound(new(pod, Nodes(Load("a", "z1"), Load("b", "z1")).Nodes, [other], [])));
        var plain = pod with { Spec = pod.Spec with { Affinity = null } };
        var jealous = other with { Spec = pod.Spec with { NodeName = "a" } };
        Assert.Equal("b", Bound(new(plain, Nodes(Load("a", "z1"), Load("b", "z1")).Nodes, [jealous], [])));
    }

    [Theory]
    [InlineData("", "a")]
    [InlineData("\"namespaceSelector\": {},", "b")]
    [InlineData("\"namespaceSelector\": {\"matchLabels\": {\"team\": \"one\"} },", "b")]
    [InlineData("\"namespaceSelector\": {\"matchLabels\": {\"team\": \"two\"} },", "a")]
    [InlineData("\"namespaceSelector\": {\"matchLabels\": {\"team\": \"two\"} }, \"namespaces\": [\"shop\", \"field\"],", "b")]
    [InlineData("\"namespaces\": [\"elsewhere\"],", "a")]
    public void A_term_speaks_of_the_namespaces_that_it_lists_and_of_those_that_it_selects(string namespaces, string node)
    {
        var anti = $$$"""
            {"podAntiAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [{"topologyKey": "kubernetes.io/hostname", {{{namespaces}}} "labelSelector": {"matchLabels": {"app": "web"} } }]} }
            """;
        var jealous = ModelJson.Read<Pod>($$$"""{"metadata": {"name": "web-1", "namespace": "field", "labels": {"app": "web"} }, "spec": {"affinity": {{{anti}}} } }""");
        var plain = ModelJson.Read<Pod>("""{"metadata": {"name": "web-0", "namespace": "shop", "labels": {"app": "web"} }, "spec": {"nodeName": "a"} }""");
        var labels = ImmutableDictionary<string, ValueMap<string>>.Empty.Add("shop", ValueMap.Of(("team", "one"))).Add("field", ValueMap.Of(("team", "one")));
        var nodes = Nodes(Load("a", "z1"), Load("b", "z1")).Nodes;
        Assert.Equal(node, Bound(new(jealous, nodes, [plain], []) { NamespaceLabels = labels }));
        // The same the other way round: the one that was there first does not want the one that comes.
        var (first, next) = (jealous with { Spec = jealous.Spec with { NodeName = "a" } }, plain with { Spec = plain.Spec with { NodeName = "" } });
        Assert.Equal(node, Bound(new(next, nodes, [first], []) { NamespaceLabels = labels }));
    }

    [Fact]
    public void Topology_spread_never_exceeds_its_skew()
    {
        var pod = ModelJson.Read<Pod>("""
            {"metadata": {"name": "web-2", "labels": {"app": "web"}}, "spec": {"topologySpreadConstraints": [{"maxSkew": 1, "topologyKey": "topology.kubernetes.io/zone",
             "whenUnsatisfiable": "DoNotSchedule", "labelSelector": {"matchLabels": {"app": "web"}}}]}}
            """);
        var other = ModelJson.Read<Pod>("""{"metadata": {"name": "web-0", "labels": {"app": "web"}}, "spec": {"nodeName": "a"}}""");
        Assert.Equal("b", Bound(new(pod, Nodes(Load("a", "z1"), Load("b", "z2", milliCpu: 5000)).Nodes, [other], [])));
    }

    [Fact]
    public void A_claim_that_waits_for_its_pod_is_told_the_node_first_and_the_pod_is_bound_when_its_volume_is_there()
    {
        var claim = ModelJson.Read<PersistentVolumeClaim>("""{"metadata": {"name": "data-web-0"}, "spec": {"storageClassName": "standard"}}""");
        var tell = Assert.IsType<SchedulingPlan.ProvisionFirst>(Plan(new ClaimUse("data-web-0", claim, null, Waits)));
        Assert.Equal(("a", "data-web-0"), (tell.NodeName, Assert.Single(tell.Claims).Metadata.Name));
        var told = claim with { Metadata = claim.Metadata with { Annotations = claim.Metadata.Annotations.SetItem(SchedulingPlanner.SelectedNode, "b") } };
        Assert.Contains("on b", Assert.IsType<SchedulingPlan.Wait>(Plan(new ClaimUse("data-web-0", told, null, Waits))).Reason, StringComparison.Ordinal);
        Assert.Equal("b", Assert.IsType<SchedulingPlan.Bind>(Plan(BoundOn("b"))).NodeName);
    }

    [Fact]
    public void A_pod_whose_volume_is_not_known_yet_is_bound_nowhere() =>
        Assert.IsType<SchedulingPlan.Unschedulable>(Plan(BoundOn("b") with { Volume = null }));

    [Theory]
    [InlineData(null, "0/2 nodes are available: persistentvolumeclaim \"data-web-0\" not found.")]
    [InlineData("""{"metadata": {"deletionTimestamp": "2026-01-01T00:00:00Z"}}""", "0/2 nodes are available: persistentvolumeclaim \"data-web-0\" is being deleted.")]
    [InlineData("""{"status": {"phase": "Pending"}}""", "0/2 nodes are available: pod has unbound immediate PersistentVolumeClaims.")]
    public void A_claim_that_cannot_be_used_is_named(string? claim, string message) => Assert.Equal(message, Assert.IsType<SchedulingPlan.Unschedulable>(
        Plan(new ClaimUse("data-web-0", claim is null ? null : ModelJson.Read<PersistentVolumeClaim>(claim), null, null))).Message);

    [Fact]
    public void Closed_gates_are_waited_for()
    {
        var pod = ModelJson.Read<Pod>("""{"metadata": {"name": "p"}, "spec": {"schedulingGates": [{"name": "example.dev/gate"}]}}""");
        Assert.IsType<SchedulingPlan.Wait>(SchedulingPlanner.Plan(Nodes(Load("a", "z1")) with { Pod = pod }));
    }

    private static ClaimUse BoundOn(string node) => new(
        "data-web-0",
        ModelJson.Read<PersistentVolumeClaim>("""{"metadata": {"name": "data-web-0"}, "spec": {"volumeName": "pvc-1"}, "status": {"phase": "Bound"}}"""),
        ModelJson.Read<PersistentVolume>($$"""
            {"metadata": {"name": "pvc-1"}, "spec": {"nodeAffinity": {"required": {"nodeSelectorTerms": [{"matchExpressions": [
             {"key": "kubernetes.io/hostname", "operator": "In", "values": ["{{node}}"]} ]} ]} } } }
            """), Waits);

    private static SchedulingPlan Plan(ClaimUse use) => SchedulingPlanner.Plan(Nodes(Load("a", "z1"), Load("b", "z2")) with { Claims = [use] });

    private static SchedulingObservation Nodes(params ImmutableArray<NodeLoad> loads) =>
        new(ModelJson.Read<Pod>("""{"metadata": {"name": "web-0", "namespace": "default"}}"""), loads, [], []);

    private static NodeLoad Load(string name, string zone, int siblings = 0, long milliCpu = 0) => new(
        ModelJson.Read<Node>($$"""{"metadata": {"name": "{{name}}", "labels": {"kubernetes.io/hostname": "{{name}}", "topology.kubernetes.io/zone": "{{zone}}"} } }"""),
        new PodRequests(milliCpu, 0, 0), siblings);

    private static string Bound(SchedulingObservation observation) => Assert.IsType<SchedulingPlan.Bind>(SchedulingPlanner.Plan(observation)).NodeName;
}
