namespace Holdfast.ApiServer.Tests;

public sealed class KubectlTests
{
    private const string Set = """
        apiVersion: apps/v1
        kind: StatefulSet
        metadata: {name: web}
        spec:
          serviceName: web
          replicas: 1
          selector: {matchLabels: {app: web}}
          template:
            metadata: {labels: {app: web}}
            spec: {containers: [{name: c, image: "example/x:1"}]}
        """;

    private static string Map(string name) => $"{{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"metadata\":{{\"name\":\"{name}\"}}}}";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Kubectl_applies_reads_scales_patches_and_deletes()
    {
        Assert.SkipUnless(Kubectl.IsThere, "kubectl is not on the path");
        await using var server = await RunningServer.StartAsync(Token);
        var kubectl = new Kubectl(server);
        Assert.Contains("created", await kubectl.RunAsync(Set, "apply", "-f", "-"), StringComparison.Ordinal);
        var changed = Set.Replace("example/x:1", "example/x:2", StringComparison.Ordinal);
        Assert.Contains("configured", await kubectl.RunAsync(changed, "apply", "-f", "-"), StringComparison.Ordinal);
        Assert.Equal("example/x:2", await kubectl.RunAsync("", "get", "sts", "web", "-o", "jsonpath={.spec.template.spec.containers[0].image}"));
        await kubectl.RunAsync("", "scale", "sts/web", "--replicas=4");
        await kubectl.RunAsync("", "label", "sts/web", "team=a");
        await kubectl.RunAsync("", "patch", "sts", "web", "--type=json", "-p", """[{"op":"add","path":"/spec/minReadySeconds","value":7}]""");
        await kubectl.RunAsync("", "set", "image", "sts/web", "c=example/x:3");
        Assert.Equal("4 7 a example/x:3", await kubectl.RunAsync("", "get", "sts", "web", "-o",
            "jsonpath={.spec.replicas} {.spec.minReadySeconds} {.metadata.labels.team} {.spec.template.spec.containers[0].image}"));
        Assert.Contains("web", await kubectl.RunAsync("", "get", "all", "-A", "-o", "name"), StringComparison.Ordinal);
        await kubectl.RunAsync("", "delete", "sts", "web");
        Assert.Equal("", await kubectl.RunAsync("", "get", "sts", "-o", "name"));
    }

    [Fact]
    public async Task Kubectl_watches()
    {
        Assert.SkipUnless(Kubectl.IsThere, "kubectl is not on the path");
        await using var server = await RunningServer.StartAsync(Token);
        var kubectl = new Kubectl(server);
        await kubectl.RunAsync(Map("first"), "create", "--validate=false", "-f", "-");
        using var watch = kubectl.Start("get", "configmaps", "-w", "-o", "name");
        try
        {
            Assert.Equal("configmap/first", await watch.StandardOutput.ReadLineAsync(Token));
            await kubectl.RunAsync(Map("second"), "create", "--validate=false", "-f", "-");
            Assert.Equal("configmap/second", await watch.StandardOutput.ReadLineAsync(Token));
        }
        finally
        {
            watch.Kill();
        }
    }
}
