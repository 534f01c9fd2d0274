namespace Holdfast.ApiServer.Tests.OpenApi;

public sealed class KubectlExplainTests
{
    private const string Misspelt = """
        apiVersion: v1
        kind: ConfigMap
        metadata: {name: m}
        dada: {a: b}
        """;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Kubectl_explains_prints_and_leaves_validation_to_the_server()
    {
        Assert.True(Kubectl.IsThere, "kubectl is missing; ./test says where it is to be had");
        await using var server = await RunningServer.StartAsync(Token);
        var kubectl = new Kubectl(server);
        var explained = await kubectl.RunAsync("", "explain", "statefulset.spec.template", "--recursive");
        Assert.Contains("containers\t<[]Container> -required-", explained, StringComparison.Ordinal);
        Assert.Contains("restartPolicy\t<string>", explained, StringComparison.Ordinal);
        // Older kubectl reads OpenAPI 2.0 as protobuf, as client libraries do.
        var older = await kubectl.RunAsync("", "explain", "statefulset.spec.template.spec.containers", "--output=plaintext-openapiv2");
        Assert.Contains("imagePullPolicy\t<string>", older, StringComparison.Ordinal);
        Assert.Contains("name\t<string> -required-", older, StringComparison.Ordinal);
        Assert.Contains("GROUP:      apps", await kubectl.RunAsync("", "explain", "sts"), StringComparison.Ordinal);
        Assert.Contains("FIELD: ports <[]ContainerPort>", await kubectl.RunAsync("", "explain", "pod.spec.containers.ports"), StringComparison.Ordinal);

        await kubectl.RunAsync(Misspelt.Replace("dada: {a: b}", "data: {a: b, c: d}", StringComparison.Ordinal), "apply", "-f", "-");
        Assert.Matches(@"^NAME +DATA +AGE\nm +2 +\d+s\n$", await kubectl.RunAsync("", "get", "configmap", "m"));
        Assert.Matches("^NAME +STATUS +AGE +LABELS\n", await kubectl.RunAsync("", "get", "namespaces", "--show-labels"));
        Assert.Matches("NAMESPACE +NAME +TYPE +CLUSTER-IP +EXTERNAL-IP +PORT\\(S\\) +AGE +SELECTOR\ndefault +kubernetes +ClusterIP",
            await kubectl.RunAsync("", "get", "services", "-A", "-o", "wide"));
        Assert.Equal("configmap/m\n", await kubectl.RunAsync("", "get", "configmap", "m", "-o", "name"));
        Assert.Contains("unknown field \"dada\"", await RefusalAsync(kubectl, Misspelt, "apply", "-f", "-"), StringComparison.Ordinal);
    }

    private static async Task<string> RefusalAsync(Kubectl kubectl, string input, params string[] arguments)
    {
        using var process = kubectl.Start(arguments);
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(Token), process.StandardError.ReadToEndAsync(Token));
        await process.WaitForExitAsync(Token);
        Assert.NotEqual(0, process.ExitCode);
        return await output + await errors;
    }
}
