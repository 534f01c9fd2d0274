using Holdfast.Model.Core;
using Holdfast.Model.Values;
using Holdfast.Node.Variables;

namespace Holdfast.Node.Tests.Variables;

/// <summary>What containers get as variables.</summary>
public sealed class VariableTests
{
    private static readonly PodFacts Facts = new("127.20.0.9", "127.0.0.1", ValueMap.Of(("cpu", Quantity.Parse("8")), ("memory", Quantity.Parse("16Gi"))), new ApiServerAddress("127.0.0.1", 6443));

    [Theory]
    [InlineData("$(A)", "one")]
    [InlineData("x-$(A)-$(B)", "x-one-two")]
    [InlineData("$$(A)", "$(A)")]
    [InlineData("$(MISSING)", "$(MISSING)")]
    [InlineData("$A", "$A")]
    [InlineData("$(A", "$(A")]
    [InlineData("100$", "100$")]
    [InlineData("$$$(A)", "$one")]
    public void References_are_expanded_as_Kubernetes_does_it(string text, string expected) =>
        Assert.Equal(expected, VariableExpansion.Expand(text, new Dictionary<string, string> { ["A"] = "one", ["B"] = "two" }));

    [Fact]
    public void A_variable_may_refer_to_those_before_it_and_to_fields_of_its_pod()
    {
        var values = Build(
            new EnvVar { Name = "POD", ValueFrom = Field("metadata.name") },
            new EnvVar { Name = "IP", ValueFrom = Field("status.podIP") },
            new EnvVar { Name = "TIER", ValueFrom = Field("metadata.labels['tier']") },
            new EnvVar { Name = "URL", Value = "http://$(IP)/$(POD)" },
            new EnvVar { Name = "CPU", ValueFrom = EnvVarSource.Empty with { ResourceFieldRef = ResourceFieldSelector.Empty with { Resource = "limits.cpu" } } });
        Assert.Equal("http://127.20.0.9/web-0", values["URL"]);
        Assert.Equal("back", values["TIER"]);
        Assert.Equal("8", values["CPU"]);
        Assert.Equal("6443", values["KUBERNETES_SERVICE_PORT"]);
    }

    [Fact]
    public void An_optional_key_that_is_missing_leaves_its_variable_out()
    {
        var reference = ConfigMapKeySelector.Empty with { Name = "none", Key = "x", Optional = true };
        Assert.False(Build(new EnvVar { Name = "X", ValueFrom = EnvVarSource.Empty with { ConfigMapKeyRef = reference } }).ContainsKey("X"));
        var error = Assert.Throws<ContainerConfigException>(() => Build(
            new EnvVar { Name = "X", ValueFrom = EnvVarSource.Empty with { ConfigMapKeyRef = reference with { Optional = null } } }));
        Assert.Equal("configmap \"none\" not found", error.Message);
    }

    private static EnvVarSource Field(string path) => EnvVarSource.Empty with { FieldRef = ObjectFieldSelector.Empty with { FieldPath = path } };

    private static IReadOnlyDictionary<string, string> Build(params EnvVar[] variables)
    {
        var container = Pods.Container("app") with { Env = [.. variables] };
        var pod = Pods.Named("web-0", container);
        pod = pod with { Metadata = pod.Metadata with { Labels = ValueMap.Of(("tier", "back")) } };
        var sources = new VariableSources(new Dictionary<string, ConfigMap>(), new Dictionary<string, Secret>());
        return new ContainerVariables(pod, container, sources, Facts).Build();
    }
}
