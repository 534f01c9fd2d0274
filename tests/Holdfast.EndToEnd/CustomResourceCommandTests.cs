using Holdfast.EndToEnd.Programs;

namespace Holdfast.EndToEnd;

/// <summary>What people do with kinds of their own, by the real kubectl.</summary>
public sealed class CustomResourceCommandTests(FakeCluster cluster) : IClassFixture<FakeCluster>
{
    private Kubectl Kubectl => cluster.Kubectl;

    private static string Definition(string plural, string kind) => $$"""
        apiVersion: apiextensions.k8s.io/v1
        kind: CustomResourceDefinition
        metadata: {name: {{plural}}.example.com}
        spec:
          group: example.com
          scope: Namespaced
          names:
            plural: {{plural}}
            kind: {{kind}}
          versions:
          - name: v1
            served: true
            storage: true
            subresources:
              status: {}
              scale: {specReplicasPath: .spec.replicas, statusReplicasPath: .status.replicas, labelSelectorPath: .status.selector}
            selectableFields: [{jsonPath: .spec.colour}]
            additionalPrinterColumns:
            - {name: Size, type: string, jsonPath: .spec.size}
            - {name: Ready, type: string, jsonPath: '.status.conditions[?(@.type=="Ready")].status'}
            - {name: Colour, type: string, jsonPath: .spec.colour, priority: 1}
            schema:
              openAPIV3Schema:
                type: object
                properties:
                  spec:
                    type: object
                    description: What is wanted.
                    x-kubernetes-validations:
                    - {rule: "quantity(self.size).isLessThan(quantity('1Ti'))", message: too large}
                    properties:
                      size: {type: string, maxLength: 20, default: 1Gi, description: How large it is.}
                      colour: {type: string, maxLength: 20}
                      replicas: {type: integer, default: 1}
                  status:
                    type: object
                    properties:
                      replicas: {type: integer}
                      selector: {type: string}
                      conditions:
                        type: array
                        items:
                          type: object
                          properties:
                            type: {type: string}
                            status: {type: string}
          - name: v1beta1
            served: true
            storage: false
            schema:
              openAPIV3Schema:
                type: object
                properties:
                  spec:
                    type: object
                    properties:
                      size: {type: string}
                      replicas: {type: integer}
        """;

    private static string Object(string kind, string name, string spec = "{}", string version = "v1") =>
        $"{{\"apiVersion\":\"example.com/{version}\",\"kind\":\"{kind}\",\"metadata\":{{\"name\":\"{name}\"}},\"spec\":{spec}}}";

    private async Task<string> DefinedAsync(string plural, string kind)
    {
        (await Kubectl.ApplyAsync(Definition(plural, kind))).Succeeded();
        await Kubectl.SaysAsync("wait", "--for=condition=Established", $"crd/{plural}.example.com", "--timeout=10s");
        return await cluster.NamespaceAsync();
    }

    [Fact]
    public async Task A_kind_of_ones_own_is_made_shown_selected_edited_and_explained()
    {
        var space = await DefinedAsync("crates", "Crate");
        (await Kubectl.ApplyAsync(Object("Crate", "a", """{"colour":"red","size":"2Gi"}"""), "-n", space)).Succeeded();
        (await Kubectl.ApplyAsync(Object("Crate", "b", """{"colour":"blue"}"""), "-n", space)).Succeeded();
        var lines = (await Kubectl.SaysAsync("-n", space, "get", "crates")).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(["NAME", "SIZE", "READY"], Words(lines[0]));
        Assert.Equal(["a", "2Gi"], Words(lines[1]));
        Assert.Equal(["b", "1Gi"], Words(lines[2]));
        Assert.Equal(["NAME", "SIZE", "READY", "COLOUR"], Words((await Kubectl.SaysAsync("-n", space, "get", "crates", "-o", "wide")).Split('\n')[0]));
        Assert.Equal("crate.example.com/a\n", await Kubectl.SaysAsync("-n", space, "get", "crates", "--field-selector", "spec.colour=red", "-o", "name"));
        Assert.Contains("field label not supported: spec.size", (await Kubectl.RunAsync("-n", space, "get", "crates", "--field-selector", "spec.size=x")).Errors, StringComparison.Ordinal);
        Assert.Equal("crate.example.com/a edited\n", (await Kubectl.EditAsync("s/colour: red/colour: green/", "-n", space, "crate", "a")).Succeeded());
        Assert.Equal("green", await Kubectl.SaysAsync("-n", space, "get", "crate", "a", "-o", "jsonpath={.spec.colour}"));
        Assert.Contains("How large it is.", await Kubectl.SaysAsync("explain", "crate.spec.size"), StringComparison.Ordinal);
        Assert.Contains("VERSION:    v1beta1", await Kubectl.SaysAsync("explain", "crate", "--api-version=example.com/v1beta1"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Each_version_is_read_and_written_and_one_is_stored()
    {
        var space = await DefinedAsync("drums", "Drum");
        (await Kubectl.ApplyAsync(Object("Drum", "d", """{"size":"3Gi"}""", "v1beta1"), "-n", space)).Succeeded();
        // The schema that it is stored by has a default, which is read in either version.
        Assert.Equal("example.com/v1beta1 3Gi 1", await Kubectl.SaysAsync("-n", space, "get", "drums.v1beta1.example.com", "d", "-o", "jsonpath={.apiVersion} {.spec.size} {.spec.replicas}"));
        Assert.Equal("example.com/v1 3Gi 1", await Kubectl.SaysAsync("-n", space, "get", "drums.v1.example.com", "d", "-o", "jsonpath={.apiVersion} {.spec.size} {.spec.replicas}"));
        Assert.Equal("[\"v1\"]", await Kubectl.SaysAsync("get", "crd", "drums.example.com", "-o", "jsonpath={.status.storedVersions}"));
    }

    [Fact]
    public async Task It_is_scaled_its_status_is_written_apart_and_its_rules_hold()
    {
        var space = await DefinedAsync("kegs", "Keg");
        (await Kubectl.ApplyAsync(Object("Keg", "k"), "-n", space)).Succeeded();
        Assert.Equal("keg.example.com/k scaled\n", await Kubectl.SaysAsync("-n", space, "scale", "keg/k", "--replicas=4"));
        Assert.Equal("4", await Kubectl.SaysAsync("-n", space, "get", "keg", "k", "-o", "jsonpath={.spec.replicas}"));
        await Kubectl.SaysAsync("-n", space, "patch", "keg", "k", "--subresource=status", "--type=merge", "-p", """{"status":{"replicas":4,"conditions":[{"type":"Ready","status":"True"}]}}""");
        Assert.Equal("4", await Kubectl.SaysAsync("-n", space, "get", "keg", "k", "--subresource=scale", "-o", "jsonpath={.status.replicas}"));
        Assert.Equal("keg.example.com/k condition met\n", await Kubectl.SaysAsync("-n", space, "wait", "--for=condition=Ready", "keg/k", "--timeout=10s"));
        var refused = await Kubectl.ApplyAsync(Object("Keg", "k", """{"size":"2Ti"}"""), "-n", space);
        Assert.Contains("The Keg \"k\" is invalid: spec: Invalid value: too large", refused.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Server_side_apply_shares_it_by_fields()
    {
        var space = await DefinedAsync("vats", "Vat");
        Assert.Equal("vat.example.com/v serverside-applied\n", (await Kubectl.ApplyAsync(Object("Vat", "v", """{"colour":"red"}"""), "-n", space, "--server-side", "--field-manager=one")).Succeeded());
        Assert.Equal("vat.example.com/v serverside-applied\n", (await Kubectl.ApplyAsync(Object("Vat", "v", """{"size":"2Gi"}"""), "-n", space, "--server-side", "--field-manager=two")).Succeeded());
        var refused = await Kubectl.ApplyAsync(Object("Vat", "v", """{"colour":"blue"}"""), "-n", space, "--server-side", "--field-manager=two");
        Assert.Contains("conflict with \"one\": .spec.colour", refused.Errors, StringComparison.Ordinal);
        Assert.Equal("red 2Gi", await Kubectl.SaysAsync("-n", space, "get", "vat", "v", "-o", "jsonpath={.spec.colour} {.spec.size}"));
    }

    [Fact]
    public async Task A_definition_goes_with_its_objects_and_can_be_made_again_at_once()
    {
        var space = await DefinedAsync("jars", "Jar");
        (await Kubectl.ApplyAsync(Object("Jar", "j"), "-n", space)).Succeeded();
        await Kubectl.SaysAsync("-n", space, "patch", "jar", "j", "--type=merge", "-p", """{"metadata":{"finalizers":["example.com/hold"]}}""");
        Assert.Equal("customresourcedefinition.apiextensions.k8s.io \"jars.example.com\" deleted\n", await Kubectl.SaysAsync("delete", "crd", "jars.example.com", "--wait=false"));
        Assert.Equal("[\"customresourcecleanup.apiextensions.k8s.io\"]",
            await Kubectl.SaysAsync("get", "crd", "jars.example.com", "-o", "jsonpath={.metadata.finalizers}"));
        await Kubectl.SaysAsync("-n", space, "patch", "jar", "j", "--type=merge", "-p", """{"metadata":{"finalizers":null}}""");
        await Kubectl.SaysAsync("wait", "--for=delete", "crd/jars.example.com", "--timeout=10s");
        // The path itself, since kubectl keeps for hours what it was told of kinds.
        Assert.Contains("the server could not find the requested resource",
            (await Kubectl.RunAsync("get", "--raw", $"/apis/example.com/v1/namespaces/{space}/jars")).Errors, StringComparison.Ordinal);
        (await Kubectl.ApplyAsync(Definition("jars", "Jar"))).Succeeded();
        Assert.Equal("", await Kubectl.SaysAsync("-n", space, "get", "jars", "-o", "name"));
        (await Kubectl.ApplyAsync(Object("Jar", "j"), "-n", space)).Succeeded();
    }

    private static string[] Words(string line) => line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
}
