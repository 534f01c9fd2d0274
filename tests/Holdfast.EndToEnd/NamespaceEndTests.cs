using Holdfast.EndToEnd.Programs;
using Holdfast.Model.Core;

namespace Holdfast.EndToEnd;

/// <summary>How namespaces and what is owned come to their end, as a person with kubectl sees it.</summary>
public sealed class NamespaceEndTests(FakeCluster cluster) : IClassFixture<FakeCluster>
{
    private const string Definition = """
        apiVersion: apiextensions.k8s.io/v1
        kind: CustomResourceDefinition
        metadata: {name: ledgers.example.com}
        spec:
          group: example.com
          scope: Namespaced
          names: {plural: ledgers, singular: ledger, kind: Ledger}
          versions:
          - name: v1
            served: true
            storage: true
            schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}
        """;

    private Kubectl Kubectl => cluster.Kubectl;

    [Fact]
    public async Task A_deleted_namespace_with_pods_claims_and_custom_resources_finishes()
    {
        var space = await FullAsync("");
        Assert.Contains($"namespace \"{space}\" deleted", await Kubectl.SaysAsync("delete", "namespace", space, "--timeout=90s"), StringComparison.Ordinal);
        Assert.Equal("", await Kubectl.SaysAsync("get", "namespace", space, "--ignore-not-found", "-o", "name"));
        // The class's volumes go with their claims.
        await ClusterFixture.HoldsAsync("its volumes are gone", async () =>
            !(await Kubectl.SaysAsync("get", "persistentvolumes", "-o", "jsonpath={.items[*].spec.claimRef.namespace}")).Split(' ').Contains(space));
    }

    [Fact]
    public async Task A_namespace_that_is_held_says_by_what_and_how_many_and_finishes_when_that_lets_go()
    {
        var space = await FullAsync("finalizers: [example.com/hold]");
        await Kubectl.SaysAsync("delete", "namespace", space, "--wait=false");
        await ClusterFixture.HoldsAsync("all else is gone and the status says what is left", async () =>
            await ConditionAsync(space, "NamespaceContentRemaining") == "True SomeResourcesRemain Some resources are remaining: ledgers.example.com has 1 resource instances");
        Assert.Equal(
            "True SomeFinalizersRemain Some content in the namespace has finalizers remaining: example.com/hold in 1 resource instances",
            await ConditionAsync(space, "NamespaceFinalizersRemaining"));
        Assert.Equal("Terminating", await Kubectl.SaysAsync("get", "namespace", space, "-o", "jsonpath={.status.phase}"));
        Assert.Contains("because it is being terminated", (await Kubectl.RunAsync("-n", space, "create", "configmap", "late")).Errors, StringComparison.Ordinal);
        await Kubectl.SaysAsync("-n", space, "patch", "ledgers.example.com", "main", "--type", "merge", "-p", """{"metadata":{"finalizers":null}}""");
        await Kubectl.SaysAsync("wait", "--for=delete", $"namespace/{space}", "--timeout=90s");
    }

    [Fact]
    public async Task An_owner_in_another_namespace_is_reported_and_what_names_it_goes()
    {
        var (here, there) = (await cluster.NamespaceAsync(), await cluster.NamespaceAsync());
        await Kubectl.SaysAsync("-n", there, "create", "configmap", "owner");
        var uid = await Kubectl.SaysAsync("-n", there, "get", "configmap", "owner", "-o", "jsonpath={.metadata.uid}");
        (await Kubectl.ApplyAsync($$"""
            apiVersion: v1
            kind: ConfigMap
            metadata:
              name: owned
              ownerReferences: [{apiVersion: v1, kind: ConfigMap, name: owner, uid: {{uid}}}]
            """, "-n", here)).Succeeded();
        await ClusterFixture.HoldsAsync("it is told", async () => (await Kubectl.SaysAsync(
            "-n", here, "get", "events", "-o", "jsonpath={range .items[*]}{.type} {.reason} {.involvedObject.name}: {.message}{\"\\n\"}{end}"))
            .Contains($"Warning OwnerRefInvalidNamespace owned: ownerRef [v1/ConfigMap, namespace: {here}, name: owner, uid: {uid}] does not exist in namespace \"{here}\"", StringComparison.Ordinal));
        await ClusterFixture.HoldsAsync("what it owns in no other namespace is gone", async () =>
            await cluster.Cluster.Client.FindAsync<ConfigMap>(here, "owned", TestContext.Current.CancellationToken) is null);
        Assert.Equal("configmap/owner\n", await Kubectl.SaysAsync("-n", there, "get", "configmap", "owner", "-o", "name"));
    }

    /// <summary>A namespace with a set on claims whose pods run, and a custom resource.</summary>
    private async Task<string> FullAsync(string customMetadata)
    {
        var space = await cluster.NamespaceAsync();
        (await Kubectl.ApplyAsync(Definition)).Succeeded();
        await Kubectl.SaysAsync("wait", "--for=condition=Established", "crd/ledgers.example.com", "--timeout=60s");
        var claims = """
              volumeClaimTemplates:
              - metadata: {name: data}
                spec: {accessModes: [ReadWriteOnce], storageClassName: standard, resources: {requests: {storage: 1Mi}}}
            """;
        (await Kubectl.ApplyAsync(Manifests.Set("db", 2) + claims + "\n", "-n", space)).Succeeded();
        (await Kubectl.ApplyAsync($$"""
            apiVersion: example.com/v1
            kind: Ledger
            metadata:
              name: main
              {{customMetadata}}
            """, "-n", space)).Succeeded();
        await cluster.ReadyAsync(space, "db-1");
        Assert.Equal("Bound Bound", await Kubectl.SaysAsync("-n", space, "get", "pvc", "-o", "jsonpath={.items[*].status.phase}"));
        return space;
    }

    private Task<string> ConditionAsync(string space, string type) => Kubectl.SaysAsync(
        "get", "namespace", space, "-o", $"jsonpath={{range .status.conditions[?(@.type==\"{type}\")]}}{{.status}} {{.reason}} {{.message}}{{end}}");
}
