using Holdfast.Client;
using Holdfast.Model.Core;
using Holdfast.Model.Values;
using Holdfast.Steward.Running;
using Holdfast.Testing.Api;

namespace Holdfast.Steward.Tests.Definition;

/// <summary>What is uninstalled leaves nothing behind that leads astray.</summary>
public sealed class UninstallTests
{
    [Fact]
    public Task Roles_are_taken_off_pods_of_every_namespace_and_nothing_else_is()
    {
        var world = new SimulatedWorld(1);
        return world.Run(async () =>
        {
            world.Api.Put(Pod("one", "web-0", ("holdfast.dev/role", "leader"), ("app", "web")));
            world.Api.Put(Pod("two", "db-1", ("holdfast.dev/role", "follower")));
            world.Api.Put(Pod("two", "other", ("app", "other")));
            await StewardInstallation.RemoveRolesAsync(new KubernetesClient(world.Environment.Transport, "test"), CancellationToken.None);
            Assert.Equal(["app"], world.Api.Find<Pod>("one", "web-0")!.Metadata.Labels.Keys);
            Assert.All(world.Api.All<Pod>(), pod => Assert.False(pod.Metadata.Labels.ContainsKey("holdfast.dev/role") || (pod.Metadata.Name != "other" && !pod.Metadata.Annotations.IsEmpty)));
            Assert.Single(world.Api.Find<Pod>("two", "other")!.Metadata.Annotations);
        });
    }

    private static Pod Pod(string namespaceName, string name, params (string Key, string Value)[] labels) => new()
    {
        Metadata = new() { Namespace = namespaceName, Name = name, Labels = ValueMap.Of(labels), Annotations = ValueMap.Of(("holdfast.dev/role-term", "4")) },
    };
}
