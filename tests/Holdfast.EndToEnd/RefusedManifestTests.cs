using Holdfast.EndToEnd.Programs;

namespace Holdfast.EndToEnd;

/// <summary>A manifest that is wrong is refused with what is wrong in it, by name, and leaves nothing behind.</summary>
public sealed class RefusedManifestTests(FakeCluster cluster) : IClassFixture<FakeCluster>
{
    [Theory]
    [InlineData("kind: Service\nmetadata: {name: x}\nspec: {prots: [{port: 80}]}", "unknown field \"spec.prots\"")]
    [InlineData("kind: ConfigMap\nmetadata: {name: x, lables: {a: b}}", "unknown field \"metadata.lables\"")]
    [InlineData("kind: ConfigMapp\nmetadata: {name: x}", "no matches for kind \"ConfigMapp\" in version \"v1\"")]
    [InlineData("kind: ConfigMap\nmetadata: {name: x\n", "error converting YAML to JSON")]
    [InlineData("kind: ConfigMap\nmetadata: {name: Not_A_Name}", "metadata.name: Invalid value: \"Not_A_Name\"")]
    [InlineData("kind: Pod\nmetadata: {name: x}\nspec: {containers: []}", "spec.containers: Required value")]
    [InlineData("kind: Pod\nmetadata: {name: x}\nspec: {containers: [{name: a, image: b, imagePullPolicy: Sometimes}]}", "spec.containers[0].imagePullPolicy: Unsupported value: \"Sometimes\"")]
    [InlineData("kind: Pod\nmetadata: {name: x}\nspec: {terminationGracePeriodSeconds: soon, containers: [{name: a, image: b}]}", "terminationGracePeriodSeconds")]
    public async Task A_wrong_manifest_is_refused_by_name(string manifest, string expected)
    {
        var space = await cluster.NamespaceAsync();
        var refused = await cluster.Kubectl.ApplyAsync($"apiVersion: v1\n{manifest}\n", "-n", space);
        Assert.Equal(1, refused.ExitCode);
        Assert.Contains(expected, refused.Errors, StringComparison.Ordinal);
        Assert.Equal("", await cluster.Kubectl.SaysAsync("-n", space, "get", "services,pods", "-o", "name"));
    }

    [Fact]
    public async Task A_set_is_told_all_that_is_wrong_with_it_at_once()
    {
        var space = await cluster.NamespaceAsync();
        var manifest = Manifests.Set("x", 1).Replace("labels: {app: x}", "labels: {app: other}", StringComparison.Ordinal).Replace("image: example/app:1", "image: ''", StringComparison.Ordinal);
        var refused = await cluster.Kubectl.ApplyAsync(manifest, "-n", space);
        Assert.Equal(1, refused.ExitCode);
        Assert.Contains("`selector` does not match template `labels`", refused.Errors, StringComparison.Ordinal);
        Assert.Contains("spec.template.spec.containers[0].image: Required value", refused.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_field_that_cannot_change_is_named_and_the_set_stays_as_it_is()
    {
        var space = await cluster.NamespaceAsync();
        (await cluster.Kubectl.ApplyAsync(Manifests.Set("x", 1), "-n", space)).Succeeded();
        var refused = await cluster.Kubectl.ApplyAsync(Manifests.Set("x", 1).Replace("serviceName: x", "serviceName: other", StringComparison.Ordinal), "-n", space);
        Assert.Equal(1, refused.ExitCode);
        Assert.Contains("updates to statefulset spec for fields other than", refused.Errors, StringComparison.Ordinal);
        Assert.Equal("x", await cluster.Kubectl.SaysAsync("-n", space, "get", "statefulset", "x", "-o", "jsonpath={.spec.serviceName}"));
    }

    [Fact]
    public async Task A_stale_update_is_refused_and_nothing_is_overwritten()
    {
        var space = await cluster.NamespaceAsync();
        (await cluster.Kubectl.ApplyAsync("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\ndata: {a: first}\n", "-n", space)).Succeeded();
        var stale = await cluster.Kubectl.SaysAsync("-n", space, "get", "configmap", "x", "-o", "yaml");
        await cluster.Kubectl.SaysAsync("-n", space, "patch", "configmap", "x", "-p", """{"data":{"a":"second"}}""");
        await using var replace = cluster.Kubectl.Start("-n", space, "replace", "-f", "-");
        await replace.WriteAsync(stale);
        var refused = await replace.EndsAsync();
        Assert.Contains("the object has been modified", refused.Errors, StringComparison.Ordinal);
        Assert.Equal("second", await cluster.Kubectl.SaysAsync("-n", space, "get", "configmap", "x", "-o", "jsonpath={.data.a}"));
    }
}
