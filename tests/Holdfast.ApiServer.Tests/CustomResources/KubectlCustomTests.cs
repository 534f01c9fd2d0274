namespace Holdfast.ApiServer.Tests.CustomResources;

/// <summary>The real kubectl with custom kinds.</summary>
public sealed class KubectlCustomTests
{
    private const string Definition = """
        apiVersion: apiextensions.k8s.io/v1
        kind: CustomResourceDefinition
        metadata: {name: gadgets.example.com}
        spec:
          group: example.com
          scope: Namespaced
          names: {plural: gadgets, kind: Gadget, shortNames: [gd], categories: [all]}
          versions:
          - name: v1
            served: true
            storage: true
            subresources: {status: {}, scale: {specReplicasPath: .spec.replicas, statusReplicasPath: .status.replicas}}
            additionalPrinterColumns:
            - {name: Size, type: integer, jsonPath: .spec.size}
            - {name: Ready, type: string, jsonPath: '.status.conditions[?(@.type=="Ready")].status'}
            - {name: Shape, type: string, jsonPath: .spec.shape, priority: 1}
            - {name: Age, type: date, jsonPath: .metadata.creationTimestamp}
            schema:
              openAPIV3Schema:
                type: object
                properties:
                  spec:
                    type: object
                    description: What is wanted.
                    properties:
                      size: {type: integer, description: How large it is.}
                      shape: {type: string, default: round}
                      replicas: {type: integer, default: 1}
                  status: {type: object, x-kubernetes-preserve-unknown-fields: true}
        """;

    private static string Gadget(int size) => $"{{\"apiVersion\":\"example.com/v1\",\"kind\":\"Gadget\",\"metadata\":{{\"name\":\"g\"}},\"spec\":{{\"size\":{size}}}}}";

    [Fact]
    public async Task Kubectl_defines_explains_applies_shows_scales_and_deletes_a_kind_of_its_own()
    {
        Assert.True(Kubectl.IsThere, "kubectl is missing; ./test says where it is to be had");
        await using var server = await RunningServer.StartAsync(Cluster.Token);
        var kubectl = new Kubectl(server);
        await kubectl.RunAsync(Definition, "apply", "-f", "-");
        await kubectl.RunAsync("", "wait", "--for=condition=Established", "crd/gadgets.example.com", "--timeout=5s");
        Assert.Contains("How large it is.", await kubectl.RunAsync("", "explain", "gadget.spec"), StringComparison.Ordinal);
        Assert.Contains("created", await kubectl.RunAsync(Gadget(3), "apply", "-f", "-"), StringComparison.Ordinal);
        Assert.Contains("configured", await kubectl.RunAsync(Gadget(4), "apply", "-f", "-"), StringComparison.Ordinal);
        Assert.Contains("serverside-applied", await kubectl.RunAsync(Gadget(5), "apply", "--server-side", "--force-conflicts", "-f", "-"), StringComparison.Ordinal);
        await kubectl.RunAsync("", "scale", "gd/g", "--replicas=3");
        await kubectl.RunAsync("", "patch", "gd", "g", "--subresource=status", "--type=merge", "-p", """{"status":{"replicas":3,"conditions":[{"type":"Ready","status":"True"}]}}""");
        var lines = (await kubectl.RunAsync("", "get", "gd")).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(["NAME", "SIZE", "READY", "AGE"], lines[0].Split(' ', StringSplitOptions.RemoveEmptyEntries));
        Assert.Equal(["g", "5", "True"], lines[1].Split(' ', StringSplitOptions.RemoveEmptyEntries)[..3]);
        Assert.Contains("SHAPE", await kubectl.RunAsync("", "get", "gadgets", "-o", "wide"), StringComparison.Ordinal);
        Assert.Contains("gadget.example.com/g", await kubectl.RunAsync("", "get", "all", "-o", "name"), StringComparison.Ordinal);
        Assert.Equal("3 round", await kubectl.RunAsync("", "get", "gd", "g", "-o", "jsonpath={.spec.replicas} {.spec.shape}"));
        await kubectl.RunAsync("", "delete", "gd", "g");
        await kubectl.RunAsync("", "delete", "crd", "gadgets.example.com");
        Assert.Equal("", await kubectl.RunAsync("", "get", "crd", "-o", "name"));
    }
}
